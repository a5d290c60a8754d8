package closeapi

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

const (
	sharedTimeout = 250 * time.Millisecond // for one question to the shared budgets
	sharedPause   = time.Second            // after one that failed
	// sharedAttempts is how often a change is tried while others change the same budget. All of them together are done
	// sooner than one call to Close.
	sharedAttempts = 20
	sharedTurn     = 2 * time.Millisecond
	// sharedLasts is how long a state is kept that nobody changes: longer than any window or stop that is believed.
	sharedLasts = 2 * maxStop
)

// sharedBudgets asks the shared budgets, but not for a while after they have failed. Nil asks nothing.
type sharedBudgets struct {
	budgets Budgets
	name    uint64       // of this process, among those that wait
	paused  atomic.Int64 // until when, in nanoseconds since 1970
}

func newSharedBudgets(budgets Budgets) *sharedBudgets {
	return &sharedBudgets{budgets: budgets, name: rand.Uint64() | 1} //nolint:gosec // a name, no secret
}

// report is what came of a call that was granted by a state.
type report struct {
	pass pass
	seen Sighting
}

// settled is what came of a change of a shared budget.
type settled struct {
	budget budget        // as it is now, by the clock of this process
	turns  turns         // of the processes that wait for it, by the clock of the store
	origin uint64        // names the state, and all that were made of it
	passes []pass        // what was granted
	wait   time.Duration // until more may be; not above zero when all that was wanted was granted
}

// settle takes what came of calls into a shared budget, and asks it for as many calls as are wanted. own is what is known
// here, for when nobody knows more. It reports false when the shared budgets cannot be had.
func (s *sharedBudgets) settle(ctx context.Context, key BudgetKey, own budget, reports []report, wanted int) (settled, bool) {
	if s == nil || s.isPaused() {
		return settled{}, false
	}
	for range sharedAttempts {
		done, ok, err := s.attempt(ctx, key, own, reports, wanted)
		switch {
		case err != nil:
			s.pause()
			return settled{}, false
		case ok:
			return done, true
		}
		<-time.After(rand.N(sharedTurn)) //nolint:gosec // no secret: so that not all try again in step
	}
	return settled{}, false
}

// attempt tries to change a shared budget. It reports false when another process was quicker.
func (s *sharedBudgets) attempt(ctx context.Context, key BudgetKey, own budget, reports []report, wanted int) (settled, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, sharedTimeout)
	defer cancel()
	old, now, err := s.budgets.Load(ctx, key)
	if err != nil {
		return settled{}, false, err
	}
	ahead := time.Until(now) // of the clock here
	done := settled{}
	if !done.decode(old, own.base, now) {
		done.origin, done.budget = rand.Uint64()|1, own //nolint:gosec // a name, no secret
		done.budget.shift(ahead)
	}
	b := &done.budget
	b.stop = later(b.stop, own.stop.Add(ahead)) // what was refused here is known here, whatever became of the state
	for _, r := range reports {
		number := r.pass.number
		if r.pass.origin != done.origin {
			number = 0 // it was granted by a state that is lost: it tells of refusals, and of no order
		}
		b.report(now, number, r.seen)
	}
	changed := done.grant(s.name, now, wanted) || len(reports) > 0
	if !changed {
		b.shift(-ahead)
		return done, true, nil
	}
	if ok, err := s.budgets.Swap(ctx, key, old, done.encode(), sharedLasts); !ok || err != nil {
		return settled{}, false, err
	}
	b.shift(-ahead)
	return done, true, nil
}

// grant grants as many calls as a process wants and may have, or notes that it waits. It reports whether that changed
// anything that others have to know.
func (s *settled) grant(name uint64, now time.Time, wanted int) (changed bool) {
	if wanted == 0 {
		return false
	}
	for most := s.turns.share(name, s.budget, now, wanted); len(s.passes) < most; {
		if s.wait = s.budget.reserve(now); s.wait > 0 {
			break
		}
		s.passes = append(s.passes, pass{number: s.budget.sent, origin: s.origin})
	}
	switch {
	case len(s.passes) > 0:
		s.turns.got(name)
		if len(s.passes) < wanted && s.wait <= 0 {
			s.wait = courtesy
		}
		return true
	case s.wait <= 0:
		s.wait = courtesy
	}
	return s.turns.wait(name, now, s.wait)
}

func (s *sharedBudgets) isPaused() bool { return time.Now().UnixNano() < s.paused.Load() }

func (s *sharedBudgets) pause() { s.paused.Store(time.Now().Add(sharedPause).UnixNano()) }
