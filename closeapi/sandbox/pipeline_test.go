package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// steps are the ids of the statuses of a pipeline, in order.
func steps(t *testing.T, s *sandbox.Server, pipeline string) []string {
	t.Helper()
	var ids []string
	for _, status := range get[object](t, s, "GET", "/pipeline/"+pipeline+"/", "")["statuses"].([]any) {
		ids = append(ids, status.(object)["id"].(string))
	}
	return ids
}

func TestPipelinesOrderStatuses(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	sales, service := s.IDs("pipeline")[0], s.IDs("pipeline")[1]
	before, others := steps(t, s, sales), steps(t, s, service)
	get[object](t, s, "PUT", "/pipeline/"+sales+"/", `{"statuses":[{"id":"`+others[1]+`"},{"id":"`+before[2]+`"}],"name":"Deals"}`)
	want := []string{others[1], before[2], before[0], before[1], before[3], before[4], before[5]}
	if got := steps(t, s, sales); !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
	if got := steps(t, s, service); slices.Contains(got, others[1]) {
		t.Errorf("the status is still in the other pipeline: %v", got)
	}
	if moved := get[object](t, s, "GET", "/status/opportunity/"+others[1]+"/", ""); moved["pipeline_id"] != sales {
		t.Errorf("moved %v", moved)
	}
	made := get[object](t, s, "POST", "/opportunity/", `{"lead_id":"`+s.IDs("lead")[0]+`","pipeline_id":"`+sales+`"}`)
	if made["status_id"] != others[1] || made["pipeline_name"] != "Deals" {
		t.Errorf("a new opportunity is %v in %v", made["status_id"], made["pipeline_name"])
	}
	if resp, body := ask(t, s, "PUT", "/pipeline/"+sales+"/", `{"statuses":[{"id":"stat_gone"}]}`); resp.StatusCode != 400 || !strings.Contains(body, "Object does not exist.") {
		t.Errorf("an unknown status = %d %s", resp.StatusCode, body)
	}
}

// TestStatusesInUse holds deletions to what Close asks for: nothing may have a status, and a pipeline no statuses.
func TestStatusesInUse(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, sales := s.IDs("lead")[0], s.IDs("pipeline")[0]
	taken := get[object](t, s, "GET", "/lead/"+lead+"/", "")["status_id"].(string)
	refused := func(path string) {
		t.Helper()
		if resp, body := ask(t, s, "DELETE", path, ""); resp.StatusCode != 400 || !strings.HasPrefix(body, `{"errors":["This `) {
			t.Errorf("DELETE %s = %d %s", path, resp.StatusCode, body)
		}
	}
	refused("/status/lead/" + taken + "/")
	refused("/status/opportunity/" + steps(t, s, sales)[0] + "/")
	refused("/pipeline/" + sales + "/")

	spare := get[object](t, s, "POST", "/status/lead/", `{"label":"Lost sight of"}`)["id"].(string)
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"status_id":"`+spare+`"}`)
	get[object](t, s, "PUT", "/status/lead/"+spare+"/", `{"label":"Quiet","color":"#808080"}`)
	if label := get[object](t, s, "GET", "/lead/"+lead+"/", "")["status_label"]; label != "Quiet" {
		t.Errorf("the lead's status is %v", label)
	}
	refused("/status/lead/" + spare + "/")
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"status_id":"`+taken+`"}`)
	if resp, body := ask(t, s, "DELETE", "/status/lead/"+spare+"/", ""); resp.StatusCode != 200 || body != "{}" {
		t.Errorf("DELETE of a free status = %d %s", resp.StatusCode, body)
	}
}

func TestPipelinesComeAndGo(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	resp, body := ask(t, s, "POST", "/pipeline/", `{"name":"Partners"}`)
	if resp.StatusCode != 201 || !strings.Contains(body, `"statuses":[]`) || !strings.Contains(body, `"date_created":"2026-03-18T10:00:00.000000"`) {
		t.Fatalf("POST = %d %s", resp.StatusCode, body)
	}
	_, pipeline, _ := strings.Cut(strings.TrimSuffix(resp.Header.Get("Location"), "/"), "/pipeline/")
	status := get[object](t, s, "POST", "/status/opportunity/", `{"label":"Signed up","type":"active","pipeline_id":"`+pipeline+`"}`)
	trimmed := get[object](t, s, "PUT", "/status/opportunity/"+status["id"].(string)+"/?_fields=label", `{"label":"Signed"}`)
	if len(trimmed) != 1 || trimmed["label"] != "Signed" || !slices.Equal(steps(t, s, pipeline), []string{status["id"].(string)}) {
		t.Errorf("changed %v, of %v", trimmed, steps(t, s, pipeline))
	}
	if resp, body := ask(t, s, "POST", "/status/opportunity/", `{"label":"x","type":"odd","pipeline_id":"`+pipeline+`"}`); resp.StatusCode != 400 || !strings.Contains(body, `"type":"Not a valid choice."`) {
		t.Errorf("an odd type = %d %s", resp.StatusCode, body)
	}
	get[object](t, s, "DELETE", "/status/opportunity/"+status["id"].(string)+"/", "")
	if resp, body := ask(t, s, "DELETE", "/pipeline/"+pipeline+"/", ""); resp.StatusCode != 204 || body != "" {
		t.Errorf("DELETE = %d %q", resp.StatusCode, body)
	}
}
