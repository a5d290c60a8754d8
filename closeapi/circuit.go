package closeapi

import (
	"fmt"
	"net/http"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
)

// CircuitPolicy says when Close is taken for down. Then calls fail at once, with an error for which [IsDown] is true,
// until a few that are let through to find out are all answered.
//
// A failure is a 502, 503 or 504, a connection that cannot be made or breaks, and an attempt without an answer that took
// at least half of [Config].Timeout. Nothing else is: a 500 may be about one request, 4xx and 429 are answers, and
// callers who give up say nothing about Close. It takes many failures, and a large part of all calls of a client, of
// whatever caller, so that one caller's bad luck is not enough.
type CircuitPolicy struct {
	MinCalls int           // fewer calls than these in a window prove nothing; default 20
	Failures float64       // the part of them that fails when Close is down, above 0 and up to 1; default 0.5
	Window   time.Duration // default 10 s
	Pause    time.Duration // how long to leave Close alone; default 5 s
}

// withDefaults returns the policy with every setting filled in, or says which one makes no sense.
func (p CircuitPolicy) withDefaults() (CircuitPolicy, error) {
	switch {
	case p.MinCalls < 0:
		return p, fmt.Errorf("Circuit.MinCalls: %d is negative", p.MinCalls)
	case !(p.Failures >= 0 && p.Failures <= 1):
		return p, fmt.Errorf("Circuit.Failures: %v is no part of a whole", p.Failures)
	case p.Window < 0:
		return p, fmt.Errorf("Circuit.Window: %v is negative", p.Window)
	case p.Pause < 0:
		return p, fmt.Errorf("Circuit.Pause: %v is negative", p.Pause)
	}
	if p.MinCalls == 0 {
		p.MinCalls = 20
	}
	if p.Failures == 0 {
		p.Failures = 0.5
	}
	if p.Window == 0 {
		p.Window = 10 * time.Second
	}
	if p.Pause == 0 {
		p.Pause = 5 * time.Second
	}
	return p, nil
}

// probes is how many calls find out whether Close is up again.
const probes = 3

// circuit is the transport that leaves Close alone when it is down. What a failure is is decided here; the counting and
// the states are failsafe's.
type circuit struct {
	next     http.RoundTripper
	breaker  circuitbreaker.CircuitBreaker[any]
	pause    time.Duration
	patience time.Duration // an attempt that was given up sooner says nothing about Close
}

func newCircuit(cfg Config, next http.RoundTripper) *circuit {
	p := cfg.Circuit
	return &circuit{
		next:     next,
		pause:    p.Pause,
		patience: cfg.Timeout / 2,
		breaker: circuitbreaker.NewBuilder[any]().
			WithFailureRateThreshold(p.Failures, uint(p.MinCalls), p.Window).
			WithDelay(p.Pause).
			WithSuccessThreshold(probes).
			Build(),
	}
}

// RoundTrip sends the request, unless Close is down.
func (t *circuit) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.breaker.TryAcquirePermit() {
		closeBody(req)
		wait := t.breaker.RemainingDelay()
		if wait == 0 { // the probes are on their way
			wait = min(t.pause, time.Second)
		}
		return nil, &downError{wait}
	}
	exchangeOf(req).attempts++
	begun := time.Now()
	resp, err := t.next.RoundTrip(req)
	switch {
	case err == nil && !isDown(resp.StatusCode):
		t.breaker.RecordSuccess()
	case err == nil, req.Context().Err() == nil, time.Since(begun) >= t.patience:
		t.breaker.RecordFailure()
	default: // the caller gave up
		if t.breaker.IsHalfOpen() { // a probe that found out nothing: another one will
			t.breaker.RecordFailure()
		}
	}
	return resp, err
}

// isDown reports whether the status is what a proxy says when nobody is behind it.
func isDown(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// downError is the error of a call that is not made because Close is down.
type downError struct{ wait time.Duration }

func (e *downError) Error() string {
	return fmt.Sprintf("not sent: Close is down, and tried again in %v", e.wait.Round(time.Millisecond))
}
