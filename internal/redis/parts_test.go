//go:build redis

package redis_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/redis"
	"github.com/closegraph/closegraph/internal/redis/redistest"
)

func (texts) Get(context.Context, string) (string, bool) { return "", false }
func (texts) Add(context.Context, string, string)        {}

// TestBudgets has many change one budget at the same time: each change is made to what was there before.
func TestBudgets(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	key := closeapi.BudgetKey{Identity: closeapi.Identity{1}, Group: "lead read"}
	var replicas [2]closeapi.Budgets
	for i := range replicas {
		replicas[i] = open(t, server, redis.Options{}).Budgets()
	}
	const each = 50
	var wait sync.WaitGroup
	for _, b := range replicas {
		wait.Go(func() {
			for done := 0; done < each; {
				old, now, err := b.Load(t.Context(), key)
				if err != nil || now.IsZero() {
					t.Errorf("Load = %v, %v", now, err)
					return
				}
				ok, err := b.Swap(t.Context(), key, old, append(slices.Clone(old), 'x'), time.Minute)
				if err != nil {
					t.Error(err)
					return
				}
				if ok {
					done++
				}
			}
		})
	}
	wait.Wait()
	state, _, err := replicas[0].Load(t.Context(), key)
	if err != nil || len(state) != 2*each {
		t.Errorf("%d changes are there, want %d: %v", len(state), 2*each, err)
	}
	if ok, err := replicas[1].Swap(t.Context(), key, nil, []byte("x"), time.Minute); ok || err != nil {
		t.Errorf("Swap of what was never there = %t, %v", ok, err)
	}
}

// TestWrites tells a replica what another wrote, once it asks, and nothing of its own.
func TestWrites(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	a, b := open(t, server, redis.Options{}).Writes(), open(t, server, redis.Options{}).Writes()
	one, two := closeapi.Identity{1}, closeapi.Identity{2}
	before, other := b.Epoch(one), b.Epoch(two)
	a.Tell(t.Context(), one)
	if b.Epoch(one) != before {
		t.Error("it is known before it was learned")
	}
	b.Learn(t.Context())
	a.Learn(t.Context())
	if b.Epoch(one) == before || b.Epoch(two) != other || a.Epoch(one) != 0 {
		t.Errorf("epochs = %d, %d and %d: want another one for the one who wrote, where it did not", b.Epoch(one), b.Epoch(two), a.Epoch(one))
	}
	a.TellWritten(t.Context(), []string{"lead_1", "lead_2"})
	if got := b.WrittenLately(t.Context(), []string{"lead_0", "lead_2"}); !slices.Equal(got, []string{"lead_2"}) {
		t.Errorf("written lately = %q", got)
	}
	if got := a.WrittenLately(t.Context(), []string{"lead_2"}); len(got) > 0 {
		t.Errorf("a hears of itself: %q", got)
	}
	for range 2500 {
		a.Tell(t.Context(), two)
	}
	b.Learn(t.Context())
	if b.Epoch(two) == other {
		t.Error("many writes were not learned of")
	}
	before = b.Epoch(one)
	for i := range 11_000 { // more than are remembered one by one
		a.Tell(t.Context(), closeapi.Identity{3, byte(i >> 8), byte(i)})
	}
	b.Learn(t.Context())
	if b.Epoch(one) < before {
		t.Error("an epoch from before is the present one again")
	}
}

// TestWritesWhileRedisIsAway writes while Redis is away: others hear of it when it is back.
func TestWritesWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	a, b := open(t, server, redis.Options{}), open(t, server, redis.Options{})
	server.Kill()
	eventually(t, "Redis is lost", func() bool { return !a.Up() && !b.Up() })
	a.Writes().TellWritten(t.Context(), []string{"lead_1"})
	server.Start()
	eventually(t, "Redis is back", func() bool { return a.Up() && b.Up() })
	if got := b.Writes().WrittenLately(t.Context(), []string{"lead_1"}); len(got) != 1 {
		t.Errorf("written lately = %q", got)
	}
}

