package closeapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// longCall is a read that is too long for a URL.
var longCall = closeapi.Call{
	Operation: "GET /lead/", Params: map[string]string{"id__in": strings.Repeat("lead_1,", 400)},
}

// report is a POST that only reads.
var report = closeapi.Call{Operation: "POST /report/activity/", Body: struct{}{}}

func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	put := closeapi.Call{Operation: "PUT /lead/{id}/", Vars: []string{"lead_1"}, Body: struct{}{}}
	remove := closeapi.Call{Operation: "DELETE /lead/{id}/", Vars: []string{"lead_1"}}
	for name, test := range map[string]struct {
		call   closeapi.Call
		status int
		err    error
		again  bool
	}{
		"GET 429": {getLead, 429, nil, true}, "POST 429": {postLead, 429, nil, true},
		"PUT 429": {put, 429, nil, true}, "DELETE 429": {remove, 429, nil, true}, "long GET 429": {longCall, 429, nil, true},
		"GET 502": {getLead, 502, nil, true}, "GET 503": {getLead, 503, nil, true}, "GET 504": {getLead, 504, nil, true},
		"long GET 502": {longCall, 502, nil, true}, "GET 500": {getLead, 500, nil, false}, "GET 501": {getLead, 501, nil, false},
		"GET 400": {getLead, 400, nil, false}, "GET 401": {getLead, 401, nil, false}, "GET 404": {getLead, 404, nil, false},
		"POST 502": {postLead, 502, nil, false}, "POST 503": {postLead, 503, nil, false}, "POST 504": {postLead, 504, nil, false},
		"PUT 502": {put, 502, nil, false}, "DELETE 502": {remove, 502, nil, false},
		"report 502": {report, 502, nil, true}, "report 500": {report, 500, nil, false}, "report reset": {report, 0, reset, true},
		"GET reset": {getLead, 0, reset, true}, "long GET reset": {longCall, 0, reset, true}, "POST reset": {postLead, 0, reset, false},
		"GET refused": {getLead, 0, syscall.ECONNREFUSED, true}, "GET closed": {getLead, 0, io.EOF, true},
		"DELETE closed": {remove, 0, io.EOF, false}, "GET timeout": {getLead, 0, context.DeadlineExceeded, false},
		"GET no such host": {getLead, 0, &net.DNSError{IsNotFound: true}, false},
		"GET other error":  {getLead, 0, errors.New("certificate expired"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bodies []string
			client := newClient(t, closeapi.Config{
				Transport: inProcess(func(req *http.Request) (*http.Response, error) {
					body := ""
					if req.Body != nil {
						text, _ := io.ReadAll(req.Body)
						body = string(text)
					}
					bodies = append(bodies, req.Method+" "+req.URL.String()+" "+body)
					switch {
					case len(bodies) > 1:
						return answer(200, `{"id":"lead_1"}`), nil
					case test.err != nil:
						return nil, test.err
					}
					return answer(test.status, `{"error":"no"}`), nil
				}),
			})
			doc, err := client.Do(t.Context(), test.call)
			if test.again {
				if err != nil || string(doc.Body) != `{"id":"lead_1"}` || len(bodies) != 2 {
					t.Fatalf("Do = %s, %v after %d attempts, want success after 2", doc.Body, err, len(bodies))
				}
				if bodies[0] != bodies[1] {
					t.Errorf("the second request is %s, want %s", bodies[1], bodies[0])
				}
			} else if err == nil || len(bodies) != 1 {
				t.Errorf("Do = %v after %d attempts, want an error after 1", err, len(bodies))
			}
		})
	}
}

