package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestSequences(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	made := get[object](t, s, "POST", "/sequence/", `{"name":"Outreach","timezone":"Europe/Berlin","schedule":{"ranges":[{"weekday":1,"start":"09:00","end":"17:00"}]},
		"steps":[{"step_type":"email","delay":0},{"step_type":"call","delay":86400,"required":false}]}`)
	check(t, "made", made, object{"status": "active", "timezone": "Europe/Berlin"})
	steps := made["steps"].([]any)
	path := "/sequence/" + made["id"].(string) + "/"
	second := steps[1].(object)
	changed := get[object](t, s, "PUT", path, `{"steps":[{"id":"`+second["id"].(string)+`","delay":3600}]}`)["steps"].([]any)
	if len(changed) != 1 {
		t.Fatalf("steps %v, want the one that was named", changed)
	}
	check(t, "step", changed[0].(object), object{"id": second["id"], "delay": 3600.0, "step_type": "call", "required": false})

	contact := s.IDs("contact")[0]
	resp, answer := ask(t, s, "POST", "/sequence_subscription/", `{"sequence_id":"`+made["id"].(string)+`","contact_id":"`+contact+`"}`)
	var sub object
	if err := json.Unmarshal([]byte(answer), &sub); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("subscribe: %d %s", resp.StatusCode, answer)
	}
	subPath := "/sequence_subscription/" + sub["id"].(string) + "/"
	check(t, "paused", get[object](t, s, "PUT", subPath, `{"status":"paused"}`), object{"status": "paused", "status_reason": "manual"})
	check(t, "resumed", get[object](t, s, "PUT", subPath, `{"status":"active"}`), object{"status": "active", "status_reason": nil})
	get[object](t, s, "PUT", path, `{"status":"paused"}`)
	check(t, "with its sequence", get[object](t, s, "GET", subPath, ""), object{"status": "paused", "status_reason": "workflow-paused"})
	check(t, "counted", get[object](t, s, "GET", path, "")["subscription_counts_by_status"].(object), object{"paused": 1.0, "active": 0.0})
	get[object](t, s, "DELETE", path, "")
	check(t, "without its sequence", get[object](t, s, "GET", subPath, ""), object{"status": "error", "status_reason": "sequence-deleted"})
	get[object](t, s, "DELETE", subPath, "")

	for where, body := range map[string]string{
		"/sequence/":              `{"name":"x","steps":[{"step_type":"fax"}]}`,
		"/sequence_subscription/": `{"sequence_id":"` + s.IDs("sequence")[0] + `","contact_id":"cont_none"}`,
	} {
		if resp, answer := ask(t, s, "POST", where, body); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("POST %s = %d %s, want 400", where, resp.StatusCode, answer)
		}
	}
	if resp, _ := ask(t, s, "GET", "/sequence_subscription/", ""); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a list of all subscriptions: %d, want 400", resp.StatusCode)
	}
}
