package closeapi_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/cache"
)

// numbered is a Close whose answers are numbered, so that a test sees which are new.
type numbered struct {
	mu    sync.Mutex
	calls []string
	fault func() (*http.Response, error) // in place of the answers
	delay time.Duration
}

func (n *numbered) RoundTrip(req *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.calls = append(n.calls, req.Method+" "+req.URL.Path)
	number, fault, delay := len(n.calls), n.fault, n.delay
	n.mu.Unlock()
	if delay > 0 {
		<-time.After(delay)
	}
	if fault != nil {
		return fault()
	}
	return answer(200, fmt.Sprintf(`{"n":%d}`, number)), nil
}

func (n *numbered) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.calls)
}

func (n *numbered) set(delay time.Duration, fault func() (*http.Response, error)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.delay, n.fault = delay, fault
}

// keeping makes a client with a store, and a record of what it observes of the calls that somebody waits for.
func keeping(t *testing.T, transport http.RoundTripper, lifetimes map[string]time.Duration) (*closeapi.Client, *[]closeapi.Observation) {
	t.Helper()
	var mu sync.Mutex
	var seen []closeapi.Observation
	client := newClient(t, closeapi.Config{
		Transport: transport, Store: cache.NewMemory(1 << 20), Lifetimes: lifetimes,
		IdentityKey: []byte("key"), // under which the identities of these tests have marks of their own
		Retry:       closeapi.RetryPolicy{MaxAttempts: 1},
		Observe: func(_ context.Context, o closeapi.Observation) {
			if o.Background {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, o)
		},
	})
	return client, &seen
}

var (
	getUsers    = closeapi.Call{Operation: "GET /user/", Params: map[string]string{"_limit": "1000"}}
	getStatuses = closeapi.Call{Operation: "GET /status/lead/"}
	getMe       = closeapi.Call{Operation: "GET /me/"}
	another     = closeapi.Caller{Credential: closeapi.APIKey("api_another.key")}
)

// body is the answer of a call that succeeds.
func body(t *testing.T, client *closeapi.Client, call closeapi.Call) string {
	t.Helper()
	doc, err := client.Do(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	return string(doc.Body)
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	task := closeapi.Call{Operation: "GET /task/{id}/", Vars: []string{"task_1"}}
	for name, test := range map[string]struct {
		call      closeapi.Call
		lifetimes map[string]time.Duration
		kept      time.Duration // 0: not at all
	}{
		"users":                     {call: getUsers, kept: 5 * time.Minute},
		"statuses":                  {call: getStatuses, kept: 5 * time.Minute},
		"definitions of fields":     {call: closeapi.Call{Operation: "GET /custom_field_schema/{object_type}/", Vars: []string{"lead"}}, kept: 5 * time.Minute},
		"groups":                    {call: closeapi.Call{Operation: "GET /group/"}, kept: 5 * time.Minute},
		"oneself":                   {call: getMe, kept: time.Minute},
		"users, configured":         {call: getUsers, lifetimes: map[string]time.Duration{"user": time.Hour}, kept: time.Hour},
		"users, switched off":       {call: getUsers, lifetimes: map[string]time.Duration{"user": 0}},
		"tasks":                     {call: task},
		"tasks, configured":         {call: task, lifetimes: map[string]time.Duration{"task": 10 * time.Second}, kept: 10 * time.Second},
		"leads, tasks configured":   {call: getLead, lifetimes: map[string]time.Duration{"task": 10 * time.Second}},
		"a long list, configured":   {call: longCall, lifetimes: map[string]time.Duration{"lead": time.Second}, kept: time.Second},
		"searches are never kept":   {call: closeapi.Call{Operation: "POST /data/search/", Body: struct{}{}}, lifetimes: map[string]time.Duration{"lead": time.Hour}},
		"who is there just now":     {call: closeapi.Call{Operation: "GET /user/availability/"}},
		"a template that is filled": {call: closeapi.Call{Operation: "GET /email_template/{id}/render/", Vars: []string{"tmpl_1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &numbered{}
				client, seen := keeping(t, close, test.lifetimes)
				ask := func(want int) {
					t.Helper()
					if got := body(t, client, test.call); got != fmt.Sprintf(`{"n":%d}`, want) {
						t.Errorf("got %s, want the answer %d", got, want)
					}
				}
				ask(1)
				if test.kept == 0 {
					ask(2)
					return
				}
				<-time.After(test.kept - time.Millisecond)
				ask(1)
				if o := (*seen)[1]; !o.Cached || o.Stale || o.Status != 200 {
					t.Errorf("observed %+v, want it to be cached", o)
				}
				<-time.After(3 * test.kept)
				ask(2)
				if o := (*seen)[2]; o.Cached || o.Stale {
					t.Errorf("observed %+v, want it not to be cached", o)
				}
			})
		})
	}
}

func TestLifetimesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for name, lifetimes := range map[string]map[string]time.Duration{
		`"taks" is not a kind that can be kept; those are activity, comment`: {"taks": time.Second},
		`-1s for task is negative`: {"task": -time.Second},
	} {
		_, err := closeapi.New(closeapi.Config{Lifetimes: lifetimes})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("New = %v, want %s", err, name)
		}
	}
}

// TestStaleWhileRevalidate asks for what is past its lifetime: all get what is there, and one call fetches what is new.
func TestStaleWhileRevalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		close := &numbered{}
		client, seen := keeping(t, close, nil)
		body(t, client, getUsers)
		<-time.After(6 * time.Minute)
		close.set(time.Second, nil)
		for range 100 {
			if got := body(t, client, getUsers); got != `{"n":1}` {
				t.Errorf("got %s, want what is there", got)
			}
		}
		if o := (*seen)[1]; !o.Cached || !o.Stale {
			t.Errorf("observed %+v, want it to be stale", o)
		}
		<-time.After(2 * time.Second)
		if got := body(t, client, getUsers); got != `{"n":2}` {
			t.Errorf("got %s, want what is new", got)
		}
		if close.count() != 2 {
			t.Errorf("%d calls, want 2", close.count())
		}
	})
}

// TestWhole says which members are named where answers are kept.
func TestWhole(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct {
		lifetimes map[string]time.Duration
		want      string
	}{
		"GET /me/":          {want: ""},
		"GET /group/":       {want: "_fields=id"},
		"GET /lead/":        {lifetimes: map[string]time.Duration{"lead": time.Minute}, want: "_fields=id"},
		"GET /opportunity/": {want: "_fields=id"},
		"GET /outcome/":     {lifetimes: map[string]time.Duration{"outcome": 0}, want: "_fields=id"},
	} {
		var query string
		client, seen := keeping(t, inProcess(func(req *http.Request) (*http.Response, error) {
			query = req.URL.RawQuery
			return answer(200, `{}`), nil
		}), test.lifetimes)
		body(t, client, closeapi.Call{Operation: operation, Fields: []string{"id"}})
		if query != test.want || client.Whole(operation) != (test.want == "") || (len((*seen)[0].Fields) == 0) != (test.want == "") {
			t.Errorf("%s is asked with %q and observed with %v, want %q", operation, query, (*seen)[0].Fields, test.want)
		}
	}
}

// TestObservations says what is told of calls.
func TestObservations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		close := &numbered{delay: time.Second}
		client, _ := keeping(t, close, nil)
		var mu sync.Mutex
		var got []closeapi.Observation
		watched := client.Observing(func(_ context.Context, o closeapi.Observation) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, o)
		})
		one, other := start(t.Context(), watched, getLead), start(t.Context(), watched.For(another), getUsers)
		joins := start(t.Context(), watched, getLead)
		<-one
		<-other
		<-joins
		close.set(0, func() (*http.Response, error) { return answer(404, `{}`), nil })
		body(t, watched.For(another), getUsers)
		_, _ = watched.Do(t.Context(), getLead)
		_, _ = watched.Do(t.Context(), closeapi.Call{Operation: "GET /nonsense/"})
		body(t, client.For(another), getUsers)

		for i := range got { // how it went below the cache is told by other tests
			got[i].Err, got[i].Attempts, got[i].Waited = nil, 0, 0
		}
		want := []closeapi.Observation{
			{Operation: "GET /user/", Path: "/user/", Status: 200, Duration: time.Second, Missed: true},
			{Operation: "GET /lead/{id}/", Path: "/lead/lead_1/", Status: 200, Duration: time.Second},
			{Operation: "GET /lead/{id}/", Path: "/lead/lead_1/", Status: 200, Duration: time.Second, Joined: true},
			{Operation: "GET /user/", Path: "/user/", Status: 200, Cached: true},
			{Operation: "GET /lead/{id}/", Path: "/lead/lead_1/", Status: 404},
		}
		slices.SortStableFunc(got[:3], func(a, b closeapi.Observation) int {
			switch {
			case a.Operation != b.Operation:
				return len(a.Operation) - len(b.Operation)
			case a.Joined:
				return 1
			}
			return -1
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("observed (-want +got):\n%s", diff)
		}
	})
}
