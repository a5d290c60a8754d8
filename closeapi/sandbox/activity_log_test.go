package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// only returns the one activity of a type at a lead; it fails the test unless there is exactly one.
func only(t *testing.T, s *sandbox.Server, path, lead string) object {
	t.Helper()
	found := get[page](t, s, "GET", "/activity/"+path+"/?lead_id="+lead, "").Data
	if len(found) != 1 {
		t.Fatalf("%s of the lead: %d, want one", path, len(found))
	}
	return found[0]
}

func TestNewLeadsAreCreated(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	byLead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)["id"].(string)
	byContact := get[object](t, s, "POST", "/contact/", `{"name":"Ida Berg"}`)["lead_id"].(string)
	byOpportunity := get[object](t, s, "POST", "/opportunity/", `{"value":100}`)["lead_id"].(string)
	for _, lead := range []string{byLead, byContact, byOpportunity} {
		created := only(t, s, "created", lead)
		if created["source"] != "api" || created["user_name"] != "Maren Okafor" || created["activity_at"] != "2026-03-18T10:00:00.000000+00:00" || created["import_id"] != nil {
			t.Errorf("a new lead was created as %v", created)
		}
	}
	get[object](t, s, "POST", "/activity/note/", `{"lead_id":"`+byLead+`","note":"x"}`)
	get[object](t, s, "POST", "/activity/email/", `{"lead_id":"`+byLead+`","status":"draft"}`)
	get[object](t, s, "DELETE", "/lead/"+byLead+"/", "")
	if left := get[page](t, s, "GET", "/activity/?thread_emails=true&lead_id="+byLead, "").Data; len(left) != 0 {
		t.Errorf("of a deleted lead there are left %v", left)
	}
}

func TestStatusChangesAreWrittenDown(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)
	id := lead["id"].(string)
	get[object](t, s, "PUT", "/lead/"+id+"/", `{"name":"Newer Co"}`)
	s.SetTime(wednesday.Add(time.Hour))
	changed := get[object](t, s, "PUT", "/lead/"+id+"/", `{"status":"Customer"}`)
	get[object](t, s, "PUT", "/lead/"+id+"/", `{"status":"Customer"}`)
	change := only(t, s, "status_change/lead", id)
	check(t, "change", change, object{
		"old_status_id": lead["status_id"], "old_status_label": "Potential", "new_status_id": changed["status_id"], "new_status_label": "Customer",
		"activity_at": "2026-03-18T11:00:00.000000+00:00",
	})
	get[object](t, s, "DELETE", "/activity/status_change/lead/"+change["id"].(string)+"/", "")
	if now := get[object](t, s, "GET", "/lead/"+id+"/", "")["status_label"]; now != "Customer" {
		t.Errorf("after the record was deleted the lead is %v", now)
	}

	opportunity := get[object](t, s, "POST", "/opportunity/", `{"lead_id":"`+id+`","value":250000,"value_period":"monthly","confidence":40}`)
	get[object](t, s, "PUT", "/opportunity/"+opportunity["id"].(string)+"/", `{"status":"Won","confidence":100}`)
	won := only(t, s, "status_change/opportunity", id)
	check(t, "change", won, object{
		"opportunity_id": opportunity["id"], "old_status_label": "Discovery", "new_status_label": "Won", "old_status_type": "active",
		"new_status_type": "won", "new_pipeline_name": "Sales", "opportunity_confidence": 100.0, "opportunity_value": 250000.0,
		"opportunity_date_won": "2026-03-18T00:00:00.000000+00:00", "opportunity_value_formatted": "$2,500 monthly",
		"opportunity_value_currency": "USD",
	})
}

