//go:build redis

package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/redis/redistest"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// replicas are several gateways with one key, in front of one sandbox, on one Redis.
type replicas struct {
	redis   *redistest.Server
	sandbox *sandbox.Server
	all     []*Gateway
}

// newReplicas makes two replicas. Redis may take long for them: machines that run tests are busy.
func newReplicas(t *testing.T, s *sandbox.Server, change func(o *Options)) *replicas {
	t.Helper()
	r := &replicas{redis: redistest.Run(t), sandbox: s}
	for range 2 {
		o := testOptions(s, "--close-api-key="+sandbox.DemoKey, "--redis-url="+r.redis.URL(), "--redis-timeout=5s")
		o.Transport, o.Telemetry = s.Transport(), telemetry.New("test", nil)
		if change != nil {
			change(&o)
		}
		r.all = append(r.all, newGateway(t, o))
	}
	return r
}

// ask sends a query to a replica, and returns its data.
func (r *replicas) ask(t *testing.T, replica int, query string) string {
	t.Helper()
	var got answer
	if err := json.Unmarshal(post(t, r.all[replica], map[string]any{"query": query}, nil), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Errors) > 0 {
		t.Errorf("replica %d, %s: %+v", replica, query, got.Errors)
	}
	data, err := json.Marshal(got.Data)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// calls are the calls that the sandbox got since it was asked last.
func (r *replicas) calls() string {
	calls := restCalls(r.sandbox)
	r.sandbox.ResetRequests()
	return calls
}

// waitFor waits until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about: %s", what)
		}
	}
}

// TestReplicasShareAnswers asks one replica for what the other was answered: Close is asked once.
func TestReplicasShareAnswers(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, sandbox.RunT(t), nil)
	const query = `{ users(first: 2) { nodes { id name } } }`
	want := r.ask(t, 0, query)
	for i := range 4 {
		if got := r.ask(t, (i+1)%2, query); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if n := strings.Count(r.calls(), "\n"); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
	r.all[0].client.Forget(t.Context(), "user")
	r.ask(t, 1, query)
	if n := strings.Count(r.calls(), "\n"); n != 1 {
		t.Errorf("%d calls after one replica was told that users changed, want 1", n)
	}
}

// TestReplicasSeeWrites writes by one replica and reads by the other, right after, things that are kept: what was written is
// what is read, in the object and in its lists.
func TestReplicasSeeWrites(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	r := newReplicas(t, s, func(o *Options) {
		o.Config.Cache = config.Lifetimes{"task": time.Hour, "lead": time.Hour, "status": time.Hour}
	})
	lead := s.IDs("lead")[0]
	list := fmt.Sprintf(`{ tasks(first: 100, filter: {leadId: %q}) { nodes { id text isComplete } } lead(id: %q) { tasks(first: 50) { nodes { id text } } } }`, lead, lead)
	both := func(query string) string {
		t.Helper()
		one, other := r.ask(t, 0, query), r.ask(t, 1, query)
		if one != other {
			t.Errorf("the replicas do not agree:\n%s\n%s", one, other)
		}
		return other
	}
	mutate := func(replica int, mutation string) string {
		t.Helper()
		both(list) // so that there is something to be dropped
		return r.ask(t, replica, "mutation { "+mutation+" }")
	}
	var created struct {
		TaskCreate struct{ Task struct{ ID string } }
	}
	text := mutate(0, fmt.Sprintf(`taskCreate(input: {leadId: %q, text: "water the plants"}) { task { id } userErrors { message } }`, lead))
	if err := json.Unmarshal([]byte(text), &created); err != nil || created.TaskCreate.Task.ID == "" {
		t.Fatalf("%v: %s", err, text)
	}
	id := created.TaskCreate.Task.ID
	one := fmt.Sprintf(`{ task(id: %q) { id text isComplete } }`, id)
	for _, step := range []struct {
		mutation string
		want     string // in the list and in the object
		gone     string
	}{
		{mutation: "", want: "water the plants"},
		{mutation: fmt.Sprintf(`taskUpdate(id: %q, input: {text: "feed the cat"}) { task { id } }`, id), want: "feed the cat", gone: "water the plants"},
		{mutation: fmt.Sprintf(`taskComplete(id: %q) { task { id } }`, id), want: `"feed the cat","isComplete":true`},
	} {
		for replica := range 2 { // one writes, then the other
			if step.mutation != "" {
				mutate(replica, step.mutation)
			}
			if got := r.ask(t, 1-replica, list); !strings.Contains(got, step.want) || step.gone != "" && strings.Contains(got, step.gone) {
				t.Errorf("after %s: the list of the other replica is %s", step.mutation, got)
			}
			if got := r.ask(t, 1-replica, one); !strings.Contains(got, step.want) {
				t.Errorf("after %s: the task of the other replica is %s", step.mutation, got)
			}
		}
	}
	mutate(1, fmt.Sprintf(`taskDelete(id: %q) { deletedId }`, id))
	if got := both(list); strings.Contains(got, id) {
		t.Errorf("after it was deleted: %s", got)
	}
	if got := post(t, r.all[0], map[string]any{"query": one}, nil); !bytes.Contains(got, []byte(`"task":null`)) {
		t.Errorf("after it was deleted: %s", got)
	}
}

