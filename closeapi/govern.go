package closeapi

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// PacePolicy says how calls wait for Close's rate limit.
//
// Close limits the calls of a key in groups of endpoints (Close docs: Rate Limits). What the limits are is learned: from
// the headers of the answers, and from refusals. A call that there is budget for goes at once. Else it waits for its
// turn: writes go before reads, and reads before background work; among equals the shares of a credential take turns
// ([Caller].Share). A wait that would outlive the deadline of the call is not begun: the call fails at once, with an
// error for which [IsRateLimited] is true and [RetryAfter] says when to come back.
type PacePolicy struct {
	MaxQueue int           // the most calls that wait, for each credential and group of endpoints; default 5,000
	MaxWait  time.Duration // the longest that a call waits whose context has no deadline; default 1 minute
}

// withDefaults returns the policy with every setting filled in, or says which one makes no sense.
func (p PacePolicy) withDefaults() (PacePolicy, error) {
	switch {
	case p.MaxQueue < 0:
		return p, fmt.Errorf("Pace.MaxQueue: %d is negative", p.MaxQueue)
	case p.MaxWait < 0:
		return p, fmt.Errorf("Pace.MaxWait: %v is negative", p.MaxWait)
	}
	if p.MaxQueue == 0 {
		p.MaxQueue = 5000
	}
	if p.MaxWait == 0 {
		p.MaxWait = time.Minute
	}
	return p, nil
}

const (
	// maxLines is how many budgets are kept; beyond, the one that was not used for the longest time is forgotten.
	maxLines = 20_000
	// lineLasts is how long a budget is kept that is not used.
	lineLasts = 10 * time.Minute
)

// govern is the transport that keeps to Close's rate limit. It sees each attempt of a call, since Close counts each.
type govern struct {
	next   http.RoundTripper
	policy PacePolicy
	base   time.Duration
	shared *sharedBudgets

	mu    sync.Mutex
	lines *simplelru.LRU[BudgetKey, *line]
}

func newGovern(cfg Config, next http.RoundTripper) *govern {
	lines, _ := simplelru.NewLRU[BudgetKey, *line](maxLines, nil) // the size is a good one
	t := &govern{next: next, policy: cfg.Pace, base: cfg.Retry.BaseDelay, lines: lines}
	if cfg.Budgets != nil {
		t.shared = newSharedBudgets(cfg.Budgets)
	}
	return t
}

// RoundTrip sends the request when there is budget for it.
func (t *govern) RoundTrip(req *http.Request) (*http.Response, error) {
	x, now := exchangeOf(req), time.Now()
	l := t.line(BudgetKey{Identity: x.identity, Group: x.op.group}, now)
	p, err := l.enter(req.Context(), x, now)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.next.RoundTrip(req)
	l.leave(req.Context(), p, observe(resp, err))
	return resp, err
}

// line is where the calls of a budget wait. Budgets that were not used for long are forgotten.
func (t *govern) line(key BudgetKey, now time.Time) *line {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l, ok := t.lines.Get(key); ok && now.Sub(l.used) < lineLasts {
		l.used = now
		return l
	}
	for {
		_, oldest, ok := t.lines.GetOldest()
		if !ok || now.Sub(oldest.used) < lineLasts {
			break
		}
		t.lines.RemoveOldest()
	}
	l := &line{
		key: key, policy: t.policy, shared: t.shared, used: now,
		wake: make(chan struct{}, 1), budget: newBudget(t.base),
	}
	t.lines.Add(key, l)
	return l
}

// known is what is known of a budget, if it was used lately.
func (t *govern) known(key BudgetKey) (Budget, bool) {
	t.mu.Lock()
	l, ok := t.lines.Peek(key)
	ok = ok && time.Since(l.used) < lineLasts
	t.mu.Unlock()
	if !ok {
		return Budget{}, false
	}
	return l.known(), true
}

// observe is what an attempt shows of its budget.
func observe(resp *http.Response, err error) Sighting {
	var seen Sighting
	switch {
	case IsDown(err):
		seen.Outcome = OutcomeUnsent
	case err != nil:
		seen.Outcome = OutcomeUnanswered
	case resp.StatusCode == http.StatusTooManyRequests:
		seen.Outcome = OutcomeRefused
		if limit, ok := rateLimitOf(resp.Header); ok {
			seen.Limit.Limit = limit.Limit
		}
		if seen.Limit.Reset, seen.Told = retryHeader(resp.StatusCode, resp.Header); !seen.Told {
			seen.Limit.Reset, seen.Told = retryBody(keepBody(resp))
		}
	default:
		seen.Limit, seen.Told = rateLimitOf(resp.Header)
	}
	return seen
}

// heldError is the error of a call that is not made because of the rate limit.
type heldError struct {
	wait time.Duration // until it could be made, as far as is known
	why  string        // if it is not the wait
}

func (e *heldError) Error() string {
	why := e.why
	if why == "" {
		why = "there is no time left to wait for the rate limit"
	}
	return fmt.Sprintf("not sent: %s; try again in %v", why, e.retryAfter())
}

// retryAfter is when to try again: never at once, since then there would have been no error.
func (e *heldError) retryAfter() time.Duration {
	return max(e.wait.Round(time.Millisecond), 100*time.Millisecond)
}
