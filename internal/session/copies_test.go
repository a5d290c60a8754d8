package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/closegraph/closegraph/internal/session"
)

// distant is a store elsewhere, which can be out of reach.
type distant struct {
	session.Store
	gone bool
}

var errGone = errors.New("no connection")

func (d *distant) Get(ctx context.Context, id string) ([]byte, error) {
	if d.gone {
		return nil, errGone
	}
	return d.Store.Get(ctx, id)
}

func (d *distant) Put(ctx context.Context, id string, value []byte, lifetime time.Duration) error {
	if d.gone {
		return errGone
	}
	return d.Store.Put(ctx, id, value, lifetime)
}

func (d *distant) Lock(ctx context.Context, id string) (func(), error) {
	if d.gone {
		return nil, errGone
	}
	return d.Store.Lock(ctx, id)
}

// TestCopies takes the store away from two replicas: sessions that they have seen go on, others wait for it, and nothing
// can be changed. What is gone from the store is gone from the copies.
func TestCopies(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), &clock{now: time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)}
	far := &distant{Store: session.NewMemory(10, c.Now)}
	one, two := session.WithCopies(far, session.NewMemory(10, c.Now)), session.WithCopies(far, session.NewMemory(10, c.Now))
	for _, id := range []string{"a", "b", "c"} {
		if err := one.Put(ctx, id, []byte(id), 24*time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if value, err := two.Get(ctx, "a"); string(value) != "a" || err != nil {
		t.Errorf("Get = %q, %v", value, err)
	}
	if err := two.Delete(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	if value, err := one.Get(ctx, "b"); value != nil || err != nil {
		t.Errorf("Get of what another replica deleted = %q, %v", value, err)
	}
	far.gone = true
	for _, tc := range []struct {
		store session.Store
		id    string
		there bool
	}{{one, "a", true}, {two, "a", true}, {one, "b", false}, {one, "c", true}, {two, "c", false}} {
		value, err := tc.store.Get(ctx, tc.id)
		if (string(value) == tc.id) != tc.there || (err == nil) != tc.there {
			t.Errorf("without the store, Get(%s) = %q, %v, want it there: %t", tc.id, value, err, tc.there)
		}
	}
	if err := one.Put(ctx, "d", []byte("d"), time.Hour); err == nil {
		t.Error("without the store a session is kept that others do not know")
	}
	if _, err := one.Lock(ctx, "a"); err == nil {
		t.Error("without the store a session is locked that others could lock")
	}
	c.pass(61 * time.Minute)
	if value, err := one.Get(ctx, "a"); value != nil || err == nil {
		t.Errorf("after an hour without the store, Get = %q, %v", value, err)
	}
}
