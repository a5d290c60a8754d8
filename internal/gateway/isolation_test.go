package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// restricted is a gateway whose callers are two users of one organization, of whom one does not see a lead. Everything is
// kept for an hour, and each call takes a second, so that there is much to share.
type restricted struct {
	*Gateway
	sandbox    *sandbox.Server
	lead, task string // hidden from one
	name       string // of the lead
}

const (
	seesAll  = "Basic YXBpX3NhbmRib3guZGVtbzo=" // the demo key, of the first user
	seesLess = "Bearer two"
)

func newRestricted(t *testing.T) *restricted {
	t.Helper()
	s := sandbox.RunT(t)
	o := testOptions(s)
	o.Config.Passthrough, o.Transport = true, s.Transport()
	o.Config.Cache = config.Lifetimes{"task": time.Hour, "lead": time.Hour, "activity": time.Hour}
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &restricted{Gateway: g, sandbox: s, lead: s.IDs("lead")[0]}
	all := r.ask(t, seesAll, fmt.Sprintf(`{ lead(id: %q) { name openTasks { id } } }`, r.lead))
	r.name, _, _ = strings.Cut(strings.TrimPrefix(all, `{"data":{"lead":{"name":"`), `"`)
	_, rest, _ := strings.Cut(all, `"id":"`)
	r.task, _, _ = strings.Cut(rest, `"`)
	if r.name == "" || r.task == "" {
		t.Fatalf("a lead without a name or a task: %s", all)
	}
	less := r.ask(t, seesLess, `{ viewer { id } }`)
	_, rest, _ = strings.Cut(less, `"id":"`)
	user, _, _ := strings.Cut(rest, `"`)
	s.Hide(user, r.lead)
	return r
}

func (r *restricted) ask(t *testing.T, authorization, query string) string {
	t.Helper()
	return string(post(t, r.Gateway, map[string]any{"query": query}, http.Header{"Authorization": {authorization}}))
}

// TestTwoUsers asks the same of every part that could share something, as a user who sees a lead and as one who does not: at
// the same time, the one after the other, and the other way round.
func TestTwoUsers(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"cache, by id":              `{ lead(id: "LEAD") { id name } }`,
		"cache, in a list":          `{ leads(first: 50) { nodes { id name } } }`,
		"loaders, by many ids":      `{ a: task(id: "TASK") { lead { id description } } b: lead(id: "LEAD") { id name } nodes(ids: ["TASK", "LEAD"]) { id } }`,
		"loaders, through an edge":  `{ tasks(first: 200) { nodes { id lead { id description } } } }`,
		"lists below an object":     `{ lead(id: "LEAD") { id tasks(first: 5) { nodes { id } } activities(first: 5) { nodes { id } } } }`,
		"a search":                  `{ search(type: LEAD, first: 100) { nodes { ... on Lead { id name } } totalCount } }`,
		"a persisted query's plan":  `query P { task(id: "TASK") { id text lead { name } } }`,
		"errors beside what is not": `{ ok: viewer { email } lead(id: "LEAD") { name } }`,
		"the log of events":         `{ events(first: 20, filter: {leadId: "LEAD"}) { nodes { id } } }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRestricted(t)
				defer r.Close()
				r.sandbox.Fault(sandbox.Fault{Delay: time.Second})
				query := strings.NewReplacer("LEAD\"", r.lead+"\"", "TASK", r.task).Replace(query)
				answers := map[string][]string{}
				var mu sync.Mutex
				ask := func(who string) {
					got := r.ask(t, who, query)
					mu.Lock()
					defer mu.Unlock()
					answers[who] = append(answers[who], got)
				}
				var group sync.WaitGroup
				for range 3 { // at once, so that equal calls could be joined
					group.Go(func() { ask(seesAll) })
					group.Go(func() { ask(seesLess) })
				}
				group.Wait()
				for _, who := range []string{seesAll, seesLess, seesLess, seesAll} { // when all is kept
					ask(who)
				}
				for i, got := range answers[seesAll] {
					if got != answers[seesAll][0] || !strings.Contains(got, r.lead) && !strings.Contains(got, r.name) && !strings.Contains(got, r.task) && name != "the log of events" {
						t.Errorf("who sees the lead, %d: %.400s", i, got)
					}
				}
				for i, got := range answers[seesLess] {
					data, errors, _ := strings.Cut(got, `"errors":`)
					if got != answers[seesLess][0] || strings.Contains(data, r.lead) || strings.Contains(data, r.name) || strings.Contains(data, r.task) || strings.Contains(errors, r.name) {
						t.Errorf("who does not see it, %d: %.400s", i, got)
					}
				}
				if answers[seesAll][0] == answers[seesLess][0] && name != "the log of events" {
					t.Errorf("both got %.400s", answers[seesAll][0])
				}
			})
		})
	}
}

// TestTwoUsersOneWrites lets one user change what both see, and what only one sees, and wants neither to find the other's
// answer in its place.
func TestTwoUsersOneWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRestricted(t)
		defer r.Close()
		query := fmt.Sprintf(`{ task(id: %q) { id text } }`, r.task)
		change := fmt.Sprintf(`mutation { taskUpdate(id: %q, input: {text: "changed by one"}) { task { id text } userErrors { message } } }`, r.task)
		for range 2 {
			if got := r.ask(t, seesLess, change); strings.Contains(got, "changed by one") || !strings.Contains(got, `"message"`) {
				t.Errorf("who does not see the task changed it: %s", got)
			}
			if got := r.ask(t, seesAll, query); strings.Contains(got, `"text":"changed`) {
				t.Errorf("it is changed: %s", got)
			}
		}
		if got := r.ask(t, seesAll, change); !strings.Contains(got, "changed by one") {
			t.Errorf("who sees it cannot change it: %s", got)
		}
		for range 2 {
			if got := r.ask(t, seesLess, query); strings.Contains(got, "changed by one") {
				t.Errorf("what one wrote is shown to the other: %s", got)
			}
			if got := r.ask(t, seesAll, query); !strings.Contains(got, "changed by one") {
				t.Errorf("the change does not show: %s", got)
			}
		}
	})
}
