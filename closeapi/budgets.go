package closeapi

import (
	"context"
	"time"
)

// BudgetKey names a budget: what one identity may do in one group of endpoints.
type BudgetKey struct {
	Identity Identity
	Group    string // of endpoints, such as "lead read"
}

// Budgets is where processes keep in common what is known of their budgets, which call Close with the same credentials.
// They must have the same [Config.IdentityKey]. What is kept is up to the client: each call that is granted, and each
// answer, makes a new state of the old one, by the rules that hold in one process as well.
//
// Each method is one atomic step, by the clock of the store, and has a fraction of a second. A client that gets an error
// counts alone for a while, from what it has seen last. A state may be lost: who finds none brings what it knows itself.
type Budgets interface {
	// Load returns the state that was kept last for a key, nil when there is none, and the time.
	Load(ctx context.Context, key BudgetKey) (state []byte, now time.Time, err error)
	// Swap keeps a fresh state for a while in the place of the old one, and reports false if that is not the one that is
	// kept. Nobody may change the states afterwards.
	Swap(ctx context.Context, key BudgetKey, old, fresh []byte, lifetime time.Duration) (bool, error)
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
