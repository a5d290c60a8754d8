package cache_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/internal/cache"
)

func TestKeepUntilItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := cache.NewMemory(1 << 20)
		tags := []string{"mine", "all"}
		value, mark := m.Get(t.Context(), "key", tags)
		if value != nil {
			t.Errorf("Get = %q from an empty store", value)
		}
		m.Set(t.Context(), "key", tags, mark, []byte("first"), time.Minute)
		m.Set(t.Context(), "other", tags, mark, []byte("longer"), time.Hour)
		<-time.After(59 * time.Second)
		m.Set(t.Context(), "key", tags, mark, []byte("second"), time.Minute) // its time begins anew
		<-time.After(59 * time.Second)
		if value, _ = m.Get(t.Context(), "key", tags); string(value) != "second" {
			t.Errorf("Get = %q, want second", value)
		}
		<-time.After(2 * time.Second)
		if value, _ = m.Get(t.Context(), "key", tags); value != nil {
			t.Errorf("Get = %q after its time", value)
		}
		if value, _ = m.Get(t.Context(), "other", tags); string(value) != "longer" {
			t.Errorf("Get = %q, want longer", value)
		}
	})
}

// TestDropAll ends what is there, and what is on its way.
func TestDropAll(t *testing.T) {
	t.Parallel()
	m, tags := cache.NewMemory(1<<20), []string{"mine", "all"}
	_, mark := m.Get(t.Context(), "key", tags)
	m.Set(t.Context(), "key", tags, mark, []byte("value"), time.Hour)
	m.DropAll()
	m.Set(t.Context(), "on its way", tags, mark, []byte("value"), time.Hour)
	for _, key := range []string{"key", "on its way"} {
		if value, _ := m.Get(t.Context(), key, tags); value != nil {
			t.Errorf("Get(%s) = %q", key, value)
		}
	}
}

func TestDrop(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		drop []string
		gone bool
	}{
		"its first tag":     {[]string{"mine"}, true},
		"its second tag":    {[]string{"all"}, true},
		"one of many":       {[]string{"nobody's", "mine"}, true},
		"the tag of others": {[]string{"yours"}, false},
		"no tag":            {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, tags := cache.NewMemory(1<<20), []string{"mine", "all"}
			_, mark := m.Get(t.Context(), "key", tags)
			m.Set(t.Context(), "key", tags, mark, []byte("value"), time.Hour)
			m.Drop(t.Context(), test.drop)
			value, after := m.Get(t.Context(), "key", tags)
			if (value == nil) != test.gone || (after != mark) != test.gone {
				t.Errorf("Get = %q, want it gone: %v", value, test.gone)
			}
			m.Set(t.Context(), "late", tags, mark, []byte("value"), time.Hour) // read before the drop, kept after it
			if value, _ := m.Get(t.Context(), "late", tags); (value == nil) != test.gone {
				t.Errorf("Get = %q of what was read before the drop, want it gone: %v", value, test.gone)
			}
			m.Set(t.Context(), "key", tags, after, []byte("new"), time.Hour)
			if value, _ := m.Get(t.Context(), "key", tags); string(value) != "new" {
				t.Errorf("Get = %q, want new", value)
			}
		})
	}
}

// TestSize fills a store with ten times its size: what it holds stays within it, and what is used most stays.
func TestSize(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	m, tags := cache.NewMemory(size), []string{"all"}
	_, mark := m.Get(t.Context(), "", tags)
	value := func() []byte { return []byte(strings.Repeat("x", 10_000)) }
	for range 10 {
		m.Set(t.Context(), "hot", tags, mark, value(), time.Hour)
		m.Get(t.Context(), "hot", tags)
	}
	for i := range 10 * size / 10_000 {
		m.Set(t.Context(), fmt.Sprint("key", i), tags, mark, value(), time.Hour)
		m.Get(t.Context(), "hot", tags)
	}
	if value, _ := m.Get(t.Context(), "hot", tags); value == nil {
		t.Error("what is used most is gone")
	}
	held := 0
	for i := range 10 * size / 10_000 {
		value, _ := m.Get(t.Context(), fmt.Sprint("key", i), tags)
		held += len(value)
	}
	if held > size {
		t.Errorf("holds %d bytes, more than %d", held, size)
	}
	large := func() bool {
		value, _ := m.Get(t.Context(), "large", tags)
		return value != nil
	}
	for n := 0; n < 100 && !large(); n++ { // it is wanted more and more
		m.Set(t.Context(), "large", tags, mark, make([]byte, size/16), time.Hour)
	}
	if !large() {
		t.Error("a large value that is wanted has no place")
	}
	m.Set(t.Context(), "too large", tags, mark, make([]byte, 2*size), time.Hour)
	if value, _ := m.Get(t.Context(), "too large", tags); value != nil {
		t.Error("a value larger than the store has a place")
	}
}

// TestAtOnce uses a store from many sides; the race detector looks on.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	m, tags := cache.NewMemory(1<<16), []string{"mine", "all"}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 500 {
				key := fmt.Sprint(n % 50)
				if value, mark := m.Get(t.Context(), key, tags); value == nil {
					m.Set(t.Context(), key, tags, mark, []byte(key), time.Hour)
				} else if string(value) != key {
					t.Errorf("Get(%s) = %s", key, value)
				}
				if i == 0 && n%10 == 0 {
					m.Drop(t.Context(), tags[:1])
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkGet(b *testing.B) {
	m, tags := cache.NewMemory(1<<20), []string{"mine", "all"}
	_, mark := m.Get(b.Context(), "key", tags)
	m.Set(b.Context(), "key", tags, mark, make([]byte, 1000), time.Hour)
	b.ReportAllocs()
	for b.Loop() {
		if value, _ := m.Get(b.Context(), "key", tags); value == nil {
			b.Fatal("it is gone")
		}
	}
}
