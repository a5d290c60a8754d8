package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// TestEqualQueriesAtOnce asks the same a thousand times at once: Close is asked once.
func TestEqualQueriesAtOnce(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"a list":       `{ tasks(first: 3) { nodes { id text } } }`,
		"a search":     `{ nodes(ids: ["CONTACTS"]) { id ... on Contact { name } } }`,
		"what is kept": `{ users(first: 3) { nodes { id name } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.RunT(t)
				s.Fault(sandbox.Fault{Delay: time.Second})
				g := newTestGateway(t, s)
				body := map[string]any{"query": strings.ReplaceAll(query, "CONTACTS", strings.Join(s.IDs("contact")[:3], `", "`))}
				var group sync.WaitGroup
				var mu sync.Mutex
				answers := map[string]int{}
				for range 1000 {
					group.Go(func() {
						answer := post(t, g, body, nil)
						mu.Lock()
						defer mu.Unlock()
						answers[string(answer)]++
					})
				}
				group.Wait()
				if n := len(s.Requests()); n != 1 {
					t.Errorf("%d REST calls, want 1", n)
				}
				for answer, n := range answers {
					if n != 1000 || strings.Contains(answer, `"errors"`) {
						t.Errorf("%d times %s", n, answer)
					}
				}
			})
		})
	}
}

// TestCallersDoNotShare asks the same for two callers with keys of their own, at once and again: each sees itself.
func TestCallersDoNotShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.RunT(t)
		s.Fault(sandbox.Fault{Delay: time.Second})
		o := testOptions(s)
		o.Config.Passthrough, o.Transport = true, s.Transport()
		o.Config.Cache = config.Lifetimes{"task": time.Hour}
		g, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		ask := func(key string) string {
			header := http.Header{}
			header.Set("Authorization", "Bearer "+key)
			return string(post(t, g, map[string]any{"query": `{ viewer { id } tasks(first: 1) { nodes { id } } }`}, header))
		}
		var group sync.WaitGroup
		answers := make([]string, 4)
		for i := range answers {
			group.Go(func() { answers[i] = ask([]string{"one", "two"}[i%2]) })
		}
		group.Wait()
		if n := len(s.Requests()); n != 4 {
			t.Errorf("%d REST calls, want 4: two for each caller", n)
		}
		for i, key := range []string{"one", "two"} {
			if again := ask(key); again != answers[i] || answers[i] != answers[i+2] {
				t.Errorf("%s got %s, %s and %s", key, answers[i], answers[i+2], again)
			}
		}
		if answers[0] == answers[1] {
			t.Errorf("both got %s", answers[0])
		}
		if n := len(s.Requests()); n != 4 {
			t.Errorf("%d REST calls after the second round, want 4", n)
		}
	})
}

// TestExplainKept shows where answers came from: the call of another request, or what was kept, past its time or not.
func TestExplainKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.RunT(t)
		s.Fault(sandbox.Fault{Delay: time.Second})
		g := newTestGateway(t, s)
		ask := func() explainedCall {
			t.Helper()
			answer := post(t, g, map[string]any{"query": `{ leadStatuses { label } }`}, http.Header{explainHeader: {"1"}})
			var got struct {
				Extensions struct {
					Closegraph struct{ Calls []explainedCall }
				}
			}
			if err := json.Unmarshal(answer, &got); err != nil || len(got.Extensions.Closegraph.Calls) != 1 {
				t.Fatalf("%v: %s", err, answer)
			}
			call := got.Extensions.Closegraph.Calls[0]
			call.Budget = nil
			return call
		}
		var got []explainedCall
		var group sync.WaitGroup
		group.Go(func() { got = append(got, ask()) })
		synctest.Wait()
		joined := ask()
		group.Wait()
		got = append(got, joined, ask())
		<-time.After(6 * time.Minute)
		got = append(got, ask())
		want := []explainedCall{
			{Method: "GET", Path: "/status/lead/", Status: 200, Milliseconds: 1000},
			{Method: "GET", Path: "/status/lead/", Status: 200, Milliseconds: 1000, Joined: true},
			{Method: "GET", Path: "/status/lead/", Status: 200, Cached: true},
			{Method: "GET", Path: "/status/lead/", Status: 200, Cached: true, Stale: true},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// TestKeptCallsCountLess asks for more lists than an operation may make calls: when they are kept, that is no more than a tenth
// of it, and there is still an end.
func TestKeptCallsCountLess(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	o := testOptions(s)
	o.Config.MaxCalls = 3
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	query := func(n int) map[string]any {
		var roots strings.Builder
		for i := range n {
			fmt.Fprintf(&roots, " s%d: leadStatuses { label }", i)
		}
		return map[string]any{"query": "{" + roots.String() + " }"}
	}
	post(t, g, query(1), nil)
	s.ResetRequests()
	if answer := post(t, g, query(3), nil); strings.Contains(string(answer), "errors") || len(s.Requests()) != 0 {
		t.Errorf("three lists that are kept: %s", answer)
	}
	answer := string(post(t, g, query(60), nil))
	if !strings.Contains(answer, "is likely to need 6 calls") || len(s.Requests()) != 0 {
		t.Errorf("sixty lists that are kept: %s", answer)
	}
}

// TestKindsThatAreNotKept names a kind that does not exist.
func TestKindsThatAreNotKept(t *testing.T) {
	t.Parallel()
	o := testOptions(sandbox.RunT(t))
	o.Config.Cache = config.Lifetimes{"leads": time.Second}
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), `--cache: "leads" is not a kind of answers that can be kept; those are activity,`) {
		t.Errorf("New = %v, want an error that names the kinds", err)
	}
}

// TestNothingIsKept switches the store off: Close is asked again, and for no more than is wanted.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	o := testOptions(s)
	o.Config.CacheSize = 0
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	for range 2 {
		post(t, g, map[string]any{"query": `{ viewer { id } }`}, nil)
	}
	if diff := cmp.Diff("GET /me/?_fields=id\nGET /me/?_fields=id\n", restCalls(s)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}