func TestRepeatOverTheWire(t *testing.T) {
	t.Parallel()
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	for name, test := range map[string]struct {
		call  closeapi.Call
		first string
		want  bool
	}{
		"GET, reset":       {getLead, "", true},
		"GET, cut header":  {getLead, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", true},
		"GET, 503 in HTML": {getLead, "HTTP/1.1 503 Busy\r\nContent-Type: text/html\r\n\r\n<html>", true},
		"long, reset":      {longCall, "", true},
		"report, reset":    {report, "", true},
		"POST, reset":      {postLead, "", false},
		"POST, 429":        {postLead, "HTTP/1.1 429 Too Many\r\nRateLimit: limit=1, remaining=0, reset=0.001\r\n\r\n{}", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{BaseURL: serveRaw(t, test.first, good)})
			_, err := client.Do(t.Context(), test.call)
			if (err == nil) != test.want {
				t.Errorf("Do = %v, want success %v", err, test.want)
			}
		})
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	const base = 100 * time.Millisecond
	for name, test := range map[string]struct {
		status  int
		body    string
		headers []string
		want    time.Duration // at least; at most half of base is added
	}{
		"ratelimit first":       {429, `{}`, []string{"RateLimit", "limit=100, remaining=0, reset=2.5", "Retry-After", "3", "RateLimit-Reset", "4"}, 2500 * time.Millisecond},
		"then retry-after":      {429, `{}`, []string{"RateLimit", "limit=100", "Retry-After", "3", "RateLimit-Reset", "4"}, 3 * time.Second},
		"then ratelimit-reset":  {429, `{"error":{"rate_reset":5}}`, []string{"RateLimit-Reset", "4"}, 4 * time.Second},
		"then the body":         {429, `{"error":{"rate_reset":5.5}}`, nil, 5500 * time.Millisecond},
		"then backoff":          {429, `<html>`, nil, base},
		"a date":                {429, `{}`, []string{"Retry-After", "Sat, 01 Jan 2000 00:00:07 GMT"}, 7 * time.Second},
		"a date long gone":      {429, `{}`, []string{"Retry-After", "Sat, 01 Jan 1999 00:00:07 GMT"}, 0},
		"nonsense":              {429, `{"error":{"rate_reset":-1}}`, []string{"RateLimit", "reset=-1", "Retry-After", "NaN", "RateLimit-Reset", "inf"}, base},
		"503 with retry-after":  {503, ``, []string{"Retry-After", "3"}, 3 * time.Second},
		"503 with a full limit": {503, ``, []string{"RateLimit", "limit=100, remaining=100, reset=9"}, base},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // where time begins on 1 January 2000
				attempts := 0
				client := newClient(t, closeapi.Config{
					Retry: closeapi.RetryPolicy{BaseDelay: base},
					Transport: inProcess(func(*http.Request) (*http.Response, error) {
						if attempts++; attempts > 1 {
							return answer(200, `{}`), nil
						}
						return answer(test.status, test.body, test.headers...), nil
					}),
				})
				start := time.Now()
				if _, err := client.Do(t.Context(), getLead); err != nil {
					t.Fatal(err)
				}
				if got := time.Since(start); got < test.want || got > test.want+base/2 {
					t.Errorf("waited %v, want %v and up to %v more", got, test.want, base/2)
				}
			})
		})
	}
}

func TestAttemptsAndBackoff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		policy   closeapi.RetryPolicy
		attempts int
		min, max time.Duration
	}{
		"defaults":  {closeapi.RetryPolicy{BaseDelay: 500 * time.Millisecond}, 4, 3500 * time.Millisecond, 4250 * time.Millisecond},
		"ceiling":   {closeapi.RetryPolicy{MaxAttempts: 6, BaseDelay: time.Second, MaxDelay: 2 * time.Second}, 6, 9 * time.Second, 11500 * time.Millisecond},
		"no repeat": {closeapi.RetryPolicy{MaxAttempts: 1, BaseDelay: time.Second}, 1, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				client := newClient(t, closeapi.Config{
					Retry: test.policy,
					Transport: inProcess(func(*http.Request) (*http.Response, error) {
						attempts++
						return answer(502, `{"error":"down"}`), nil
					}),
				})
				start := time.Now()
				_, err := client.Do(t.Context(), getLead)
				if e := asError(t, err); e.Status != 502 || e.Message != "down" {
					t.Errorf("Do = %v, want the last answer", err)
				}
				if got := time.Since(start); attempts != test.attempts || got < test.min || got > test.max {
					t.Errorf("%d attempts in %v, want %d in %v to %v", attempts, got, test.attempts, test.min, test.max)
				}
			})
		})
	}
}