// TestReplicasReadWhatWasWrittenByID writes a lead by one replica: the other reads it by its id for a while, and not by
// the list of leads, which lags behind.
func TestReplicasReadWhatWasWrittenByID(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	r := newReplicas(t, s, nil)
	leads := s.IDs("lead")[:3]
	query := `{ nodes(ids: ["` + strings.Join(leads, `", "`) + `"]) { ... on Lead { id description } } }`
	lead := leads[1]
	r.ask(t, 1, query)
	if calls := r.calls(); strings.Contains(calls, "GET /lead/"+lead) || strings.Count(calls, "\n") != 1 {
		t.Errorf("before: %s", calls)
	}
	r.ask(t, 0, fmt.Sprintf(`mutation { leadUpdate(id: %q, input: {description: "changed"}) { lead { id } } }`, lead))
	r.calls()
	if text := r.ask(t, 1, query); !strings.Contains(text, `"changed"`) {
		t.Errorf("the other replica reads %s", text)
	}
	if calls := r.calls(); !strings.Contains(calls, "GET /lead/"+lead+"/") {
		t.Errorf("the lead was not read by its id: %s", calls)
	}
}

// gate is a transport that holds up requests until it is opened.
type gate struct {
	next    http.RoundTripper
	waiting chan struct{} // gets one for each request that waits
	open    chan struct{}
}

func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(req) // Close has seen it, and the answer is on its way
	if req.Method == http.MethodGet {
		select {
		case g.waiting <- struct{}{}:
			<-g.open
		default: // only the first ones are held up
		}
	}
	return resp, err
}

// TestNobodyJoinsWhatIsOlderThanAWrite has a read under way by one replica when the other writes: who asks the first one
// then, does not join it, and sees what was written.
func TestNobodyJoinsWhatIsOlderThanAWrite(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	held := &gate{next: s.Transport(), waiting: make(chan struct{}, 1), open: make(chan struct{})}
	n := 0
	r := newReplicas(t, s, func(o *Options) {
		if n++; n == 1 {
			o.Transport = held
		}
	})
	lead := s.IDs("lead")[0]
	query := fmt.Sprintf(`{ lead(id: %q) { description } }`, lead)
	early := make(chan string)
	go func() { early <- r.ask(t, 0, query) }()
	<-held.waiting
	held.waiting <- struct{}{} // no other one is held up
	r.ask(t, 1, fmt.Sprintf(`mutation { leadUpdate(id: %q, input: {description: "written meanwhile"}) { lead { id } } }`, lead))
	if got := r.ask(t, 0, query); !strings.Contains(got, "written meanwhile") {
		t.Errorf("after the write: %s", got)
	}
	close(held.open)
	if got := <-early; strings.Contains(got, "written meanwhile") {
		t.Errorf("the read from before the write was made after it: %s", got)
	}
}

