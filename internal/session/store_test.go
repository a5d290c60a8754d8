package session

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(2, nil)
		put := func(id string, lifetime time.Duration) {
			t.Helper()
			if err := m.Put(t.Context(), id, []byte(id), lifetime); err != nil {
				t.Error(err)
			}
		}
		want := func(id string, there bool) {
			t.Helper()
			if value, err := m.Get(t.Context(), id); err != nil || (string(value) == id) != there {
				t.Errorf("Get(%s) = %q, %v, want it there: %t", id, value, err, there)
			}
		}
		put("a", time.Hour)
		put("b", time.Minute)
		want("a", true)
		want("b", true)
		<-time.After(time.Minute)
		want("b", false)
		put("c", time.Hour)
		want("a", true)
		put("d", time.Hour)
		want("c", false)
		want("a", true)
		if err := m.Delete(t.Context(), "a"); err != nil {
			t.Error(err)
		}
		want("a", false)
		if err := m.Put(t.Context(), "e", []byte(strings.Repeat("x", longestValue+1)), time.Hour); err == nil {
			t.Error("a value of any length is kept")
		}
	})
}

func TestMemoryLock(t *testing.T) {
	t.Parallel()
	m := NewMemory(1, nil)
	holders, most := 0, 0
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			unlock, err := m.Lock(t.Context(), strconv.Itoa(i%2))
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			if i%2 == 0 {
				holders++
				most = max(most, holders)
				holders--
			}
		})
	}
	all.Wait()
	if most != 1 || len(m.locks) != 0 {
		t.Errorf("%d held the lock at once, and %d locks are left", most, len(m.locks))
	}
	unlock, err := m.Lock(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Lock(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("Lock: %v, want that it gives up", err)
	}
	unlock()
	if len(m.locks) != 0 {
		t.Errorf("%d locks are left", len(m.locks))
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"/": "/", "/app?tab=1#x": "/app?tab=1#x", "/a/b": "/a/b",
		"": "/", "app": "/", "https://evil.example/": "/", "//evil.example/": "/", "/\\evil.example": "/", "\\\\evil.example": "/",
		"/\t/evil.example": "/", "javascript:alert(1)": "/", "/oauth/login": "/", "/%": "/", "/" + strings.Repeat("x", 3000): "/",
		"http:/evil.example": "/", "/a\r\nSet-Cookie: x": "/",
	} {
		if got := localPath(given); got != want {
			t.Errorf("localPath(%q) = %q, want %q", given, got, want)
		}
	}
}

func TestWayBack(t *testing.T) {
	t.Parallel()
	s := &Sessions{origins: []string{"https://app.example.com", "http://localhost:3000"}}
	for given, want := range map[string]string{
		"/a?b": "/a?b", "https://app.example.com": "https://app.example.com", "https://app.example.com/a?b=c#d": "https://app.example.com/a?b=c#d",
		"http://localhost:3000/":  "http://localhost:3000/",
		"http://app.example.com/": "/", "https://app.example.com:8443/": "/", "https://app.example.com.evil.example/": "/", "https://app.example.com@evil.example/": "/",
		"https://evil.example/https://app.example.com/": "/", "https://u:p@app.example.com/": "/", "https://app.example.com\\@evil.example/": "/", "//app.example.com/": "/",
		"https://app.example.com/" + strings.Repeat("x", 3000): "/", "https:app.example.com": "/", "javascript://app.example.com/": "/",
	} {
		if got := s.wayBack(given); got != want {
			t.Errorf("wayBack(%q) = %q, want %q", given, got, want)
		}
	}
}

func FuzzOpenText(f *testing.F) {
	ring, err := newKeyring([]string{"a-key-that-is-long-enough-for-anybody"})
	if err != nil {
		f.Fatal(err)
	}
	good := ring.sealText("cookie x", []byte("value"))
	f.Add(good, "cookie x")
	f.Add(good, "cookie y")
	f.Add(good[:20], "cookie x")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, purpose string) {
		value, ok := ring.openText(purpose, text)
		if ok && (purpose != "cookie x" || string(value) != "value") || !ok && text == good && purpose == "cookie x" {
			t.Errorf("openText(%q, %q) = %q, %t", purpose, text, value, ok)
		}
	})
}
