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
	"github.com/closegraph/closegraph/closeapi/sandbox"
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

// TestStaleWhenCloseIsDown asks for what is past its lifetime when Close gives nothing that can be used.
func TestStaleWhenCloseIsDown(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func() (*http.Response, error){
		"503":               func() (*http.Response, error) { return answer(503, `<html>`), nil },
		"429":               func() (*http.Response, error) { return answer(429, `{}`), nil },
		"no connection":     func() (*http.Response, error) { return nil, fmt.Errorf("no route") },
		"a page of a proxy": func() (*http.Response, error) { return answer(200, `<html>maintenance</html>`), nil },
		"half an answer":    func() (*http.Response, error) { return answer(200, `{"data":[{"id":`), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				close := &numbered{}
				client, seen := keeping(t, close, map[string]time.Duration{"lead": time.Minute})
				body(t, client, getUsers)
				body(t, client, getLead)
				close.set(0, fault)
				<-time.After(30 * time.Minute)
				if got := body(t, client, getUsers); got != `{"n":1}` {
					t.Errorf("got %s, want what is there", got)
				}
				if o := (*seen)[2]; !o.Cached || !o.Stale {
					t.Errorf("observed %+v, want it to be stale", o)
				}
				if doc, err := client.Do(t.Context(), getLead); err == nil && strings.Contains(string(doc.Body), `"n"`) {
					t.Errorf("a lead is given when it is old: %s", doc.Body)
				}
				<-time.After(40 * time.Minute)
				if doc, err := client.Do(t.Context(), getUsers); err == nil && strings.Contains(string(doc.Body), `"n"`) {
					t.Errorf("users are given when they are very old: %s", doc.Body)
				}
			})
		})
	}
}

// TestWhatMayNotBeSeenAnyMore is refused in the background: nothing is given any more.
func TestWhatMayNotBeSeenAnyMore(t *testing.T) {
	t.Parallel()
	for _, status := range []int{401, 403, 404} {
		synctest.Test(t, func(t *testing.T) {
			close := &numbered{}
			client, _ := keeping(t, close, nil)
			body(t, client, getUsers)
			<-time.After(6 * time.Minute)
			close.set(0, func() (*http.Response, error) { return answer(status, `{"error":"no"}`), nil })
			body(t, client, getUsers)
			synctest.Wait()
			if doc, err := client.Do(t.Context(), getUsers); err == nil {
				t.Errorf("%d: got %s", status, doc.Body)
			}
		})
	}
}

// TestKeyThatIsNotKnownAnyMore has nothing kept for it, whatever it was that Close refused.
func TestKeyThatIsNotKnownAnyMore(t *testing.T) {
	t.Parallel()
	close := &numbered{}
	client, _ := keeping(t, close, nil)
	body(t, client, getUsers)
	close.set(0, func() (*http.Response, error) { return answer(401, `{"error":"Unauthorized"}`), nil })
	for _, call := range []closeapi.Call{getLead, getUsers} {
		if doc, err := client.Do(t.Context(), call); !closeapi.IsUnauthorized(err) {
			t.Errorf("Do = %s, %v", doc.Body, err)
		}
	}
}