// TestReplicasKeepCallersApart has two callers ask the same of two replicas: each sees itself, whatever is in Redis.
func TestReplicasKeepCallersApart(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	r := newReplicas(t, s, func(o *Options) {
		o.Config.CloseAPIKey, o.Config.Passthrough = "", true
		o.Config.Cache = config.Lifetimes{"task": time.Hour}
	})
	ask := func(replica int, key string) string {
		header := http.Header{"Authorization": {"Bearer " + key}}
		return string(post(t, r.all[replica], map[string]any{"query": `{ viewer { id } tasks(first: 1) { nodes { id } } }`}, header))
	}
	answers := map[string]string{}
	for _, key := range []string{"one", "two"} {
		answers[key] = ask(0, key)
	}
	if n := strings.Count(r.calls(), "\n"); n != 4 || answers["one"] == answers["two"] {
		t.Errorf("%d calls, want 2 for each caller; answers %v", n, answers)
	}
	for _, key := range []string{"one", "two", "three"} {
		for replica := range 2 {
			if got := ask(replica, key); key != "three" && got != answers[key] || key == "three" && (got == answers["one"] || got == answers["two"]) {
				t.Errorf("replica %d gave %s: %s", replica, key, got)
			}
		}
	}
	if n := strings.Count(r.calls(), "\n"); n != 2 {
		t.Errorf("%d calls, want 2, for the third caller", n)
	}
}

// load sends queries to the replicas, half to each, at once, and wants all of them answered without an error.
func (r *replicas) load(t *testing.T, queries int, query func(i int) string) {
	t.Helper()
	var wait sync.WaitGroup
	for i := range queries {
		wait.Go(func() { r.ask(t, i%2, query(i)) })
	}
	wait.Wait()
}

// refusals counts the calls that Close refused.
func (r *replicas) refusals() (refused, answered int) {
	for _, request := range r.sandbox.Requests() {
		if request.Status == http.StatusTooManyRequests {
			refused++
		} else {
			answered++
		}
	}
	return refused, answered
}

// TestReplicasShareTheBudget asks two replicas for several times as much as the rate limit holds: together they keep to it,
// and nothing is refused. On a machine so busy that calls take a second to leave it, some are; so it may try again.
func TestReplicasShareTheBudget(t *testing.T) {
	t.Parallel()
	const queries = 120
	var refused int
	for range 4 {
		s := sandbox.New(sandbox.Options{RateLimit: 30, RateSteps: true})
		s.Fault(sandbox.Fault{Delay: 200 * time.Millisecond}) // until then no header tells of what the other has used
		r := newReplicas(t, s, nil)
		r.load(t, queries, taskQueries(s))
		var answered int
		if refused, answered = r.refusals(); answered != queries {
			t.Errorf("%d calls were answered, want %d", answered, queries)
		}
		if refused == 0 {
			return
		}
	}
	t.Errorf("%d of %d calls were refused, each time some", refused, queries)
}

// TestRedisDiesUnderLoad kills Redis while both replicas work, and starts it anew: no request is lost, and Redis is used
// again by itself.
func TestRedisDiesUnderLoad(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct{ gone, back func(s *redistest.Server) }{
		"killed": {func(s *redistest.Server) { s.Kill() }, func(s *redistest.Server) { s.Start() }},
		"hangs":  {func(s *redistest.Server) { s.Pause() }, func(s *redistest.Server) { s.Resume() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.New(sandbox.Options{RateLimit: 40})
			s.Fault(sandbox.Fault{Delay: 20 * time.Millisecond})
			r := newReplicas(t, s, func(o *Options) {
				o.Config.RedisTimeout = 250 * time.Millisecond
				o.Config.RequestTimeout = time.Minute
				o.Retry = closeapi.RetryPolicy{}
			})
			const queries = 200
			query := taskQueries(s)
			done := make(chan struct{})
			go func() {
				defer close(done)
				r.load(t, queries, func(i int) string {
					return strings.TrimSuffix(query(i), "}") + ` users(first: 1) { nodes { name } } }`
				})
			}()
			answered := func() int { return len(s.Requests()) }
			waitFor(t, "some are answered", func() bool { return answered() > queries/4 })
			way.gone(r.redis)
			waitFor(t, "more are answered without Redis", func() bool { return answered() > queries/2 })
			way.back(r.redis)
			<-done
			for i, g := range r.all {
				waitFor(t, "Redis is used again", func() bool {
					return scrape(t, g.Handler())["redis_up"] == "1"
				})
				w := httptest.NewRecorder()
				g.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/readyz", nil))
				if w.Code != http.StatusOK {
					t.Errorf("replica %d is not ready: %d", i, w.Code)
				}
			}
		})
	}
}

