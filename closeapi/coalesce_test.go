package closeapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
)

// slow is a Close that takes a second for each answer, and whose answers are numbered.
type slow struct {
	mu     sync.Mutex
	n      int
	ended  int // by their contexts
	answer func(req *http.Request, n int) (*http.Response, error)
}

func (s *slow) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.n++
	n := s.n
	s.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-req.Context().Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended++
		return nil, req.Context().Err()
	}
	if s.answer != nil {
		return s.answer(req, n)
	}
	return answer(200, fmt.Sprintf(`{"id":"lead_1","n":%d}`, n)), nil
}

func (s *slow) count() (calls, ended int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n, s.ended
}

// result is what came of a call.
type result struct {
	doc closeapi.Document
	err error
}

// start makes a call that goes on in the background.
func start(ctx context.Context, client *closeapi.Client, call closeapi.Call) <-chan result {
	done := make(chan result, 1)
	go func() {
		doc, err := client.Do(ctx, call)
		done <- result{doc, err}
	}()
	synctest.Wait()
	return done
}

func TestEqualReadsAreOne(t *testing.T) {
	t.Parallel()
	search := closeapi.Call{Operation: "POST /data/search/", Body: map[string]int{"_limit": 1}}
	hours, err := closeapi.ParseOffset("5.5", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	another := closeapi.Caller{Credential: closeapi.APIKey("api_another.key")}
	shared := closeapi.Caller{Credential: closeapi.APIKey(secretKey), Share: "somebody else"}
	for name, test := range map[string]struct {
		first, second closeapi.Call
		caller        *closeapi.Caller // of the second
		want          int
	}{
		"equal":                   {first: getLead, second: getLead, want: 1},
		"equal, too long":         {first: longCall, second: longCall, want: 1},
		"equal searches":          {first: search, second: search, want: 1},
		"for two who share a key": {first: getLead, second: getLead, caller: &shared, want: 1},
		"another credential":      {first: getLead, second: getLead, caller: &another, want: 2},
		"another object":          {first: getLead, second: closeapi.Call{Operation: getLead.Operation, Vars: []string{"lead_2"}}, want: 2},
		"other members":           {first: getLead, second: closeapi.Call{Operation: getLead.Operation, Vars: getLead.Vars, Fields: []string{"id"}}, want: 2},
		"another time zone":       {first: getLead, second: closeapi.Call{Operation: getLead.Operation, Vars: getLead.Vars, Offset: &hours}, want: 2},
		"another one that is too long": {
			first: longCall, second: closeapi.Call{
				Operation: longCall.Operation, Params: map[string]string{"id__in": strings.Repeat("lead_2,", 400)},
			}, want: 2,
		},
		"another search": {first: search, second: closeapi.Call{Operation: search.Operation, Body: map[string]int{"_limit": 2}}, want: 2},
		"in the background": {
			first: closeapi.Call{Operation: getLead.Operation, Vars: getLead.Vars, Background: true}, second: getLead, want: 2,
		},
		"writes": {first: postLead, second: postLead, want: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &slow{}
				client := newClient(t, closeapi.Config{Transport: close})
				second := client
				if test.caller != nil {
					second = client.For(*test.caller)
				}
				one := start(t.Context(), client, test.first)
				other := start(t.Context(), second, test.second)
				a, b := <-one, <-other
				if a.err != nil || b.err != nil {
					t.Fatalf("Do = %v and %v", a.err, b.err)
				}
				if calls, _ := close.count(); calls != test.want {
					t.Errorf("%d calls, want %d", calls, test.want)
				}
				if same := &a.doc.Body[0] == &b.doc.Body[0]; same != (test.want == 1) {
					t.Errorf("the bytes are the same: %v", same)
				}
				<-start(t.Context(), client, test.first)
				if calls, _ := close.count(); calls != test.want+1 {
					t.Errorf("%d calls after another one, want one more", calls)
				}
			})
		})
	}
}

// TestJoinersHaveTheSameError shares an answer that is no success, or cannot be read.
func TestJoinersHaveTheSameError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer *http.Response
		err    error
		is     func(error) bool
	}{
		"not found":     {answer: answer(404, `{"error":"no such lead"}`), is: closeapi.IsNotFound},
		"rate limited":  {answer: answer(429, `{}`, "RateLimit", "limit=1, remaining=0, reset=99"), is: closeapi.IsRateLimited},
		"too large":     {answer: answer(200, `{"x":"`+strings.Repeat("x", 2000)+`"}`), is: closeapi.IsTooLarge},
		"no connection": {err: errors.New("no route"), is: func(err error) bool { return strings.Contains(err.Error(), "no route") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &slow{answer: func(*http.Request, int) (*http.Response, error) { return test.answer, test.err }}
				client := newClient(t, closeapi.Config{Transport: close, MaxResponseBytes: 1000, Pace: closeapi.PacePolicy{MaxWait: time.Second}})
				one, other := start(t.Context(), client, getLead), start(t.Context(), client, getLead)
				a, b := <-one, <-other
				if !test.is(a.err) || !test.is(b.err) || a.err.Error() != b.err.Error() {
					t.Errorf("Do = %v and %v", a.err, b.err)
				}
				if calls, _ := close.count(); calls != 1 {
					t.Errorf("%d calls, want 1", calls)
				}
			})
		})
	}
}

