package closeapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// RetryPolicy says how often and how patiently calls are repeated.
//
// Any call is repeated after status 429, since Close did nothing then, and as often as its deadline allows: each time it
// waits until the rate limit lets it go, with all others (see [PacePolicy]).
//
// A GET is repeated also after 502, 503 and 504 and when its connection broke, before or within the headers of the
// answer. Nothing else is: not a write whose fate is unknown, and no attempt that ran out of its time. Waits start at
// BaseDelay and double, unless Close names one in retry-after. Up to half of BaseDelay is added at random, so that
// callers do not return as one crowd. A wait that Close asks for and that is longer than MaxDelay, or would outlive the
// context's deadline, is not begun: the answer is returned at once, and [RetryAfter] tells when to come back. A wait
// ends with its context. So that an outage does not multiply the load, all calls of a client together may be repeated
// only as often as Share allows; beyond that, failures are returned at once.
type RetryPolicy struct {
	MaxAttempts int           // the first one included, those that end with 429 not; default 4; 1 repeats nothing
	BaseDelay   time.Duration // default 500 ms
	MaxDelay    time.Duration // the longest wait, what is added at random not counted; default 30 s
	Share       float64       // the calls that may be repeated, as a part of all; default 0.2
}

// withDefaults returns the policy with every setting filled in, or says which one makes no sense.
func (p RetryPolicy) withDefaults() (RetryPolicy, error) {
	switch {
	case p.MaxAttempts < 0:
		return p, fmt.Errorf("Retry.MaxAttempts: %d is negative", p.MaxAttempts)
	case p.BaseDelay < 0:
		return p, fmt.Errorf("Retry.BaseDelay: %v is negative", p.BaseDelay)
	case p.MaxDelay < 0:
		return p, fmt.Errorf("Retry.MaxDelay: %v is negative", p.MaxDelay)
	case !(p.Share >= 0):
		return p, fmt.Errorf("Retry.Share: %v is no part of a whole", p.Share)
	}
	if p.MaxAttempts == 0 {
		p.MaxAttempts = 4
	}
	if p.BaseDelay == 0 {
		p.BaseDelay = 500 * time.Millisecond
	}
	if p.MaxDelay == 0 {
		p.MaxDelay = 30 * time.Second
	}
	if p.Share == 0 {
		p.Share = 0.2
	}
	return p, nil
}

// retry is the transport that repeats. What may be repeated and after which wait is decided here; the loop and
// the waiting are failsafe's.
type retry struct {
	next      http.RoundTripper
	policy    RetryPolicy
	allowance allowance
	executor  failsafe.Executor[outcome]
}

// outcome is how one attempt ended.
type outcome struct {
	resp     *http.Response
	err      error
	again    bool          // whether another attempt may be made
	wait     time.Duration // and after how long
	failures int           // the attempts so far that count
}

func newRetry(policy RetryPolicy, next http.RoundTripper) *retry {
	return &retry{
		next:      next,
		policy:    policy,
		allowance: allowance{share: policy.Share, left: maxAllowance},
		executor: failsafe.With(retrypolicy.NewBuilder[outcome]().
			HandleIf(func(o outcome, _ error) bool { return o.again }).
			WithDelayFunc(func(e failsafe.ExecutionAttempt[outcome]) time.Duration { return e.LastResult().wait }).
			WithMaxAttempts(-1). // they are counted here, since not all count
			ReturnLastFailure().
			Build()),
	}
}

// RoundTrip sends the request until there is an answer to give back.
func (t *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	t.allowance.earn()
	first := t.attempt(req, 0)
	if first.again {
		return t.repeat(req, first)
	}
	return first.resp, first.err
}