// TestOnlySoundAnswersAreKept asks twice for what is not one.
func TestOnlySoundAnswersAreKept(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]*http.Response{
		"not found": answer(404, `{}`), "nothing": answer(204, ``), "no body": answer(200, ``), "another success": answer(202, `{}`),
		"no object": answer(200, `[1,2]`), "half of one": answer(200, `{"a":1`), "more than one": answer(200, `{} {}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			client, _ := keeping(t, inProcess(func(*http.Request) (*http.Response, error) {
				if asked++; asked == 1 {
					return first, nil
				}
				return answer(200, `{"data":[]}`), nil
			}), nil)
			_, _ = client.Do(t.Context(), getUsers)
			if got := body(t, client, getUsers); got != `{"data":[]}` {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestNobodySeesAnothers asks for the same with two credentials, one after the other and at the same time.
func TestNobodySeesAnothers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, seen := keeping(t, inProcess(func(req *http.Request) (*http.Response, error) {
			<-time.After(time.Second)
			return answer(200, fmt.Sprintf(`{"for":%q}`, req.Header.Get("Authorization"))), nil
		}), map[string]time.Duration{"lead": time.Minute})
		callers := map[string]closeapi.Credential{
			"Basic YXBpX29uZS5rZXk6": closeapi.APIKey("api_one.key"), "Basic YXBpX3R3by5rZXk6": closeapi.APIKey("api_two.key"),
			"Bearer api_one.key": closeapi.Bearer("api_one.key"),
		}
		for round := range 2 {
			waiting := map[string][]<-chan result{}
			for _, call := range []closeapi.Call{getUsers, getMe, getLead} {
				for header, credential := range callers {
					c := client.For(closeapi.Caller{Credential: credential})
					waiting[header] = append(waiting[header], start(t.Context(), c, call))
				}
			}
			for header, results := range waiting {
				for _, w := range results {
					r := <-w
					if r.err != nil || string(r.doc.Body) != fmt.Sprintf(`{"for":%q}`, header) {
						t.Errorf("%s got %s, %v", header, r.doc.Body, r.err)
					}
					if r.doc.Cached != (round == 1) {
						t.Errorf("round %d: cached = %v", round, r.doc.Cached)
					}
				}
			}
		}
		if n := len(*seen); n != 18 {
			t.Errorf("%d observations, want 18", n)
		}
	})
}

// TestWritesDrop writes, and asks again for what was kept.
func TestWritesDrop(t *testing.T) {
	t.Parallel()
	lead := []string{"lead_1"}
	kept := map[string]closeapi.Call{
		"lead": getLead, "leads": longCall, "users": getUsers, "me": getMe, "statuses": getStatuses,
		"pipelines": {Operation: "GET /pipeline/"}, "schema": {Operation: "GET /custom_field_schema/{object_type}/", Vars: []string{"lead"}},
		"types": {Operation: "GET /custom_activity/"}, "outcomes": {Operation: "GET /outcome/"},
		"tasks": {Operation: "GET /task/"},
	}
	for name, test := range map[string]struct {
		write closeapi.Call
		drops []string
	}{
		"a lead":     {write: postLead, drops: []string{"lead", "leads", "tasks"}},
		"a change":   {write: closeapi.Call{Operation: "PUT /lead/{id}/", Vars: lead, Body: struct{}{}}, drops: []string{"lead", "leads", "tasks"}},
		"a deletion": {write: closeapi.Call{Operation: "DELETE /task/{id}/", Vars: []string{"task_1"}}, drops: []string{"lead", "leads", "tasks"}},
		"many leads": {write: closeapi.Call{Operation: "POST /bulk_action/edit/", Body: struct{}{}}, drops: []string{"lead", "leads", "tasks"}},
		"a status":   {write: closeapi.Call{Operation: "POST /status/lead/", Body: struct{}{}}, drops: []string{"lead", "leads", "me", "pipelines", "statuses", "tasks", "users"}},
		"a member":   {write: closeapi.Call{Operation: "POST /membership/", Body: struct{}{}}, drops: []string{"lead", "leads", "me", "pipelines", "statuses", "tasks", "users"}},
		"a field":    {write: closeapi.Call{Operation: "DELETE /custom_field/lead/{id}/", Vars: []string{"cf_1"}}, drops: []string{"lead", "leads", "schema", "tasks", "types"}},
		"an outcome": {write: closeapi.Call{Operation: "DELETE /outcome/{id}/", Vars: []string{"outcome_1"}}, drops: []string{"lead", "leads", "outcomes", "tasks"}},
		"a search":   {write: closeapi.Call{Operation: "POST /data/search/", Body: struct{}{}}},
		"a report":   {write: closeapi.Call{Operation: "POST /report/activity/", Body: struct{}{}}},
		"a read":     {write: closeapi.Call{Operation: "GET /contact/"}},
		"a file":     {write: closeapi.Call{Operation: "POST /files/upload/", Body: struct{}{}}, drops: []string{"lead", "leads", "tasks"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			close := &numbered{}
			client, _ := keeping(t, close, map[string]time.Duration{"lead": time.Hour, "task": time.Hour})
			neighbour := client.For(another)
			for _, call := range kept {
				body(t, client, call)
				body(t, neighbour, call)
			}
			body(t, client, test.write)
			var dropped []string
			for name, call := range kept {
				doc, err := client.Do(t.Context(), call)
				if err != nil {
					t.Fatal(err)
				}
				if !doc.Cached {
					dropped = append(dropped, name)
				}
				if doc, _ := neighbour.Do(t.Context(), call); !doc.Cached {
					t.Errorf("%s was dropped for another identity", name)
				}
			}
			slices.Sort(dropped)
			if diff := cmp.Diff(test.drops, dropped); diff != "" {
				t.Errorf("dropped (-want +got):\n%s", diff)
			}
		})
	}
}

// TestForget drops for everybody.
func TestForget(t *testing.T) {
	t.Parallel()
	close := &numbered{}
	client, _ := keeping(t, close, map[string]time.Duration{"lead": time.Hour})
	for _, c := range []*closeapi.Client{client, client.For(another)} {
		body(t, c, getUsers)
		body(t, c, getLead)
	}
	client.Forget(t.Context(), "task", "something new")
	for _, c := range []*closeapi.Client{client, client.For(another)} {
		if doc, _ := c.Do(t.Context(), getUsers); !doc.Cached {
			t.Error("the users are gone, and nobody changed them")
		}
		if doc, _ := c.Do(t.Context(), getLead); doc.Cached {
			t.Error("the lead is there, and may have changed")
		}
	}
	client.Forget(t.Context(), "membership")
	if doc, _ := client.For(another).Do(t.Context(), getUsers); doc.Cached {
		t.Error("the users are there, and may have changed")
	}
}

// TestReadAcrossAWrite reads before a write what comes after it: that is given to who asked, and not kept.
func TestReadAcrossAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		close := &numbered{delay: time.Minute}
		client, _ := keeping(t, close, nil)
		early := start(t.Context(), client, getStatuses)
		close.set(0, nil)
		body(t, client, closeapi.Call{Operation: "POST /status/lead/", Body: struct{}{}})
		if r := <-early; string(r.doc.Body) != `{"n":1}` {
			t.Errorf("got %s", r.doc.Body)
		}
		if got := body(t, client, getStatuses); got != `{"n":3}` {
			t.Errorf("got %s, want what was read after the write", got)
		}
	})
}

// TestRefreshAcrossAWrite does the same with a read in the background.
func TestRefreshAcrossAWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		close := &numbered{}
		client, _ := keeping(t, close, nil)
		body(t, client, getStatuses)
		<-time.After(6 * time.Minute)
		close.set(time.Minute, nil)
		body(t, client, getStatuses)
		synctest.Wait()
		close.set(0, nil)
		body(t, client, closeapi.Call{Operation: "POST /status/lead/", Body: struct{}{}})
		<-time.After(2 * time.Minute)
		if got := body(t, client, getStatuses); got != `{"n":4}` {
			t.Errorf("got %s, want what was read after the write", got)
		}
	})
}

// TestReadingWhatWasWritten makes, changes and deletes a lead of the sandbox, and reads after each what is kept for an hour.
func TestReadingWhatWasWritten(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	client, _ := keeping(t, s.Transport(), map[string]time.Duration{"lead": time.Hour})
	client = client.For(closeapi.Caller{Credential: closeapi.APIKey(sandbox.DemoKey)})
	var lead struct{ ID, Name string }
	decode := func(call closeapi.Call) error {
		doc, err := client.Do(t.Context(), call)
		if err != nil {
			return err
		}
		return doc.Decode(&lead)
	}
	if err := decode(closeapi.Call{Operation: "POST /lead/", Body: map[string]string{"name": "Bluth"}}); err != nil {
		t.Fatal(err)
	}
	one := closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{lead.ID}, Fields: []string{"id", "name"}}
	if err := decode(one); err != nil || lead.Name != "Bluth" {
		t.Errorf("made: %+v, %v", lead, err)
	}
	if err := decode(closeapi.Call{Operation: "PUT /lead/{id}/", Vars: one.Vars, Body: map[string]string{"name": "Sitwell"}}); err != nil {
		t.Fatal(err)
	}
	if err := decode(one); err != nil || lead.Name != "Sitwell" {
		t.Errorf("changed: %+v, %v", lead, err)
	}
	if err := decode(closeapi.Call{Operation: "DELETE /lead/{id}/", Vars: one.Vars}); err != nil {
		t.Fatal(err)
	}
	if err := decode(one); !closeapi.IsNotFound(err) {
		t.Errorf("deleted: %+v, %v", lead, err)
	}
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
