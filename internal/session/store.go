package session

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Store keeps what belongs to a session under its id, sealed, so that a store outside of the process learns no token.
// A store may forget: the session is over then. Replicas that share sessions share a store.
type Store interface {
	// Get is what was put under the id last; nil when there is nothing, or not any more.
	Get(ctx context.Context, id string) ([]byte, error)
	// Put keeps a value for a while.
	Put(ctx context.Context, id string, value []byte, lifetime time.Duration) error
	// Delete forgets what is under the id.
	Delete(ctx context.Context, id string) error
	// Lock waits until nobody else, in any replica, has the lock of the id, and takes it until unlock is called. A
	// holder that dies must lose it in the end, but not within the time that a call to Close takes.
	Lock(ctx context.Context, id string) (unlock func(), err error)
}

// Memory is a Store in the process. It keeps the sessions that were used last, so that its size is bounded: a value is
// a few hundred bytes, and none is longer than longestValue.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	entries *simplelru.LRU[string, entry]
	locks   map[string]*lock
}

type entry struct {
	value []byte
	ends  time.Time
}

// lock is the lock of one id: a channel with room for its holder, and how many hold it or wait for it.
type lock struct {
	held  chan struct{}
	users int
}

// longestValue bounds what is kept for a session; tokens are some hundred bytes.
const longestValue = 16 << 10

// NewMemory returns a Store in the process for at most size sessions. The clock is time.Now when nil.
func NewMemory(size int, now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	m := &Memory{now: now, locks: map[string]*lock{}}
	m.entries, _ = simplelru.NewLRU[string, entry](max(size, 1), nil) // fails on a size below 1 only
	return m
}

// Get looks up a value.
func (m *Memory) Get(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries.Get(id)
	if ok && !m.now().Before(e.ends) {
		m.entries.Remove(id)
		return nil, nil
	}
	return e.value, nil
}

// Put keeps a value, and gives up the session that was used longest ago when there are too many.
func (m *Memory) Put(_ context.Context, id string, value []byte, lifetime time.Duration) error {
	if len(value) > longestValue {
		return errTooLong
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries.Add(id, entry{value, m.now().Add(lifetime)})
	return nil
}

// Delete forgets a value.
func (m *Memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries.Remove(id)
	return nil
}

// Lock takes the lock of an id.
func (m *Memory) Lock(ctx context.Context, id string) (unlock func(), err error) {
	m.mu.Lock()
	l := m.locks[id]
	if l == nil {
		l = &lock{held: make(chan struct{}, 1)}
		m.locks[id] = l
	}
	l.users++
	m.mu.Unlock()

	select {
	case l.held <- struct{}{}:
		return func() { <-l.held; m.leave(id, l) }, nil
	case <-ctx.Done():
		m.leave(id, l)
		return nil, ctx.Err()
	}
}

// leave forgets a lock that nobody holds or waits for.
func (m *Memory) leave(id string, l *lock) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l.users--; l.users == 0 {
		delete(m.locks, id)
	}
}
