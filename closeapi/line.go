package closeapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// line is a budget and the calls that wait for it. A call that finds nobody waiting, and budget left, goes through
// without waiting for anything. Else it waits in the queue, and a goroutine, which lives as long as anything waits,
// lets one after the other go.
type line struct {
	key    BudgetKey
	policy PacePolicy
	shared *sharedBudgets // nil when budgets are not shared
	wake   chan struct{}  // tells the goroutine that something has changed
	used   time.Time      // when a call came last; guarded by the lock of govern

	mu      sync.Mutex
	budget  budget // where budgets are shared, as it was seen last
	queue   queue
	reports []report // what came of calls that a shared budget granted, and has not been told yet
	running bool     // whether the goroutine lives
}

// maxReports is how many calls are remembered of which a shared budget has not been told.
const maxReports = 1000

// pass is leave to make one call.
type pass struct {
	number uint64 // of the budget
	origin uint64 // names the shared budget that gave it; 0 when it was the one of this process
}

// enter waits until the call may be made. The error says that it cannot be made in time, or that ctx was canceled.
func (l *line) enter(ctx context.Context, x *exchange, now time.Time) (pass, error) {
	l.mu.Lock()
	if !l.running && l.shared == nil && l.budget.reserve(now) == 0 {
		p := pass{number: l.budget.sent}
		l.mu.Unlock()
		return p, nil
	}
	l.mu.Unlock()
	ctx, cancel := l.limit(ctx, x)
	defer cancel()
	w, err := l.join(ctx, x, now)
	if err != nil {
		return pass{}, err
	}
	defer func() { x.waited += time.Since(now) }()
	select {
	case <-w.done:
		return w.pass, w.err
	case <-ctx.Done():
		return pass{}, l.abandon(ctx, w)
	}
}

// limit gives a context without a deadline the longest wait of the policy, less what the call has waited before.
func (l *line) limit(ctx context.Context, x *exchange) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, l.policy.MaxWait-x.waited)
}

// join puts a call into the queue, unless it would not get out of it in time.
func (l *line) join(ctx context.Context, x *exchange, now time.Time) (*waiting, error) {
	w := &waiting{rank: rankOf(x), share: x.caller, latest: ctx.Deadline, done: make(chan struct{})}
	w.deadline, _ = ctx.Deadline()
	again := x.attempts > 0 // it has had its turn, and was refused or failed: no need to wait for another
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queue.length >= l.policy.MaxQueue {
		wait := l.budget.estimate(now, l.queue.length)
		return nil, &heldError{wait: wait, why: fmt.Sprintf("%d calls wait for the rate limit already", l.queue.length)}
	}
	ahead := 0
	if !again {
		ahead = l.queue.ahead(w.rank, w.share)
	}
	if err := l.tooLate(w, now, ahead); err != nil {
		return nil, err
	}
	l.queue.add(w, again)
	l.start(ctx)
	return w, nil
}

// tooLate is why a call will not get out of the queue in time; nil if it may.
func (l *line) tooLate(w *waiting, now time.Time, ahead int) error {
	wait := l.budget.estimate(now, ahead)
	turn := now.Add(wait)
	if turn.After(w.deadline) {
		if deadline, ok := w.latest(); ok {
			w.deadline = deadline
		}
	}
	if turn.After(w.deadline) {
		return &heldError{wait: wait}
	}
	return nil
}

// abandon takes a call out of the queue because its context has ended, and says so.
func (l *line) abandon(ctx context.Context, w *waiting) error {
	l.mu.Lock()
	waited := l.queue.remove(w)
	wait := l.budget.estimate(time.Now(), l.queue.length)
	l.mu.Unlock()
	if waited {
		l.changed()
	} else if <-w.done; w.err == nil { // it was let go at the same time
		l.leave(ctx, w.pass, Sighting{Outcome: OutcomeUnsent})
	}
	if err := ctx.Err(); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &heldError{wait: wait}
}

