package closeapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"syscall"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// RetryPolicy says how often and how patiently calls are repeated.
//
// Any call is repeated after status 429, since Close did nothing then. What only reads, a GET or a POST such as
// that of a report, is repeated also after 502, 503 and 504 and when its connection broke, before or within
// the headers of the answer. Nothing else is: not a write whose fate is unknown, and no attempt that ran out of
// its time.
//
// After a 429 the wait is what Close asks for, by the first it gives of: the reset of the ratelimit header,
// retry-after, ratelimit-reset, and rate_reset in the body (Close docs: Rate Limits; ratelimit-reset is
// observed). Without them, and after other failures, waits start at BaseDelay and double. Up to half of
// BaseDelay is added at random, so that callers do not return as one crowd. A wait that Close asks for and
// that is longer than MaxDelay, or would outlive the context's deadline, is not begun: the answer is returned
// at once, and [RetryAfter] tells when to come back. A wait ends with its context.
type RetryPolicy struct {
	MaxAttempts int           // the first one included; default 4; 1 repeats nothing
	BaseDelay   time.Duration // default 500 ms
	MaxDelay    time.Duration // the longest wait, what is added at random not counted; default 30 s
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
	return p, nil
}

// retry is the transport that repeats. What may be repeated and after which wait is decided here; the loop,
// the counting and the waiting are failsafe's.
type retry struct {
	next     http.RoundTripper
	policy   RetryPolicy
	executor failsafe.Executor[outcome]
}

// outcome is how one attempt ended.
type outcome struct {
	resp  *http.Response
	err   error
	again bool          // whether another attempt may be made
	wait  time.Duration // and after how long
}

func newRetry(policy RetryPolicy, next http.RoundTripper) *retry {
	return &retry{
		next:   next,
		policy: policy,
		executor: failsafe.With(retrypolicy.NewBuilder[outcome]().
			HandleIf(func(o outcome, _ error) bool { return o.again }).
			WithDelayFunc(func(e failsafe.ExecutionAttempt[outcome]) time.Duration { return e.LastResult().wait }).
			WithMaxAttempts(policy.MaxAttempts).
			ReturnLastFailure().
			Build()),
	}
}

// RoundTrip sends the request until there is an answer to give back.
func (t *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	last := t.attempt(req, 1)
	if !last.again { // nearly always: the machinery below costs nothing then
		return last.resp, last.err
	}
	attempts := 0
	_, err := t.executor.WithContext(req.Context()).Get(func() (outcome, error) {
		if attempts++; attempts > 1 {
			last = t.repeat(req, attempts)
		}
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

// repeat makes another attempt, with a body of its own.
func (t *retry) repeat(req *http.Request, number int) outcome {
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return outcome{err: fmt.Errorf("send the body again: %w", err)}
		}
		req = req.WithContext(req.Context()) // a copy, since a transport must not change its request
		req.Body = body
	}
	return t.attempt(req, number)
}

// attempt sends the request once and decides whether it may be sent again.
func (t *retry) attempt(req *http.Request, number int) outcome {
	resp, err := t.next.RoundTrip(req)
	o := outcome{resp: resp, err: err}
	if !t.mayRepeat(req, resp, err) || number >= t.policy.MaxAttempts {
		return o
	}
	wait, told := time.Duration(0), false
	if resp != nil {
		body := keepBody(resp)
		wait, told = retryHeader(resp.StatusCode, resp.Header)
		if !told && resp.StatusCode == http.StatusTooManyRequests {
			wait, told = retryBody(body)
		}
	}
	if told && wait > t.policy.MaxDelay {
		return o
	}
	if !told {
		wait = t.backoff(number)
	}
	o.wait = wait + rand.N(t.policy.BaseDelay/2+1) //nolint:gosec // it spreads callers, and protects nothing
	deadline, ok := req.Context().Deadline()
	o.again = !ok || time.Now().Add(o.wait).Before(deadline)
	return o
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