// TestGivingUp lets the first or the second of two who wait give up: it goes at once, and the other one has its answer.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]bool{"the first": true, "the second": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &slow{}
				client := newClient(t, closeapi.Config{Transport: close})
				ctx, cancel := context.WithCancel(t.Context())
				contexts := []context.Context{t.Context(), ctx}
				if first {
					contexts[0], contexts[1] = ctx, t.Context()
				}
				waiting := []<-chan result{start(contexts[0], client, getLead), start(contexts[1], client, getLead)}
				if !first {
					waiting[0], waiting[1] = waiting[1], waiting[0]
				}
				cancel()
				begun := time.Now()
				if r := <-waiting[0]; !closeapi.IsCanceled(r.err) {
					t.Errorf("who gave up has %s, %v", r.doc.Body, r.err)
				}
				if time.Since(begun) != 0 {
					t.Errorf("who gave up went after %v", time.Since(begun))
				}
				if r := <-waiting[1]; r.err != nil || string(r.doc.Body) != `{"id":"lead_1","n":1}` {
					t.Errorf("the other one has %s, %v", r.doc.Body, r.err)
				}
			})
		})
	}
}

// TestAllGiveUp ends the call when nobody waits for it any more; who comes afterwards has one that is new.
func TestAllGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		close := &slow{}
		client := newClient(t, closeapi.Config{Transport: close})
		ctx, cancel := context.WithCancel(t.Context())
		one, other := start(ctx, client, getLead), start(ctx, client, getLead)
		cancel()
		<-one
		<-other
		late := start(t.Context(), client, getLead)
		if calls, ended := close.count(); calls != 2 || ended != 1 {
			t.Errorf("%d calls, %d of them ended, want 2 and 1", calls, ended)
		}
		if r := <-late; r.err != nil || string(r.doc.Body) != `{"id":"lead_1","n":2}` {
			t.Errorf("who came late has %s, %v", r.doc.Body, r.err)
		}
	})
}

// TestDeadlines has a call that must wait before it is repeated, begun by somebody who has no time for that: whether it
// waits is decided by whoever has the most time.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		patient time.Duration // how long the second one has; 0 for ever
		answers bool
	}{
		"no time either": {patient: 3 * time.Second},
		"some time":      {patient: 30 * time.Second, answers: true},
		"all the time":   {answers: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &slow{answer: func(_ *http.Request, n int) (*http.Response, error) {
					if n == 1 {
						return answer(429, `{}`, "RateLimit", "limit=1, remaining=0, reset=10"), nil
					}
					return answer(200, `{"id":"lead_1"}`), nil
				}}
				client := newClient(t, closeapi.Config{Transport: close})
				hasty, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				patient := t.Context()
				if test.patient > 0 {
					var cancel context.CancelFunc
					patient, cancel = context.WithTimeout(patient, test.patient)
					defer cancel()
				}
				one, other := start(hasty, client, getLead), start(patient, client, getLead)
				a, b := <-one, <-other
				if test.answers {
					if !closeapi.IsTimeout(a.err) || b.err != nil {
						t.Errorf("Do = %v and %v, want a timeout and an answer", a.err, b.err)
					}
				} else if !closeapi.IsRateLimited(a.err) || !closeapi.IsRateLimited(b.err) {
					t.Errorf("Do = %v and %v, want both to be rate limited at once", a.err, b.err)
				}
			})
		})
	}
}

// TestHangingRead is a read that does not come to its end: who comes much later has one of its own.
func TestHangingRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		client := newClient(t, closeapi.Config{Timeout: 10 * time.Second, Retry: closeapi.RetryPolicy{BaseDelay: time.Hour, MaxDelay: time.Hour},
			Transport: inProcess(func(req *http.Request) (*http.Response, error) {
				if calls++; calls == 1 {
					return nil, io.EOF // the next attempt is an hour away
				}
				return answer(200, `{"id":"lead_1"}`), nil
			})})
		ctx, cancel := context.WithCancel(t.Context())
		hanging := start(ctx, client, getLead)
		<-time.After(11 * time.Second)
		if doc, err := client.Do(t.Context(), getLead); err != nil || calls != 2 {
			t.Errorf("Do = %s, %v after %d calls", doc.Body, err, calls)
		}
		cancel()
		<-hanging
	})
}

