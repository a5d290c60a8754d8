package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// paced is a gateway as it runs, before a sandbox whose rate limit is small.
func paced(t *testing.T, timeout time.Duration) (*Gateway, *sandbox.Server) {
	t.Helper()
	s := sandbox.New(sandbox.Options{RateLimit: 20})
	o := testOptions(s)
	o.Retry = closeapi.RetryPolicy{}
	o.Config.RequestTimeout = timeout
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g, s
}

// taskQueries are queries for one task each, no two of which make the same call.
func taskQueries(s *sandbox.Server) func(i int) string {
	ids := s.IDs("task")
	fields := []string{"text", "date", "isComplete", "dateCreated", "dateUpdated", "priority"}
	return func(i int) string {
		var selected []string
		for bit, field := range fields {
			if (i/len(ids))>>bit&1 == 1 {
				selected = append(selected, field)
			}
		}
		return fmt.Sprintf(`{ task(id: %q) { id %s } }`, ids[i%len(ids)], strings.Join(selected, " "))
	}
}

// askFrom sends a query from an address.
func askFrom(t *testing.T, g *Gateway, address, query string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = address + ":1234"
	w := httptest.NewRecorder()
	g.Handler().ServeHTTP(w, r)
	var got answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Errorf("%v: %s", err, w.Body)
	}
	return got
}

// TestThousandRequests sends 900 requests from one address and then 100 from another, all at once, for an account that
// allows 20 calls a second. All are answered, in little more than the time that the limit takes, and those of the second
// address do not wait for those of the first.
func TestThousandRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, s := paced(t, 2*time.Minute)
		query := taskQueries(s)
		begin := time.Now()
		finish := func(address string, first, last int) time.Duration {
			var wait sync.WaitGroup
			for i := first; i < last; i++ {
				wait.Go(func() {
					if got := askFrom(t, g, address, query(i)); len(got.Errors) > 0 || len(got.Data["task"]) < len(`{"id":""}`) {
						t.Errorf("request %d: %+v", i, got)
					}
				})
			}
			wait.Wait()
			return time.Since(begin)
		}
		var many, few time.Duration
		var wait sync.WaitGroup
		wait.Go(func() { many = finish("192.0.2.1", 0, 900) })
		synctest.Wait()
		wait.Go(func() { few = finish("192.0.2.2", 900, 1000) })
		wait.Wait()
		if ideal := 49 * time.Second; many > ideal*115/100 || few > many/4 {
			t.Errorf("took %v, and %v for the few, where %v and 10s are enough", many, few, ideal)
		}
		for _, r := range s.Requests() {
			if r.Status != http.StatusOK {
				t.Errorf("%v: %d", r, r.Status)
			}
		}
	})
}

// TestRequestsThatCannotWait sends more at once than can be answered before the request timeout: the rest is told when to
// come back, at once.
func TestRequestsThatCannotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, s := paced(t, 10*time.Second)
		query := taskQueries(s)
		var answered, refused atomic.Int32
		var wait sync.WaitGroup
		for i := range 500 {
			wait.Go(func() {
				got := askFrom(t, g, "192.0.2.1", query(i))
				if len(got.Errors) == 0 {
					answered.Add(1)
					return
				}
				refused.Add(1)
				e := got.Errors[0]
				if e.Extensions.Code != "RATE_LIMITED" || e.Extensions.RetryAfter <= 0 || !strings.HasPrefix(e.Message, "Close's rate limit is used up; try again in ") {
					t.Errorf("request %d: %+v", i, e)
				}
			})
		}
		wait.Wait()
		if n := answered.Load(); n < 190 || n > 220 || n+refused.Load() != 500 {
			t.Errorf("%d were answered and %d refused, want about 200 answered", n, refused.Load())
		}
	})
}

// TestCloseIsDown has Close fail until it is left alone: then requests are told so, and when to come back.
func TestCloseIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, s := paced(t, 10*time.Second)
		query := taskQueries(s)
		s.Fault(sandbox.Fault{Status: http.StatusServiceUnavailable})
		for i := range 30 {
			askFrom(t, g, "192.0.2.1", query(i))
		}
		s.ResetRequests()
		got := askFrom(t, g, "192.0.2.1", query(0))
		if len(got.Errors) != 1 {
			t.Fatalf("answer = %+v, want an error", got)
		}
		e := got.Errors[0]
		if e.Extensions.Code != "UPSTREAM_ERROR" || e.Extensions.RetryAfter <= 0 || !strings.HasPrefix(e.Message, "Close is down; try again in ") {
			t.Errorf("error = %+v", e)
		}
		if n := len(s.Requests()); n != 0 {
			t.Errorf("%d calls were made", n)
		}
		s.ClearFaults()
		<-time.After(5 * time.Second)
		if got := askFrom(t, g, "192.0.2.1", query(0)); len(got.Errors) > 0 {
			t.Errorf("when Close is up again: %+v", got)
		}
	})
}