func TestUselessWaitIsNotBegun(t *testing.T) {
	t.Parallel()
	limited := func(*http.Request) (*http.Response, error) {
		return answer(429, `{"error":"slow down"}`, "RateLimit", "limit=1, remaining=0, reset=20"), nil
	}
	for name, test := range map[string]struct {
		deadline, maxWait time.Duration
	}{
		"beyond the deadline": {10 * time.Second, time.Hour},
		"without a deadline":  {0, 19 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, closeapi.Config{
					Transport: inProcess(limited), Pace: closeapi.PacePolicy{MaxWait: test.maxWait},
				})
				ctx := t.Context()
				if test.deadline > 0 {
					ctx = within(t, test.deadline)
				}
				start := time.Now()
				_, err := client.Do(ctx, postLead)
				if !closeapi.IsRateLimited(err) || closeapi.IsTimeout(err) || time.Since(start) != 0 {
					t.Errorf("Do = %v after %v, want the 429 at once", err, time.Since(start))
				}
				if wait, ok := closeapi.RetryAfter(err); !ok || wait != 20*time.Second {
					t.Errorf("RetryAfter = %v, %v, want 20s", wait, ok)
				}
			})
		})
	}
}

// TestUselessDelay is about a 503 that asks for more patience than there is.
func TestUselessDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, closeapi.Config{
			Retry: closeapi.RetryPolicy{MaxDelay: 19 * time.Second},
			Transport: inProcess(func(*http.Request) (*http.Response, error) {
				return answer(503, `{}`, "Retry-After", "20"), nil
			}),
		})
		start := time.Now()
		_, err := client.Do(t.Context(), getLead)
		if wait, _ := closeapi.RetryAfter(err); wait != 20*time.Second || time.Since(start) != 0 {
			t.Errorf("Do = %v after %v, to be repeated in %v, want the 503 at once", err, time.Since(start), wait)
		}
	})
}

// TestOutageIsNotMultiplied makes many calls while nothing works: they are repeated only as often as their share allows,
// and a few more.
func TestOutageIsNotMultiplied(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		share   float64
		repeats int // of 500 calls
	}{
		"default":   {0, 110},
		"a half":    {0.5, 260},
		"next none": {0.001, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int32
				client := newClient(t, closeapi.Config{
					Retry:   closeapi.RetryPolicy{Share: test.share},
					Circuit: closeapi.CircuitPolicy{MinCalls: 10_000}, // it would end this sooner
					Transport: inProcess(func(*http.Request) (*http.Response, error) {
						sent.Add(1)
						return answer(502, `{}`), nil
					}),
				})
				for round := range 10 {
					together(50, func(i int) {
						call := getLead
						call.Vars = []string{fmt.Sprintf("lead_%d", 50*round+i)}
						_, _ = client.Do(t.Context(), call)
					})
				}
				if got := int(sent.Load()) - 500; got < test.repeats*9/10 || got > test.repeats {
					t.Errorf("%d calls were repeated, want %d", got, test.repeats)
				}
			})
		})
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, closeapi.Config{
			Transport: inProcess(func(*http.Request) (*http.Response, error) {
				return answer(429, `{}`, "Retry-After", "20"), nil
			}),
		})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		_, err := client.Do(ctx, getLead)
		if !closeapi.IsCanceled(err) || time.Since(start) != time.Second {
			t.Errorf("Do = %v after %v, want canceled after 1s", err, time.Since(start))
		}
	})
}

// TestConnectionsAreUsedAgain sees to it that callers who wait do not hold sockets.
func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	var calls, connections atomic.Int32
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1)%2 == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, `{"data":[]}`)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	client := newClient(t, closeapi.Config{BaseURL: "http://" + listener.Addr().String()})
	for range 5 {
		if _, err := client.Do(t.Context(), getLead); err != nil {
			t.Fatal(err)
		}
	}
	if calls.Load() != 10 || connections.Load() != 1 {
		t.Errorf("%d calls on %d connections, want 10 on 1", calls.Load(), connections.Load())
	}
}