// repeat makes the other attempts.
func (t *retry) repeat(req *http.Request, last outcome) (*http.Response, error) {
	first := true
	_, err := t.executor.WithContext(req.Context()).Get(func() (outcome, error) {
		if !first {
			last = t.another(req, last)
		}
		first = false
		return last, nil
	})
	if err != nil { // the context ended during a wait
		if last.resp != nil {
			last.resp.Body.Close()
		}
		return nil, err
	}
	return last.resp, last.err
}

// another makes another attempt, with a body of its own. Where there is no time to wait for the rate limit again, the
// last answer stands.
func (t *retry) another(req *http.Request, last outcome) outcome {
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return outcome{err: fmt.Errorf("send the body again: %w", err)}
		}
		req = req.WithContext(req.Context()) // a copy, since a transport must not change its request
		req.Body = body
	}
	next := t.attempt(req, last.failures)
	if _, held := errors.AsType[*heldError](next.err); held && last.resp != nil {
		last.again = false
		return last
	}
	return next
}

// attempt sends the request once and decides whether it may be sent again.
func (t *retry) attempt(req *http.Request, failures int) outcome {
	resp, err := t.next.RoundTrip(req)
	o := outcome{resp: resp, err: err, failures: failures}
	if t.policy.MaxAttempts == 1 || !t.mayRepeat(req, resp, err) {
		return o
	}
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		keepBody(resp)
		o.again = true // the rate limit makes it wait
		return o
	}
	if o.failures++; o.failures >= t.policy.MaxAttempts {
		return o
	}
	wait, told := time.Duration(0), false
	if resp != nil {
		keepBody(resp)
		wait, told = retryHeader(resp.StatusCode, resp.Header)
	}
	if told && wait > t.policy.MaxDelay {
		return o
	}
	if !told {
		wait = t.backoff(o.failures)
	}
	o.wait = wait + rand.N(t.policy.BaseDelay/2+1) //nolint:gosec // it spreads callers, and protects nothing
	deadline, ok := req.Context().Deadline()
	o.again = (!ok || time.Now().Add(o.wait).Before(deadline)) && t.allowance.spend()
	return o
}

// maxAllowance is how many calls may be repeated in a row, until new calls have earned more.
const maxAllowance = 10

// allowance limits the calls that are repeated to a share of all calls.
type allowance struct {
	share float64

	mu   sync.Mutex
	left float64
}

// earn counts a call.
func (a *allowance) earn() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left = min(a.left+a.share, maxAllowance)
}

// spend counts a call that is repeated, and reports whether it may be.
func (a *allowance) spend() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.left < 1 {
		return false
	}
	a.left--
	return true
}

// backoff is the wait after the given attempt, counted from 1, when Close does not name one.
func (t *retry) backoff(number int) time.Duration {
	wait := t.policy.BaseDelay
	for range number - 1 {
		if wait >= t.policy.MaxDelay {
			break
		}
		wait *= 2
	}
	return min(wait, t.policy.MaxDelay)
}

// mayRepeat is the rule of what is safe to repeat.
func (t *retry) mayRepeat(req *http.Request, resp *http.Response, err error) bool {
	switch {
	case req.Context().Err() != nil:
		return false
	case req.Body != nil && req.GetBody == nil:
		return false // the body is gone
	case err != nil:
		return repeatable(req) && connectionBroke(err)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return repeatable(req)
	}
	return false
}

// connectionBroke reports whether a connection was refused, reset or closed. Time that ran out, names that do
// not resolve, certificates that do not hold and answers that are not HTTP would be the same the next time.
func connectionBroke(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	for _, broken := range []error{
		io.EOF, io.ErrUnexpectedEOF,
		syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.ECONNABORTED, syscall.EPIPE,
	} {
		if errors.Is(err, broken) {
			return true
		}
	}
	return false
}

// maxErrorBody is how much of the body of an error is read, in bytes.
const maxErrorBody = 64 << 10

// keepBody reads the body of a failure into memory, so that its connection is free during the wait and the
// body is still there if this was the last attempt. What cannot be read is left out.
func keepBody(resp *http.Response) []byte {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body
}
