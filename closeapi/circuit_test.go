package closeapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// once makes each call with one attempt, so that calls can be counted.
var once = closeapi.RetryPolicy{MaxAttempts: 1}

// TestCircuit takes Close down and up again: calls fail at once, say when to come back, and then a few find out whether
// Close is up.
func TestCircuit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		status, sent := 503, 0
		client := newClient(t, closeapi.Config{Retry: once, Transport: inProcess(func(*http.Request) (*http.Response, error) {
			sent++
			return answer(status, `{}`), nil
		})})
		for i := range 20 {
			if _, err := client.Do(t.Context(), getLead); closeapi.IsDown(err) || err == nil {
				t.Fatalf("call %d: %v, want the 503", i, err)
			}
		}
		<-time.After(time.Second)
		for range 10 {
			_, err := client.Do(t.Context(), postLead)
			after, ok := closeapi.RetryAfter(err)
			if !closeapi.IsDown(err) || closeapi.IsRateLimited(err) || !ok || after != 4*time.Second {
				t.Fatalf("Do = %v, to be repeated in %v, %v", err, after, ok)
			}
			if want := "post /lead/: not sent: Close is down, and tried again in 4s"; err.Error() != want {
				t.Errorf("Do = %q, want %q", err, want)
			}
		}
		if sent != 20 {
			t.Errorf("%d calls were sent, want 20", sent)
		}
		<-time.After(4 * time.Second) // a probe finds Close down
		for i, down := range []bool{false, true, true} {
			if _, err := client.Do(t.Context(), getLead); err == nil || closeapi.IsDown(err) != down {
				t.Errorf("call %d: %v", i, err)
			}
		}
		<-time.After(5 * time.Second) // and then up
		status = 200
		for i := range 10 {
			if _, err := client.Do(t.Context(), getLead); err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
	})
}

// TestWhatIsDown says what opens the circuit: many failures to answer, in a large part of all calls, close together.
func TestWhatIsDown(t *testing.T) {
	t.Parallel()
	stall := func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	status := func(code int) inProcess {
		return func(*http.Request) (*http.Response, error) { return answer(code, `{}`), nil }
	}
	for name, test := range map[string]struct {
		answer   inProcess
		calls    int
		part     int           // one of so many calls is answered like this, the others well
		deadline time.Duration // of a call
		pause    time.Duration // between calls
		want     bool
	}{
		"502":                      {answer: status(502), calls: 30, part: 1, want: true},
		"503":                      {answer: status(503), calls: 30, part: 1, want: true},
		"504":                      {answer: status(504), calls: 30, part: 1, want: true},
		"no connection":            {answer: func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }, calls: 30, part: 1, want: true},
		"every other":              {answer: status(502), calls: 60, part: 2, want: true},
		"every third":              {answer: status(502), calls: 60, part: 3, want: false},
		"a few":                    {answer: status(502), calls: 19, part: 1, want: false},
		"now and then":             {answer: status(502), calls: 60, part: 1, pause: time.Second, want: false},
		"500":                      {answer: status(500), calls: 60, part: 1, want: false},
		"429":                      {answer: status(429), calls: 60, part: 1, want: false},
		"404":                      {answer: status(404), calls: 60, part: 1, want: false},
		"stalls":                   {answer: stall, calls: 30, part: 1, want: true},
		"stalls for long":          {answer: stall, calls: 30, part: 1, deadline: 20 * time.Second, want: true},
		"callers without patience": {answer: stall, calls: 60, part: 1, deadline: 2 * time.Second, want: false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				client := newClient(t, closeapi.Config{Retry: once, Transport: inProcess(func(req *http.Request) (*http.Response, error) {
					if int(sent.Add(1))%test.part == 0 {
						return test.answer(req)
					}
					return answer(200, `{}`), nil
				})})
				var down atomic.Int32
				together(test.calls, func(i int) {
					<-time.After(time.Duration(i) * test.pause)
					ctx := t.Context()
					if test.deadline > 0 {
						ctx = within(t, test.deadline)
					}
					// Each asks as somebody else, so that no rate limit is in the way.
					own := client.For(closeapi.Caller{Credential: closeapi.APIKey(fmt.Sprint("api_", i))})
					if _, err := own.Do(ctx, getLead); closeapi.IsDown(err) {
						down.Add(1)
					}
				})
				synctest.Wait() // calls that were given up have ended too
				_, err := client.Do(t.Context(), postLead)
				if closeapi.IsDown(err) != test.want {
					t.Errorf("afterwards Do = %v, want that Close is down: %v; before, %d were not sent", err, test.want, down.Load())
				}
			})
		})
	}
}

// TestCanceledProbe cancels the calls that find out whether Close is up: others find out later.
func TestCanceledProbe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := true
		client := newClient(t, closeapi.Config{Retry: once, Transport: inProcess(func(req *http.Request) (*http.Response, error) {
			if down {
				return answer(502, `{}`), nil
			}
			select {
			case <-req.Context().Done():
				return nil, req.Context().Err()
			case <-time.After(time.Second):
				return answer(200, `{}`), nil
			}
		})})
		together(20, func(int) { _, _ = client.Do(t.Context(), getLead) })
		down = false
		for range 3 {
			<-time.After(5 * time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Millisecond, cancel)
			together(5, func(int) {
				if _, err := client.Do(ctx, getLead); err == nil {
					t.Error("a canceled call succeeded")
				}
			})
		}
		<-time.After(5 * time.Second)
		together(3, func(int) {
			if _, err := client.Do(t.Context(), getLead); err != nil {
				t.Error(err)
			}
		})
	})
}
