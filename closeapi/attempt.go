package closeapi

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// attemptTimeout limits the time of one attempt, the reading of its answer included.
type attemptTimeout struct {
	next    http.RoundTripper
	timeout time.Duration
}

// RoundTrip sends the request under a context that ends after the timeout, or with the body of the answer.
func (t *attemptTimeout) RoundTrip(req *http.Request) (*http.Response, error) {
	a := &attempt{Context: req.Context(), timeout: t.timeout, ends: time.Now().Add(t.timeout)}
	resp, err := t.next.RoundTrip(req.WithContext(a)) //nolint:contextcheck // it is the request's, and ends with it
	if err != nil {
		if cause := a.Err(); cause != nil {
			err = endedError{cause, err}
		}
		a.end()
		return nil, err
	}
	a.body, resp.Body = resp.Body, a
	return resp, nil
}

// attempt is the context of one attempt, and the body of its answer, with which it ends. It ends with the call too, and
// when its time is over. Nearly every attempt ends long before, and a connection of ours keeps to the time by itself (see
// limit): so a timer is made only for those who ask for the end.
type attempt struct {
	context.Context //nolint:containedctx // of the call, and this is one. Its deadline may move (see flight), and is hidden
	timeout         time.Duration
	ends            time.Time
	body            io.ReadCloser

	mu     sync.Mutex
	over   bool
	timed  context.Context //nolint:containedctx // with a timer; nil until somebody asks for the end
	cancel context.CancelFunc
}

// Deadline is when the time of the attempt is over.
func (a *attempt) Deadline() (time.Time, bool) { return a.ends, true }

// Done is closed when the attempt has ended.
func (a *attempt) Done() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.timed == nil {
		a.timed, a.cancel = context.WithDeadline(unhurried{a.Context}, a.ends)
		if a.over {
			a.cancel()
		}
	}
	return a.timed.Done()
}

// Err is why the attempt has ended.
func (a *attempt) Err() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.timed != nil:
		return a.timed.Err()
	case a.over:
		return context.Canceled
	case a.Context.Err() != nil:
		return a.Context.Err()
	case !time.Now().Before(a.ends):
		return context.DeadlineExceeded
	}
	return nil
}

// Value is a value of the call. Contexts that are made of the attempt find in it what ends them, if there is a timer.
func (a *attempt) Value(key any) any {
	a.mu.Lock()
	timed := a.timed
	a.mu.Unlock()
	if timed != nil {
		return timed.Value(key)
	}
	return a.Context.Value(key)
}

// end ends the attempt, so that nothing is left of it.
func (a *attempt) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	if a.cancel != nil {
		a.cancel()
	}
}

// Read reads the answer, and says so if the end of the attempt is why it could not.
func (a *attempt) Read(p []byte) (int, error) {
	n, err := a.body.Read(p)
	if err != nil && err != io.EOF {
		if cause := a.Err(); cause != nil {
			err = endedError{cause, err}
		}
	}
	return n, err
}

// Close closes the body and ends the attempt.
func (a *attempt) Close() error {
	err := a.body.Close()
	a.end()
	return err
}

// unhurried hides the deadline of a context. It ends all the same.
type unhurried struct {
	context.Context //nolint:containedctx // it is a context
}

// Deadline says that there is none.
func (unhurried) Deadline() (time.Time, bool) { return time.Time{}, false }

// AfterFunc has call run when the context ends; see flight.AfterFunc.
func (u unhurried) AfterFunc(call func()) (stop func() bool) {
	return context.AfterFunc(u.Context, call)
}