// TestAttemptsEnd joins somebody who has time to somebody who has none: the attempt still ends after its timeout.
func TestAttemptsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, closeapi.Config{Timeout: 10 * time.Second, Transport: inProcess(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})})
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		one, other := start(hasty, client, getLead), start(t.Context(), client, getLead)
		if r := <-one; !closeapi.IsTimeout(r.err) || time.Since(begun) != time.Second {
			t.Errorf("Do = %v after %v", r.err, time.Since(begun))
		}
		if r := <-other; !closeapi.IsTimeout(r.err) || time.Since(begun) != 10*time.Second {
			t.Errorf("Do = %v after %v", r.err, time.Since(begun))
		}
	})
}

// TestWritesEndJoining reads before, during and after a write: nobody joins across its beginning or its end.
func TestWritesEndJoining(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var mu sync.Mutex
		gets := 0
		client := newClient(t, closeapi.Config{Transport: inProcess(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPut {
				<-release
				return answer(200, `{}`), nil
			}
			mu.Lock()
			gets++
			n := gets
			mu.Unlock()
			<-time.After(time.Minute)
			return answer(200, fmt.Sprintf(`{"n":%d}`, n)), nil
		}), Timeout: time.Hour, IdentityKey: []byte("key")}) // under which these two have counters of their own
		another := client.For(closeapi.Caller{Credential: closeapi.APIKey("api_another.key")})
		put := closeapi.Call{Operation: "PUT /lead/{id}/", Vars: []string{"lead_1"}, Body: struct{}{}}

		waiting := []<-chan result{start(t.Context(), client, getLead), start(t.Context(), another, getLead)}
		write := start(t.Context(), client, put)
		waiting = append(waiting, start(t.Context(), client, getLead), start(t.Context(), client, getLead))
		close(release)
		<-write
		waiting = append(waiting, start(t.Context(), client, getLead), start(t.Context(), another, getLead))
		var got []string
		for _, w := range waiting {
			r := <-w
			got = append(got, string(r.doc.Body))
		}
		// The other identity has not written, and may join what it began before.
		want := []string{`{"n":1}`, `{"n":2}`, `{"n":3}`, `{"n":3}`, `{"n":4}`, `{"n":2}`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
}

// told are the writes of processes that tell each other, as closeapi.Writes has it.
type told struct {
	all *atomic.Uint64 // what was told by anybody
	mu  sync.Mutex
	own uint64 // of it, what this process has learned
}

func (t *told) Tell(context.Context, closeapi.Identity) { t.all.Add(1) }

func (t *told) Learn(context.Context) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.own = t.all.Load()
}

func (t *told) Epoch(closeapi.Identity) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.own
}

// TestWritesOfOthersEndJoining reads by one process before, during and after a write by another: nobody joins across its
// beginning or its end, and who reads without a write in between does.
func TestWritesOfOthersEndJoining(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all atomic.Uint64
		s := &slow{}
		process := func() *closeapi.Client {
			return newClient(t, closeapi.Config{Transport: s, Writes: &told{all: &all}})
		}
		reader, writer := process(), process()
		put := closeapi.Call{Operation: "PUT /lead/{id}/", Vars: []string{"lead_1"}, Body: struct{}{}}
		waiting := []<-chan result{start(t.Context(), reader, getLead), start(t.Context(), reader, getLead)}
		write := start(t.Context(), writer, put)
		<-time.After(500 * time.Millisecond)
		waiting = append(waiting, start(t.Context(), reader, getLead), start(t.Context(), reader, getLead))
		<-time.After(500 * time.Millisecond)
		<-write
		waiting = append(waiting, start(t.Context(), reader, getLead), start(t.Context(), reader, getLead))
		var got []string
		for _, w := range waiting {
			r := <-w
			got = append(got, strings.TrimPrefix(string(r.doc.Body), `{"id":"lead_1",`))
		}
		want := []string{`"n":1}`, `"n":1}`, `"n":3}`, `"n":3}`, `"n":4}`, `"n":4}`} // the write is the second one
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("answers (-want +got):\n%s", diff)
		}
	})
}

// TestPanicReachesWhoWaits hands a fault of a transport to those who wait, who know what to do about it.
func TestPanicReachesWhoWaits(t *testing.T) {
	t.Parallel()
	client := newClient(t, closeapi.Config{Transport: inProcess(func(*http.Request) (*http.Response, error) { panic("a fault") })})
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "a fault") || !strings.Contains(p, "TestPanicReachesWhoWaits") {
			t.Errorf("recover = %s, want the fault and where it came from", p)
		}
	}()
	_, err := client.Do(t.Context(), getLead)
	t.Errorf("Do = %v, want a panic", err)
}
