package loaders_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/loaders"
)

// object is the row of these tests.
type object struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// decoder reads the rows of these tests.
type decoder struct{}

func (decoder) List(doc []byte, give func(id []byte, row object)) (more bool, err error) {
	var page struct {
		Data []object `json:"data"`
		More bool     `json:"has_more"`
	}
	if err := json.Unmarshal(doc, &page); err != nil {
		return false, err
	}
	for _, row := range page.Data {
		give([]byte(row.ID), row)
	}
	return page.More, nil
}

func (decoder) One(doc []byte, id string) (row object, same bool, err error) {
	err = json.Unmarshal(doc, &row)
	return row, row.ID == id, err
}

// newLoader loads objects of a type from a sandbox.
func newLoader(t *testing.T, s *sandbox.Server, typeName, one string) *loaders.Loader[object] {
	t.Helper()
	client, err := closeapi.New(closeapi.Config{
		Transport: s.Transport(), Caller: closeapi.Caller{Credential: closeapi.APIKey(sandbox.DemoKey)},
		Retry: closeapi.RetryPolicy{MaxAttempts: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	op, ok := closeapi.LookupOperation(one)
	if !ok {
		t.Fatalf("no operation %s", one)
	}
	return &loaders.Loader[object]{
		Close: client, Type: typeName, One: op, Fields: []string{"id"}, Scan: decoder{}, Observed: &loaders.Observed{},
	}
}

// result is what became of an id.
type result struct {
	Row object
	Err error
}

// load loads ids, each once, and returns the results in their order.
func load(t *testing.T, l *loaders.Loader[object], ids ...string) []result {
	t.Helper()
	var set loaders.IDs
	set.AddNew(ids)
	loaded := l.Load(t.Context(), &set)
	results := make([]result, len(ids))
	for i, id := range ids {
		at := set.At(id)
		results[i].Row = loaded.Rows[at]
		if loaded.Errs != nil {
			results[i].Err = loaded.Errs[at]
		}
	}
	return results
}

// calls are the paths that were called, with their number.
func calls(s *sandbox.Server) map[string]int {
	n := map[string]int{}
	for _, r := range s.Requests() {
		path, _, _ := strings.Cut(strings.TrimSuffix(r.Path, "/"), "_")
		n[r.Method+" "+path]++
	}
	return n
}

func TestLoad(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		typeName, one, resource string
		n                       int
		whole                   bool     // whether lists that are read whole are kept
		add                     []string // ids beside those of the demo data
		fault                   sandbox.Fault
		calls                   map[string]int
		missing                 int
	}{
		"one task":  {typeName: "Task", one: "GET /task/{id}/", resource: "task", n: 1, calls: map[string]int{"GET /task/task": 1}},
		"tasks":     {typeName: "Task", one: "GET /task/{id}/", resource: "task", n: 7, calls: map[string]int{"GET /task": 1}},
		"250 tasks": {typeName: "Task", one: "GET /task/{id}/", resource: "task", n: 250, calls: map[string]int{"GET /task": 3}},
		"a task that is gone": {
			typeName: "Task", one: "GET /task/{id}/", resource: "task", n: 2, add: []string{"task_gone"},
			calls: map[string]int{"GET /task": 1}, missing: 1,
		},
		"leads": {typeName: "Lead", one: "GET /lead/{id}/", resource: "lead", n: 5, calls: map[string]int{"GET /lead": 1}},
		"a lead that is gone is asked for by id": {
			typeName: "Lead", one: "GET /lead/{id}/", resource: "lead", n: 2, add: []string{"lead_gone"},
			calls: map[string]int{"GET /lead": 1, "GET /lead/lead": 1}, missing: 1,
		},
		"a lead that is gone, and the filter with it": {
			typeName: "Lead", one: "GET /lead/{id}/", resource: "lead", n: 2, add: []string{"lead_gone"},
			fault: sandbox.Fault{Match: "GET /lead/", Ignore: []string{"id__in"}},
			calls: map[string]int{"GET /lead": 1, "POST /data/search": 1, "GET /lead/lead": 1}, missing: 1,
		},
		"contacts": {typeName: "Contact", one: "GET /contact/{id}/", resource: "contact", n: 3, calls: map[string]int{"POST /data/search": 1}},
		"an index that lags behind": {
			typeName: "Contact", one: "GET /contact/{id}/", resource: "contact", n: 2,
			fault: sandbox.Fault{Match: "POST /data/search/", Status: 200, ContentType: "application/json", Body: `{"data":[],"cursor":null}`},
			calls: map[string]int{"POST /data/search": 1, "GET /contact/cont": 2},
		},
		"users":    {typeName: "User", one: "GET /user/{id}/", resource: "user", n: 4, calls: map[string]int{"GET /user": 1}},
		"one user": {typeName: "User", one: "GET /user/{id}/", resource: "user", n: 1, calls: map[string]int{"GET /user/user": 1}},
		"one user of a list that is kept": {
			typeName: "User", one: "GET /user/{id}/", resource: "user", n: 1, whole: true, calls: map[string]int{"GET /user": 1},
		},
		"one task, which is not kept": {
			typeName: "Task", one: "GET /task/{id}/", resource: "task", n: 1, whole: true, calls: map[string]int{"GET /task/task": 1},
		},
		"statuses of leads": {
			typeName: "LeadStatus", one: "GET /status/lead/{id}/", resource: "lead_status", n: 3, calls: map[string]int{"GET /status/lead": 1},
		},
		"one pipeline of a list that is kept": {
			typeName: "Pipeline", one: "GET /pipeline/{id}/", resource: "pipeline", n: 1, whole: true, calls: map[string]int{"GET /pipeline": 1},
		},
		"a status of the other kind": {
			typeName: "OpportunityStatus", one: "GET /status/opportunity/{id}/", resource: "opportunity_status", n: 1, whole: true,
			add: []string{"stat_lead"}, calls: map[string]int{"GET /status/opportunity": 1, "GET /status/opportunity/stat": 1}, missing: 1,
		},
		"a user that the list does not have": {
			typeName: "User", one: "GET /user/{id}/", resource: "user", n: 2, add: []string{"user_gone"},
			calls: map[string]int{"GET /user": 1, "GET /user/user": 1}, missing: 1,
		},
		"a type that is read one by one": {
			typeName: "Organization", one: "GET /organization/{id}/", resource: "organization", n: 1, add: []string{"orga_gone"},
			calls: map[string]int{"GET /organization/orga": 2}, missing: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.RunT(t)
			if tt.fault.Match != "" {
				s.Fault(tt.fault)
			}
			ids := append(slices.Clone(s.IDs(tt.resource)[:tt.n]), tt.add...)
			l := newLoader(t, s, tt.typeName, tt.one)
			l.Whole = func(operation string) bool { return tt.whole && operation != "GET /task/" }
			results := load(t, l, ids...)
			missing := 0
			for i, r := range results {
				switch {
				case errors.Is(r.Err, loaders.ErrNotFound), closeapi.IsNotFound(r.Err):
					missing++
				case r.Err != nil:
					t.Errorf("%s: %v", ids[i], r.Err)
				case r.Row.ID != ids[i]:
					t.Errorf("asked for %s, got %s", ids[i], r.Row.ID)
				}
			}
			if missing != tt.missing {
				t.Errorf("%d missing, want %d", missing, tt.missing)
			}
			if diff := cmp.Diff(tt.calls, calls(s)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoadTwice loads what was loaded before and something new: only the new is asked for.
func TestLoadTwice(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	l := newLoader(t, s, "Task", "GET /task/{id}/")
	ids := s.IDs("task")
	load(t, l, ids[:3]...)
	s.ResetRequests()
	for i, r := range load(t, l, ids[:5]...) {
		if r.Err != nil || r.Row.ID != ids[i] {
			t.Errorf("%s = %+v", ids[i], r)
		}
	}
	requests := s.Requests()
	if len(requests) != 1 {
		t.Fatalf("%d calls, want 1", len(requests))
	}
	want := slices.Sorted(slices.Values(ids[3:5]))
	if got := requests[0].Query.Get("id__in"); got != strings.Join(want, ",") {
		t.Errorf("id__in = %s, want %v", got, want)
	}
	s.ResetRequests()
	if load(t, l, ids[:5]...); len(s.Requests()) != 0 {
		t.Errorf("asked again for what is known: %v", s.Requests())
	}
}

// TestLoadFails fails a chunk: its ids have the error, and no others.
func TestLoadFails(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	s.Fault(sandbox.Fault{Match: "GET /task/", Times: 1, Status: 500, Body: `{"error":"oops"}`, ContentType: "application/json"})
	ids := s.IDs("task")[:150]
	failed := 0
	for _, r := range load(t, newLoader(t, s, "Task", "GET /task/{id}/"), ids...) {
		if r.Err != nil {
			failed++
		}
	}
	if failed != 100 && failed != 50 {
		t.Errorf("%d ids failed, want those of one chunk", failed)
	}
}

// breaking answers as another does, but for the call that names an id, in which it panics.
type breaking struct {
	loaders.Doer
	id string
}

func (b breaking) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	if slices.Contains(strings.Split(call.Params["id__in"], ","), b.id) {
		panic("broken")
	}
	return b.Doer.Do(ctx, call)
}

// TestLoadPanics breaks one call of several: its ids have the error, and no others. What one call can load is loaded where it
// is asked for, so that a panic is one there.
func TestLoadPanics(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	l := newLoader(t, s, "Task", "GET /task/{id}/")
	ids := slices.Sorted(slices.Values(s.IDs("task")[:250]))
	l.Close = breaking{l.Close, ids[120]}
	for i, r := range load(t, l, ids...) {
		if broken := i/100 == 1; broken != (r.Err != nil) {
			t.Errorf("of id %d the error is %v, want one: %t", i, r.Err, broken)
		}
	}
	few := newLoader(t, s, "Task", "GET /task/{id}/")
	few.Close = l.Close
	defer func() {
		if p := recover(); p != "broken" {
			t.Errorf("the panic is %v, want the one of the call", p)
		}
	}()
	load(t, few, ids[119:122]...)
}

// other answers every call with the same object.
type other struct {
	mu sync.Mutex
	n  int
}

func (o *other) Do(_ context.Context, _ closeapi.Call) (closeapi.Document, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n++
	return closeapi.Document{Body: fmt.Appendf(nil, `{"id":"lead_other"}`)}, nil
}

// pages answers a list of a hundred users in pages of forty.
type pages struct{ skips []string }

func (p *pages) Do(_ context.Context, call closeapi.Call) (closeapi.Document, error) {
	p.skips = append(p.skips, call.Params["_skip"])
	skip, _ := strconv.Atoi(call.Params["_skip"])
	var rows []object
	for i := skip; i < min(skip+40, 100); i++ {
		rows = append(rows, object{ID: fmt.Sprint("user_", i)})
	}
	body, err := json.Marshal(map[string]any{"data": rows, "has_more": skip+40 < 100})
	return closeapi.Document{Body: body}, err
}

// TestLoadWhole reads a list in pages that are smaller than was asked for.
func TestLoadWhole(t *testing.T) {
	t.Parallel()
	l := newLoader(t, sandbox.RunT(t), "User", "GET /user/{id}/")
	list := &pages{}
	l.Close = list
	for i, r := range load(t, l, "user_99", "user_7") {
		if r.Err != nil || r.Row.ID != []string{"user_99", "user_7"}[i] {
			t.Errorf("got %+v", r)
		}
	}
	if diff := cmp.Diff([]string{"", "40", "80"}, list.skips); diff != "" {
		t.Errorf("skips (-want +got):\n%s", diff)
	}
}

// TestLoadRefusesAnotherObject must not take an answer for an object that was not asked for.
func TestLoadRefusesAnotherObject(t *testing.T) {
	t.Parallel()
	l := newLoader(t, sandbox.RunT(t), "Lead", "GET /lead/{id}/")
	l.Close = &other{}
	if r := load(t, l, "lead_mine")[0]; r.Err == nil {
		t.Errorf("got %+v for lead_mine", r.Row)
	}
}

// TestLoadAfterWrite reads objects of which one was written just now: that one by its id, not through the index or the list.
func TestLoadAfterWrite(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		typeName, one, resource string
		calls                   map[string]int
	}{
		"through the index": {"Contact", "GET /contact/{id}/", "contact", map[string]int{"POST /data/search": 1, "GET /contact/cont": 1}},
		"through a list":    {"Pipeline", "GET /pipeline/{id}/", "pipeline", map[string]int{"GET /pipeline": 1, "GET /pipeline/pipe": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.RunT(t)
			l := newLoader(t, s, tt.typeName, tt.one)
			ids := s.IDs(tt.resource)
			ids = ids[:min(4, len(ids))]
			l.Observed.Wrote(t.Context(), ids[1])
			for i, r := range load(t, l, ids...) {
				if r.Err != nil || r.Row.ID != ids[i] {
					t.Errorf("%s = %+v", ids[i], r)
				}
			}
			if diff := cmp.Diff(tt.calls, calls(s)); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// elsewhere is another process, which has written these objects and is told of others.
type elsewhere struct{ wrote, told []string }

func (e *elsewhere) TellWritten(_ context.Context, ids []string) { e.told = append(e.told, ids...) }

func (e *elsewhere) WrittenLately(_ context.Context, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !slices.Contains(e.wrote, id) })
}

// TestWrittenElsewhere reads an object by its id that another process has written, and tells it what was written here.
func TestWrittenElsewhere(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	l := newLoader(t, s, "Contact", "GET /contact/{id}/")
	ids := s.IDs("contact")[:3]
	others := &elsewhere{wrote: ids[1:2]}
	l.Observed.Others = others
	l.Observed.Wrote(t.Context(), "lead_1", "lead_2")
	if diff := cmp.Diff([]string{"lead_1", "lead_2"}, others.told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	for i, r := range load(t, l, ids...) {
		if r.Err != nil || r.Row.ID != ids[i] {
			t.Errorf("%s = %+v", ids[i], r)
		}
	}
	if diff := cmp.Diff(map[string]int{"POST /data/search": 1, "GET /contact/cont": 1}, calls(s)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestManyWrites remembers no more writes than it may.
func TestManyWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.RunT(t)
		l := newLoader(t, s, "Contact", "GET /contact/{id}/")
		for i := range 25_000 {
			l.Observed.Wrote(t.Context(), fmt.Sprint("cont_", i))
		}
		ids := s.IDs("contact")[:2]
		l.Observed.Wrote(t.Context(), ids[0]) // there is no room for it until the others are old
		<-time.After(2 * time.Minute)
		l.Observed.Wrote(t.Context(), ids[1])
		load(t, l, append(ids, s.IDs("contact")[3])...)
		want := map[string]int{"POST /data/search": 1, "GET /contact/cont": 1}
		if diff := cmp.Diff(want, calls(s)); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}