// start has the goroutine live.
func (l *line) start(ctx context.Context) {
	if !l.running {
		l.running = true
		go l.run(context.WithoutCancel(ctx)) // it works for all that wait, whoever came first
	}
}

// leave takes in what came of a call. A shared budget is told by the goroutine, so that nobody waits for it.
func (l *line) leave(ctx context.Context, p pass, seen Sighting) {
	l.mu.Lock()
	l.budget.report(time.Now(), p.number, seen)
	if p.origin != 0 {
		l.reports = append(l.reports, report{p, seen})
		l.start(ctx)
	}
	running := l.running
	l.mu.Unlock()
	if running {
		l.changed()
	}
}

// changed wakes the goroutine.
func (l *line) changed() {
	select {
	case l.wake <- struct{}{}:
	default: // it is going to look anyway
	}
}

// run lets the calls of the queue go, one after the other, and ends with the last one.
func (l *line) run(ctx context.Context) {
	for l.busy() {
		passes, wait := l.reserve(ctx)
		for _, p := range passes {
			l.letGo(ctx, p)
		}
		if wait > 0 {
			l.sleep(wait)
		}
	}
}

// busy reports whether there is anything to do. If not, the goroutine ends.
func (l *line) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running = l.queue.length > 0 || len(l.reports) > 0 && !l.shared.isPaused()
	return l.running
}

// reserve asks the shared budget for as many calls as wait, and, when that is not to be had, the one of this process for
// one. Beside what was granted it returns how long to wait before more may be.
func (l *line) reserve(ctx context.Context) ([]pass, time.Duration) {
	l.mu.Lock()
	own, reports, wanted := l.budget, l.reports, l.queue.length
	l.reports = nil
	l.mu.Unlock()
	done, shared := l.shared.settle(ctx, l.key, own, reports, wanted)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case shared:
		l.budget = done.budget
		for _, r := range l.reports { // they came meanwhile, and are told next
			l.budget.report(time.Now(), r.pass.number, r.seen)
		}
		return done.passes, done.wait
	default: // they are told when the shared budget can be had again
		l.reports = append(reports, l.reports...)
		l.reports = l.reports[max(len(l.reports)-maxReports, 0):]
	}
	if l.queue.length == 0 {
		return nil, 0
	}
	if wait := l.budget.reserve(time.Now()); wait > 0 {
		return nil, wait
	}
	return []pass{{number: l.budget.sent}}, 0
}

// letGo gives the pass to the call whose turn it is, or back.
func (l *line) letGo(ctx context.Context, p pass) {
	l.mu.Lock()
	w := l.queue.next()
	l.mu.Unlock()
	if w == nil {
		l.leave(ctx, p, Sighting{Outcome: OutcomeUnsent})
		return
	}
	w.pass = p
	close(w.done)
}

// sleep sends away the calls that will not get out of the queue in time, and waits until there may be budget.
func (l *line) sleep(wait time.Duration) {
	now := time.Now()
	var late []*waiting
	l.mu.Lock()
	ahead := 0
	for w := range l.queue.all() {
		if w.err = l.tooLate(w, now, ahead); w.err != nil {
			late = append(late, w)
		} else {
			ahead++
		}
	}
	for _, w := range late {
		l.queue.remove(w)
		close(w.done)
	}
	waiting := l.queue.length > 0
	l.mu.Unlock()
	if !waiting {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.wake:
	}
}

// known is what is known of the budget.
func (l *line) known() Budget {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := Budget{Group: l.key.Group, Waiting: l.queue.length}
	now, told := time.Now(), &l.budget.told
	if b.Limit = told.size; b.Limit == 0 {
		return b
	}
	b.Remaining, b.Reset = max(told.left-told.flying(), 0), told.end.Sub(now)
	if b.Reset <= 0 {
		b.Remaining, b.Reset = told.size, 0
	}
	return b
}
