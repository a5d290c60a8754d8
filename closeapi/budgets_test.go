package closeapi_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// store stands for a store that processes have in common: so many calls a second, for each key.
type store struct {
	limit int
	fail  func(context.Context) error // what goes wrong, if anything

	mu       sync.Mutex
	asked    int
	windows  map[closeapi.BudgetKey]storeWindow
	open     map[uint64]bool // grants that are not reported
	outcomes map[closeapi.Outcome]int
	number   uint64
}

type storeWindow struct {
	begin time.Time
	calls int
}

func newStore(limit int) *store {
	return &store{
		limit: limit, windows: map[closeapi.BudgetKey]storeWindow{},
		open: map[uint64]bool{}, outcomes: map[closeapi.Outcome]int{},
	}
}

func (s *store) Reserve(ctx context.Context, key closeapi.BudgetKey) (closeapi.Grant, error) {
	s.mu.Lock()
	s.asked++
	s.mu.Unlock()
	if s.fail != nil {
		return closeapi.Grant{}, s.fail(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.windows[key]
	if time.Since(w.begin) >= time.Second {
		w = storeWindow{begin: time.Now()}
	}
	if w.calls == s.limit {
		return closeapi.Grant{Wait: time.Until(w.begin.Add(time.Second))}, nil
	}
	w.calls++
	s.windows[key] = w
	s.number++
	s.open[s.number] = true
	return closeapi.Grant{Number: s.number}, nil
}

func (s *store) Report(_ context.Context, _ closeapi.BudgetKey, grant closeapi.Grant, seen closeapi.Sighting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.open[grant.Number] {
		return errors.New("reported twice, or never granted")
	}
	delete(s.open, grant.Number)
	s.outcomes[seen.Outcome]++
	return nil
}

// TestSharedBudgets lets two processes share a budget: together they keep to the limit, and report every call.
func TestSharedBudgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls, limit = 200, 20
		s, shared := sandbox.New(sandbox.Options{RateLimit: limit, RateSteps: true}), newStore(limit)
		read := reads(s)
		begin := time.Now()
		together(2, func(int) {
			client := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: []byte("the same")})
			together(calls, func(i int) {
				if _, err := client.Do(within(t, time.Minute), read(i)); err != nil {
					t.Error(err)
				}
			})
		})
		if took, ideal := time.Since(begin), (2*calls-limit)*time.Second/limit; took > ideal*115/100 {
			t.Errorf("took %v, where %v are enough", took, ideal)
		}
		if got := statuses(s); got[429] != 0 || got[200] != 2*calls {
			t.Errorf("answers by status = %v", got)
		}
		if len(shared.open) != 0 || shared.outcomes[closeapi.OutcomeAnswered] != 2*calls {
			t.Errorf("%d grants were not reported, of the others %v", len(shared.open), shared.outcomes)
		}
	})
}

// TestSharedBudgetsFail takes the store away: the client counts alone, and asks the store only now and then.
func TestSharedBudgetsFail(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(context.Context) error{
		"refuses": func(context.Context) error { return errors.New("no connection") },
		"hangs":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const calls, limit = 200, 20
				s, shared := sandbox.New(sandbox.Options{RateLimit: limit}), newStore(limit)
				shared.fail = fail
				client, read := toSandbox(t, s, closeapi.Config{Budgets: shared}), reads(s)
				begin := time.Now()
				together(calls, func(i int) {
					if _, err := client.Do(within(t, time.Minute), read(i)); err != nil {
						t.Error(err)
					}
				})
				if took, ideal := time.Since(begin), (calls-limit)*time.Second/limit; took > ideal*115/100 {
					t.Errorf("took %v, where %v are enough", took, ideal)
				}
				if got := statuses(s); got[429] != 0 || shared.asked > 4 {
					t.Errorf("answers by status = %v; the store was asked %d times", got, shared.asked)
				}
			})
		})
	}
}

// TestSharedBudgetsOfCallsNotMade cancels a call while it waits for the store, and gives it a grant all the same.
func TestSharedBudgetsOfCallsNotMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, shared := sandbox.New(sandbox.Options{}), newStore(1)
		client, read := toSandbox(t, s, closeapi.Config{Budgets: shared}), reads(s)
		if _, err := client.Do(t.Context(), read(0)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := client.Do(ctx, read(1)); !closeapi.IsCanceled(err) {
			t.Errorf("Do = %v, want canceled", err)
		}
		synctest.Wait()
		if len(shared.open) != 0 || len(s.Requests()) != 1 {
			t.Errorf("%d grants were not reported, and %d calls made, want 1", len(shared.open), len(s.Requests()))
		}
	})
}

// TestSharedBudgetsAndRefusals has Close refuse what the store granted: the time that Close names holds all the same.
func TestSharedBudgetsAndRefusals(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, shared := sandbox.New(sandbox.Options{RateWindow: 40 * time.Second}), newStore(1000)
		s.Fault(sandbox.Fault{Times: 1, RateLimited: true}) // come back in 20 seconds
		client, read := toSandbox(t, s, closeapi.Config{Budgets: shared}), reads(s)
		begin := time.Now()
		if _, err := client.Do(t.Context(), read(0)); err != nil || time.Since(begin) != 20*time.Second {
			t.Errorf("Do = %v after %v, want success after 20s", err, time.Since(begin))
		}
		if shared.outcomes[closeapi.OutcomeRefused] != 1 || shared.outcomes[closeapi.OutcomeAnswered] != 1 {
			t.Errorf("outcomes = %v", shared.outcomes)
		}
	})
}