// TestSessions shares sessions and their locks.
func TestSessions(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	client := open(t, server, redis.Options{})
	a, b := client.Sessions(), open(t, server, redis.Options{}).Sessions()
	ctx := t.Context()
	if value, err := a.Get(ctx, "1"); value != nil || err != nil {
		t.Errorf("Get of nothing = %q, %v", value, err)
	}
	if err := a.Put(ctx, "1", []byte("sealed"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if value, err := b.Get(ctx, "1"); string(value) != "sealed" || err != nil {
		t.Errorf("Get = %q, %v", value, err)
	}
	if err := b.Delete(ctx, "1"); err != nil {
		t.Fatal(err)
	}
	if value, err := a.Get(ctx, "1"); value != nil || err != nil {
		t.Errorf("Get after Delete = %q, %v", value, err)
	}
	if err := a.Put(ctx, "1", make([]byte, 1<<20), time.Minute); err == nil {
		t.Error("a session of a MiB is kept")
	}

	unlock, err := a.Lock(ctx, "1")
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	if _, err := b.Lock(impatient, "1"); err == nil {
		t.Error("a lock is taken twice")
	}
	taken := make(chan error)
	go func() {
		unlock, err := b.Lock(ctx, "1")
		if err == nil {
			unlock()
		}
		taken <- err
	}()
	unlock()
	if err := <-taken; err != nil {
		t.Errorf("Lock after unlock: %v", err)
	}
	server.Kill()
	eventually(t, "Redis is lost", func() bool { return !client.Up() })
	if _, err := a.Get(ctx, "1"); err == nil {
		t.Error("without Redis a session is not there, and no error says why")
	}
	if _, err := a.Lock(ctx, "1"); err == nil {
		t.Error("without Redis a lock is taken")
	}
}

// TestLogoutWhileRedisIsAway forgets a session while Redis is away: it is gone when Redis is back with it.
func TestLogoutWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	client := open(t, server, redis.Options{Timeout: 500 * time.Millisecond})
	sessions := client.Sessions()
	eventually(t, "a session is kept", func() bool { return sessions.Put(t.Context(), "1", []byte("sealed"), time.Minute) == nil })
	server.Pause()
	if err := sessions.Delete(t.Context(), "1"); err != nil {
		t.Errorf("Delete = %v", err)
	}
	server.Resume()
	eventually(t, "Redis is back", client.Up)
	if value, err := sessions.Get(t.Context(), "1"); value != nil || err != nil {
		t.Errorf("Get = %q, %v", value, err)
	}
}

// memory keeps texts.
type memory map[string]string

func (m memory) Get(_ context.Context, key string) (string, bool) {
	text, ok := m[key]
	return text, ok
}
func (m memory) Add(_ context.Context, key, text string) { m[key] = text }

// TestDocuments shares persisted queries, and takes none that is not what its hash says.
func TestDocuments(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	a, b := open(t, server, redis.Options{}).Documents(memory{}), open(t, server, redis.Options{}).Documents(memory{})
	const text = "{ viewer { id } }"
	sum := sha256.Sum256([]byte(text))
	hash := hex.EncodeToString(sum[:])
	if _, ok := b.Get(t.Context(), hash); ok {
		t.Error("there is a text before one was kept")
	}
	a.Add(t.Context(), hash, text)
	if got, ok := b.Get(t.Context(), hash); got != text || !ok {
		t.Errorf("Get = %q, %t", got, ok)
	}
	server.CLI("SET " + strings.TrimSpace(server.CLI("KEYS *:document:*")) + " '{ leads { totalCount } }'")
	if got, ok := open(t, server, redis.Options{}).Documents(memory{}).Get(t.Context(), hash); ok {
		t.Errorf("another text is given: %q", got)
	}
	server.Kill()
	if got, ok := b.Get(t.Context(), hash); got != text || !ok {
		t.Errorf("without Redis, Get = %q, %t", got, ok)
	}
}