// TestReplicasSharePersistedQueries sends a query with its hash to one replica, and the hash alone to the other.
func TestReplicasSharePersistedQueries(t *testing.T) {
	t.Parallel()
	r := newReplicas(t, sandbox.RunT(t), nil)
	const query = `{ viewer { id } }`
	sum := sha256.Sum256([]byte(query))
	extensions := map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hex.EncodeToString(sum[:])}}
	if got := post(t, r.all[1], map[string]any{"extensions": extensions}, nil); !bytes.Contains(got, []byte(codePersistedNotFound)) {
		t.Errorf("before it was sent: %s", got)
	}
	want := post(t, r.all[0], map[string]any{"query": query, "extensions": extensions}, nil)
	if diff := cmp.Diff(string(want), string(post(t, r.all[1], map[string]any{"extensions": extensions}, nil))); diff != "" {
		t.Errorf("by its hash (-want +got):\n%s", diff)
	}
}

// TestReplicasShareSessions logs in by one replica, and is known to the other; the tokens are renewed once; a logout counts
// for both. While Redis is away, who was seen lately stays logged in.
func TestReplicasShareSessions(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	l := newLoginServer(t, "--redis-url="+server.URL(), "--redis-timeout=5s")
	o := l.options
	o.Telemetry = telemetry.New("test", nil)
	second := newGateway(t, o)
	other := httptest.NewServer(second.Handler())
	t.Cleanup(other.Close)
	first := l.URL
	at := func(url string) { l.URL = url }

	maren := l.person(t)
	maren.login(0, "allow", "")
	at(other.URL)
	maren.is("at the other replica", "Maren Okafor")
	l.pass(2 * time.Hour)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			url := []string{first, other.URL}[i%2]
			status, body := maren.do(http.MethodPost, url+graphqlPath, `{"query":"{viewer{name}}"}`, "Content-Type", "application/json", "Origin", url)
			if status != http.StatusOK || !strings.Contains(body, "Maren Okafor") {
				t.Errorf("after two hours: %d %s", status, body)
			}
		})
	}
	all.Wait()
	if n := l.calls("POST /oauth2/token/?grant_type=refresh_token"); n != 1 {
		t.Errorf("%d refreshes, want one", n)
	}
	tobias := l.person(t)
	at(first)
	tobias.login(1, "allow", "")
	at(other.URL)
	tobias.is("at the other replica", "Tobias Lindqvist")
	kept := maren.cookies()["closegraph-session"]
	maren.do(http.MethodPost, other.URL+"/oauth/logout", "", "Origin", other.URL)
	maren.setCookie("closegraph-session", kept)
	at(first)
	maren.is("logged out by the other replica", "")
	server.Kill()
	waitFor(t, "Redis is lost", func() bool { return !second.shared.redis.Up() })
	at(other.URL)
	tobias.is("without Redis", "Tobias Lindqvist")
	revoked := l.calls("POST /oauth2/revoke/")
	kept = tobias.cookies()["closegraph-session"]
	tobias.do(http.MethodPost, other.URL+"/oauth/logout", "", "Origin", other.URL)
	tobias.setCookie("closegraph-session", kept)
	if status, body := tobias.ask("{viewer{name}}"); status == http.StatusOK {
		t.Errorf("logged out without Redis: %d %s", status, body)
	}
	if n := l.calls("POST /oauth2/revoke/") - revoked; n != 2 {
		t.Errorf("%d tokens are revoked without Redis, want both", n)
	}
}

// TestSandboxesShareNothing starts two gateways on demo data of their own: neither is given what the other one holds.
func TestSandboxesShareNothing(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	for i := range 2 {
		s := sandbox.RunT(t)
		g := newGateway(t, testOptions(s, "--redis-url="+server.URL(), "--redis-timeout=5s"))
		post(t, g, map[string]any{"query": `{ users(first: 1) { nodes { id } } }`}, nil)
		if n := len(s.Requests()); n != 1 {
			t.Errorf("sandbox %d got %d calls, want 1", i, n)
		}
	}
}
