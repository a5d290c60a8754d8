package sandbox_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

type events struct {
	Data     []object `json:"data"`
	Next     string   `json:"cursor_next"`
	Previous string   `json:"cursor_previous"`
}

// kinds are the events as "object_type action", oldest first.
func (e events) kinds() []string {
	var kinds []string
	for _, event := range slices.Backward(e.Data) {
		kinds = append(kinds, event["object_type"].(string)+" "+event["action"].(string))
	}
	return kinds
}

func TestEventsOfWrites(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)["id"].(string)
	tell := func(want ...string) []object {
		t.Helper()
		e := get[events](t, s, "GET", "/event/?lead_id="+lead, "")
		if got := e.kinds(); !slices.Equal(got[len(got)-len(want):], want) {
			t.Errorf("events %v, want %v at the end", got, want)
		}
		return e.Data
	}
	made := tell("lead created")[0]
	check(t, "created", made, object{"object_id": lead, "lead_id": lead, "previous_data": object{}, "changed_fields": []any{}, "api_key_id": "api_sandbox"})
	check(t, "data", made["data"].(object), object{"id": lead, "name": "New Co"})
	check(t, "meta", made["meta"].(object), object{"request_method": "POST", "request_path": "/api/v1/lead/"})

	contact := get[object](t, s, "POST", "/contact/", `{"lead_id":"`+lead+`","name":"Bo"}`)["id"].(string)
	changed := tell("lead created", "lead updated", "contact created")[1]
	check(t, "new contact", changed, object{"changed_fields": []any{"contact_ids"}, "previous_data": object{"contact_ids": []any{}}})

	s.SetTime(wednesday.Add(time.Hour))
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"description":"first"}`)
	s.SetTime(wednesday.Add(time.Hour + 3*time.Second))
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"description":"second","url":"https://x.example"}`)
	joined := tell("lead updated")[0]
	check(t, "joined", joined, object{
		"changed_fields": []any{"date_updated", "description", "url"}, "date_created": "2026-03-18T11:00:00.000000", "date_updated": "2026-03-18T11:00:03.000000",
	})
	check(t, "before the first", joined["previous_data"].(object), object{"description": nil, "url": nil})

	s.SetTime(wednesday.Add(2 * time.Hour))
	task := get[object](t, s, "POST", "/task/", `{"_type":"lead","lead_id":"`+lead+`","text":"Call"}`)["id"].(string)
	get[object](t, s, "PUT", "/task/"+task+"/", `{"is_complete":true}`)
	tell("task.lead created", "task.lead updated", "task.lead completed", "activity.task_completed created")

	s.SetTime(wednesday.Add(3 * time.Hour))
	get[object](t, s, "DELETE", "/lead/"+lead+"/", "")
	gone := tell("contact deleted", "task.lead deleted", "activity.task_completed deleted", "lead deleted")
	for _, event := range gone {
		if event["object_id"] == contact && event["action"] == "deleted" {
			check(t, "gone", event, object{"data": nil})
			check(t, "what went", event["previous_data"].(object), object{"name": "Bo"})
		}
	}
	check(t, "by id", get[object](t, s, "GET", "/event/"+made["id"].(string)+"/", ""), object{"action": "created"})
}

func TestEventOfMerge(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	leads := s.IDs("lead")
	get[object](t, s, "POST", "/lead/merge/", `{"source":"`+leads[0]+`","destination":"`+leads[1]+`"}`)
	e := get[events](t, s, "GET", "/event/?object_id="+leads[1]+"&action=merged", "")
	if len(e.Data) != 1 {
		t.Fatalf("merged %d times", len(e.Data))
	}
	check(t, "meta", e.Data[0]["meta"].(object), object{"merge_source_lead_id": leads[0], "merge_destination_lead_id": leads[1]})
}

func TestEventPages(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	bounded := "/event/?_limit=40&" + url.Values{"date_updated__gte": {"2026-03-10T00:00:00Z"}}.Encode()
	page := get[events](t, s, "GET", bounded, "")
	if page.Previous != "" || page.Next == "" || len(page.Data) != 40 {
		t.Fatalf("first page: %d events, newer %q, older %q", len(page.Data), page.Previous, page.Next)
	}
	first, seen := page, map[any]bool{}
	var last object
	for {
		for _, event := range page.Data {
			if seen[event["id"]] || event["date_updated"].(string) < "2026-03-10" || last != nil && event["date_updated"].(string) > last["date_updated"].(string) {
				t.Fatalf("event %v is out of place", event["id"])
			}
			seen[event["id"]], last = true, event
		}
		if page.Next == "" {
			break
		}
		page = get[events](t, s, "GET", "/event/?_limit=40&_cursor="+page.Next, "")
	}
	second := get[events](t, s, "GET", "/event/?_limit=40&_cursor="+first.Next, "")
	back := get[events](t, s, "GET", "/event/?_limit=40&_cursor="+second.Previous, "")
	if back.Data[0]["id"] != first.Data[0]["id"] || len(back.Data) != 40 {
		t.Errorf("the way back leads elsewhere")
	}
	s.SetTime(wednesday.AddDate(0, 0, 31))
	if old := get[events](t, s, "GET", "/event/", ""); len(old.Data) != 0 {
		t.Errorf("%d events after a month", len(old.Data))
	}
}

func TestEventFilters(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for query, status := range map[string]int{
		"":                                   http.StatusOK,
		"?object_type=lead&action=created":   http.StatusOK,
		"?lead_id=lead_1&user_id=user_1":     http.StatusOK,
		"?object_type=lead":                  http.StatusBadRequest,
		"?action=created":                    http.StatusBadRequest,
		"?lead_id=lead_1&object_id=acti_1":   http.StatusBadRequest,
		"?request_id=req_1&object_id=acti_1": http.StatusBadRequest,
		"?_limit=51":                         http.StatusBadRequest,
		"?_cursor=nonsense":                  http.StatusBadRequest,
	} {
		if resp, answer := ask(t, s, "GET", "/event/"+query, ""); resp.StatusCode != status {
			t.Errorf("GET /event/%s = %d %s, want %d", query, resp.StatusCode, answer, status)
		}
	}
}