func TestHistoryOfStatusesCanBeImported(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	opportunity := get[object](t, s, "GET", "/opportunity/"+s.IDs("opportunity")[0]+"/", "")
	lead, statuses, stages := opportunity["lead_id"].(string), s.IDs("lead_status"), s.IDs("opportunity_status")
	before := get[object](t, s, "GET", "/lead/"+lead+"/", "")["status_id"]
	made := get[object](t, s, "POST", "/activity/status_change/lead/",
		`{"lead_id":"`+lead+`","old_status_id":"`+statuses[0]+`","new_status_id":"`+statuses[4]+`","date_created":"2024-05-06T07:08:09Z"}`)
	if made["activity_at"] != "2024-05-06T07:08:09.000000+00:00" || made["new_status_label"] != "Canceled" {
		t.Errorf("imported %v", made)
	}
	if after := get[object](t, s, "GET", "/lead/"+lead+"/", "")["status_id"]; after != before {
		t.Errorf("the import changed the status of the lead to %v", after)
	}
	stage := get[object](t, s, "POST", "/activity/status_change/opportunity/",
		`{"opportunity_id":"`+opportunity["id"].(string)+`","old_status_id":"`+stages[0]+`","new_status_id":"`+stages[1]+`"}`)
	if stage["lead_id"] != lead || stage["opportunity_value"] != opportunity["value"] {
		t.Errorf("imported %v", stage)
	}
	for _, body := range []string{`{}`, `{"lead_id":"` + lead + `","old_status_id":"stat_x","new_status_id":"` + statuses[0] + `"}`} {
		if resp, _ := ask(t, s, "POST", "/activity/status_change/lead/", body); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("POST %s = %d, want 400", body, resp.StatusCode)
		}
	}
}

func TestCompletedTasksAreWrittenDown(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)["id"].(string)
	user := s.IDs("user")[3]
	task := get[object](t, s, "POST", "/task/", `{"_type":"lead","lead_id":"`+lead+`","text":"Send the quote","assigned_to":"`+user+`"}`)["id"].(string)
	get[object](t, s, "PUT", "/task/"+task+"/", `{"is_complete":true}`)
	get[object](t, s, "PUT", "/task/"+task+"/", `{"is_complete":true,"text":"Sent"}`)
	done := only(t, s, "task_completed", lead)
	if _, has := done["contact_id"]; has || done["task_id"] != task || done["task_text"] != "Send the quote" || done["task_assigned_to_name"] != "Diego Fuentes" || done["user_name"] != "Maren Okafor" {
		t.Errorf("completed as %v", done)
	}
	ask(t, s, "PUT", "/task/?id__in="+task, `{"is_complete":false}`)
	if left := get[page](t, s, "GET", "/activity/task_completed/?lead_id="+lead, "").Data; len(left) != 0 {
		t.Errorf("after reopening there is %v", left)
	}
	ask(t, s, "PUT", "/task/", `{"_params":{"id__in":"`+task+`"},"is_complete":true}`)
	get[object](t, s, "DELETE", "/task/"+task+"/", "")
	if done := only(t, s, "task_completed", lead); done["task_id"] != nil || done["task_text"] != "Sent" {
		t.Errorf("of the deleted task there is left %v", done)
	}
	call := get[object](t, s, "POST", "/task/", `{"_type":"outgoing_call","lead_id":"`+lead+`","contact_id":"`+s.IDs("contact")[0]+`","is_complete":true}`)
	get[object](t, s, "DELETE", "/task/"+call["id"].(string)+"/", "")
	only(t, s, "task_completed", lead) // a notification writes none
}

func TestMergesAreWrittenDown(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	from := get[object](t, s, "POST", "/lead/", `{"name":"Beta Limited"}`)["id"].(string)
	to := get[object](t, s, "POST", "/lead/", `{"name":"Beta Ltd"}`)["id"].(string)
	note := get[object](t, s, "POST", "/activity/note/", `{"lead_id":"`+from+`","note":"x"}`)["id"].(string)
	ask(t, s, "POST", "/lead/merge/", `{"source":"`+from+`","destination":"`+to+`"}`)
	merge := only(t, s, "lead_merge", to)
	got := []any{merge["source_lead_id"], merge["source_display_name"], merge["destination_lead_id"], merge["merge_status"]}
	if diff := cmp.Diff([]any{from, "Beta Limited", to, "completed"}, got); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if lead := get[object](t, s, "GET", "/activity/note/"+note+"/", "")["lead_id"]; lead != to {
		t.Errorf("the note is at %v, want %v", lead, to)
	}
}
