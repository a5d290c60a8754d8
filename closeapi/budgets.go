package closeapi

import (
	"context"
	"sync/atomic"
	"time"
)

// BudgetKey names a budget: what one identity may do in one group of endpoints.
type BudgetKey struct {
	Identity Identity
	Group    string // of endpoints, such as "lead read"
}

// Budgets shares budgets among processes that call Close with the same credentials: they must have the same
// [Config.IdentityKey]. Each method is one atomic step in a store that they have in common, by its clock, and has a
// fraction of a second. A client that gets an error counts alone for a few seconds, from what it has seen itself; and
// what itself was refused, it does not try before the time that Close names, whatever is granted.
type Budgets interface {
	// Reserve asks for leave to make one call.
	Reserve(ctx context.Context, key BudgetKey) (Grant, error)
	// Report says what came of a call that was granted. It follows every grant, soon or late, unless the process dies or
	// cannot reach the store.
	Report(ctx context.Context, key BudgetKey, grant Grant, seen Sighting) error
}

// Grant is leave to make one call, or the time to ask again.
type Grant struct {
	Wait   time.Duration // when above zero, there is no leave yet
	Number uint64        // for Report; what it means is up to the Budgets, such as how many calls were granted before
}

// Sighting is what a call showed of its budget.
type Sighting struct {
	Outcome Outcome
	Told    bool      // whether the answer said anything about the budget
	Limit   RateLimit // what it said; of a refusal, Reset is how long Close asks to wait
}

// Outcome is what came of a call, as far as budgets are concerned.
type Outcome int

const (
	// OutcomeAnswered is an answer other than a refusal: Close has counted the call.
	OutcomeAnswered Outcome = iota
	// OutcomeRefused is a 429.
	OutcomeRefused
	// OutcomeUnanswered is a call without an answer: nobody knows whether Close has counted it.
	OutcomeUnanswered
	// OutcomeUnsent is a call that was not made after all.
	OutcomeUnsent
)

// Budget is what a client knows of a budget.
type Budget struct {
	Group     string        // the group of endpoints
	Limit     int           // calls a window; 0 when Close has not said
	Remaining int           // of them, those that are left
	Reset     time.Duration // until the budget is full again; 0 when it is
	Waiting   int           // calls of this client that wait for it
}

const (
	sharedTimeout = 250 * time.Millisecond // for one question to the shared budgets
	sharedPause   = 5 * time.Second        // after one that failed
)

// sharedBudgets asks the shared budgets, but not for a while after they have failed. Nil asks nothing.
type sharedBudgets struct {
	budgets Budgets
	paused  atomic.Int64 // until when, in nanoseconds since 1970
}

// reserve is the grant of the shared budgets; nil when they have none to give.
func (s *sharedBudgets) reserve(ctx context.Context, key BudgetKey) *Grant {
	if s == nil || s.isPaused() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, sharedTimeout)
	defer cancel()
	grant, err := s.budgets.Reserve(ctx, key)
	if err != nil {
		s.pause()
		return nil
	}
	return &grant
}

// report passes on what came of a call, also when the call was given up.
func (s *sharedBudgets) report(ctx context.Context, key BudgetKey, grant Grant, seen Sighting) {
	if s.isPaused() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sharedTimeout)
	defer cancel()
	if s.budgets.Report(ctx, key, grant, seen) != nil {
		s.pause()
	}
}

func (s *sharedBudgets) isPaused() bool { return time.Now().UnixNano() < s.paused.Load() }

func (s *sharedBudgets) pause() { s.paused.Store(time.Now().Add(sharedPause).UnixNano()) }
