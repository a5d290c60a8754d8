// Package cache keeps values between requests.
package cache

import (
	"context"
	"hash/fnv"
	"io"
	"math"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// Memory keeps values in the memory of the process, as closeapi.Store has it. It is bounded in bytes; when it is full, what
// was used least goes.
type Memory struct {
	values *otter.Cache[string, value]
	size   int64
	// marks are counters of Drops. Tags share them where their hashes fall together, so that nothing must be forgotten: a
	// value that is dropped with another's tag is one to be read again, and no more.
	marks [4096]atomic.Uint64
}

// value is a value with the mark that its tags had before it was read.
type value struct {
	bytes []byte
	mark  uint64
	ttl   time.Duration
}

// weight is what an entry takes, in bytes, roughly.
func weight(key string, bytes []byte) int64 {
	const overhead = 200
	return int64(len(key) + len(bytes) + overhead)
}

// NewMemory makes a store of at most size bytes.
func NewMemory(size int64) *Memory {
	size = max(size, 1)
	return &Memory{
		size: size,
		values: otter.Must(&otter.Options[string, value]{
			MaximumWeight: uint64(size),
			Weigher: func(key string, v value) uint32 {
				return uint32(min(weight(key, v.bytes), math.MaxUint32))
			},
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, value]) time.Duration { return e.Value.ttl }),
			Clock:            clock{},
			Executor:         func(task func()) { task() }, // who brings a value makes the room for it
		}),
	}
}

// Get returns the value of a key, or nil, and the mark of its tags.
func (m *Memory) Get(_ context.Context, key string, tags []string) ([]byte, uint64) {
	mark := m.mark(tags)
	v, ok := m.values.GetIfPresent(key)
	if !ok || v.mark != mark {
		return nil, mark
	}
	return v.bytes, mark
}

// Set keeps a value for a time, unless its tags have another mark by now, or it is larger than the store.
func (m *Memory) Set(_ context.Context, key string, tags []string, mark uint64, bytes []byte, ttl time.Duration) {
	if m.mark(tags) == mark && weight(key, bytes) <= m.size { // else nobody would ever get it
		m.values.Set(key, value{bytes: bytes, mark: mark, ttl: ttl})
	}
}

// Drop ends all values that have one of the tags.
func (m *Memory) Drop(_ context.Context, tags []string) {
	for _, tag := range tags {
		m.counter(tag).Add(1)
	}
}

// DropAll ends all values.
func (m *Memory) DropAll() {
	for i := range m.marks {
		m.marks[i].Add(1)
	}
	m.values.InvalidateAll()
}

// mark is one number for several counters. They only grow, so their sum is another one whichever of them moved.
func (m *Memory) mark(tags []string) uint64 {
	var sum uint64
	for _, tag := range tags {
		sum += m.counter(tag).Load()
	}
	return sum
}

func (m *Memory) counter(tag string) *atomic.Uint64 {
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, tag) // it never fails
	return &m.marks[hash.Sum64()%uint64(len(m.marks))]
}

// clock is the time without ticks: values past their time go when others come, and need no goroutine for it.
type clock struct{}

// NowNano is the time.
func (clock) NowNano() int64 { return time.Now().UnixNano() }

// Tick says that there are no ticks.
func (clock) Tick(time.Duration) <-chan time.Time { return nil }
