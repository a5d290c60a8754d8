package closeapi_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

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
