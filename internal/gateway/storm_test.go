package gateway

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// openBodies is a transport that knows how many bodies of its answers are open, as each would hold a connection.
type openBodies struct {
	next http.RoundTripper
	open atomic.Int32
}

func (t *openBodies) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err == nil {
		t.open.Add(1)
		resp.Body = &openBody{ReadCloser: resp.Body, closed: sync.OnceFunc(func() { t.open.Add(-1) })}
	}
	return resp, err
}

type openBody struct {
	io.ReadCloser
	closed func()
}

func (b *openBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}

// stormQueries are what a busy day brings: single objects, lists with what hangs on them, definitions, and some writes.
func stormQueries(s *sandbox.Server) func(i int) string {
	one, ids := taskQueries(s), s.IDs("task")
	return func(i int) string {
		switch i % 10 {
		case 0:
			return fmt.Sprintf(`mutation { taskUpdate(id: %q, input: {text: "task %d"}) { task { id } userErrors { message } } }`, ids[i%len(ids)], i)
		case 1, 2:
			return fmt.Sprintf(`{ tasks(first: %d) { nodes { id lead { id description } assignee { id email } } } }`, 2+i%7)
		case 3:
			return `{ users(first: 5) { nodes { id name } } leadStatuses { id label } }`
		}
		return one(i)
	}
}

// TestStorm lets everything go wrong at once, for a minute: refusals, 502, broken connections, cut answers, and stalls of ten
// seconds. Every query ends in time, with data or with an error that says what to do; Close gets hardly more calls than
// were asked for; and nothing is left behind: synctest waits for the goroutines.
func TestStorm(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.New(sandbox.Options{RateLimit: 20, Seed: seed})
				for _, fault := range []sandbox.Fault{
					{RateLimited: true}, {Status: 502, Body: "<html>", ContentType: "text/html"}, {Drop: true}, {Truncate: 5},
					{Delay: 10 * time.Second},
				} {
					fault.Chance = 0.05
					s.Fault(fault)
				}
				s.Fault(sandbox.Fault{Delay: 80 * time.Millisecond})
				bodies := &openBodies{next: s.Transport()}
				o := testOptions(s)
				o.Retry, o.Config.RequestTimeout, o.Transport, o.Telemetry = closeapi.RetryPolicy{}, 20*time.Second, bodies, telemetry.New("test", nil)
				g, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				defer g.Close()
				query := stormQueries(s)
				const queries = 600
				var whole atomic.Int32
				var wait sync.WaitGroup
				for i := range queries {
					wait.Go(func() {
						<-time.After(time.Duration(i) * 100 * time.Millisecond)
						begin := time.Now()
						got := askFrom(t, g, "192.0.2.1", query(i))
						if took := time.Since(begin); took > o.Config.RequestTimeout+time.Second {
							t.Errorf("query %d took %v", i, took)
						}
						if len(got.Errors) == 0 && len(got.Data) > 0 {
							whole.Add(1)
						}
						for _, e := range got.Errors {
							proper := e.Extensions.Code == codeUpstreamError || e.Extensions.Code == codeUpstreamTimeout ||
								e.Extensions.Code == codeRateLimited && e.Extensions.RetryAfter > 0
							if !proper || e.Message == "" {
								t.Errorf("query %d: %+v", i, e)
							}
						}
					})
				}
				wait.Wait()
				if n := whole.Load(); n < queries/2 {
					t.Errorf("%d of %d queries were answered whole", n, queries)
				}
				calls := 0
				for name, value := range scrape(t, g.Handler()) {
					if n, err := strconv.Atoi(value); err == nil && strings.HasPrefix(name, "rest_calls_total") {
						calls += n
					}
				}
				if made := len(s.Requests()); calls < queries/2 || made*2 > calls*3 {
					t.Errorf("%d calls were made for %d", made, calls)
				}
				if n := bodies.open.Load(); n != 0 {
					t.Errorf("%d answers are open", n)
				}
			})
		})
	}
}
