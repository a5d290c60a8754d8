package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestLeadMerge(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	source, destination := s.IDs("lead")[1], s.IDs("lead")[0]
	count := func(lead string) (n int) {
		for _, path := range []string{"/contact/?_limit=100&", "/opportunity/?_limit=250&", "/task/?_type=all&_limit=1000&", "/activity/call/?_limit=100&", "/custom_object/?"} {
			n += len(get[page](t, s, "GET", path+"lead_id="+lead, "").Data)
		}
		return n
	}
	want := count(source) + count(destination)
	addresses := len(get[object](t, s, "GET", "/lead/"+destination+"/", "")["addresses"].([]any))
	for _, body := range []string{`{}`, `{"source":"` + source + `"}`, `{"source":"lead_gone","destination":"` + destination + `"}`, `{"source":"` + source + `","destination":"` + source + `"}`} {
		if resp, answer := ask(t, s, "POST", "/lead/merge/", body); resp.StatusCode != 400 || !strings.Contains(answer, "field-errors") {
			t.Errorf("%s = %d %s, want 400", body, resp.StatusCode, answer)
		}
	}
	if answer := get[object](t, s, "POST", "/lead/merge/", `{"source":"`+source+`","destination":"`+destination+`"}`); len(answer) != 0 {
		t.Errorf("the answer is %v", answer)
	}
	if resp, _ := ask(t, s, "GET", "/lead/"+source+"/", ""); resp.StatusCode != 404 {
		t.Errorf("the source = %d, want 404", resp.StatusCode)
	}
	if n := count(destination); n != want {
		t.Errorf("the destination has %d things, want %d", n, want)
	}
	if n := len(get[object](t, s, "GET", "/lead/"+destination+"/", "")["addresses"].([]any)); n != addresses+1 {
		t.Errorf("the destination has %d addresses", n)
	}
	merges := get[page](t, s, "GET", "/activity/lead_merge/?lead_id="+destination, "").Data
	if len(merges) == 0 || merges[0]["source_lead_id"] != source || merges[0]["merge_status"] != "completed" {
		t.Errorf("merges of the destination: %v", merges)
	}
}

func TestDeletedLeadTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[3]
	contact := get[page](t, s, "GET", "/contact/?lead_id="+lead, "").Data[0]["id"].(string)
	get[object](t, s, "DELETE", "/lead/"+lead+"/", "")
	for _, path := range []string{"/lead/" + lead + "/", "/contact/" + contact + "/"} {
		if resp, _ := ask(t, s, "GET", path, ""); resp.StatusCode != 404 {
			t.Errorf("GET %s = %d, want 404", path, resp.StatusCode)
		}
	}
	for _, path := range []string{"/opportunity/?", "/task/?_type=all&", "/custom_object/?", "/activity/?"} {
		if p := get[page](t, s, "GET", path+"lead_id="+lead, ""); len(p.Data) != 0 {
			t.Errorf("%s still finds %d", path, len(p.Data))
		}
	}
	for _, thread := range get[page](t, s, "GET", "/comment_thread/", "").Data {
		if thread["lead_id"] == lead {
			t.Error("a thread of comments is still there")
		}
	}
}

func TestSmartFields(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	names := "num_contacts,num_emails,num_received_emails,num_sent_emails,num_notes,num_missed_calls,num_email_addresses,num_activities," +
		"last_activity_date,last_communication_type,first_communication_date,last_communication_date,total_annualized_opportunity_value,max_annualized_opportunity_value," +
		"primary_opportunity_status_label,next_task_text,num_active_opportunities,num_won_opportunities,num_lost_opportunities,num_opportunities"
	o := get[object](t, s, "GET", "/lead/"+lead+"/?_fields="+names, "")
	if missing := slices.DeleteFunc(strings.Split(names, ","), func(name string) bool { _, ok := o[name]; return ok }); len(missing) > 0 {
		t.Errorf("missing %v", missing)
	}
	for name, path := range map[string]string{"num_contacts": "/contact/", "num_emails": "/activity/email/", "num_notes": "/activity/note/", "num_opportunities": "/opportunity/"} {
		if n := len(get[page](t, s, "GET", path+"?_limit=100&lead_id="+lead, "").Data); o[name] != float64(n) {
			t.Errorf("%s = %v, want %d", name, o[name], n)
		}
	}
	if o["num_active_opportunities"].(float64)+o["num_won_opportunities"].(float64)+o["num_lost_opportunities"].(float64) != o["num_opportunities"] {
		t.Errorf("opportunities by type of status do not add up: %v", o)
	}
	if o["first_communication_date"].(string) > o["last_communication_date"].(string) {
		t.Errorf("first communication %v, last %v", o["first_communication_date"], o["last_communication_date"])
	}
	if _, there := get[object](t, s, "GET", "/lead/"+lead+"/", "")["num_contacts"]; there {
		t.Error("Smart Fields come without being asked for")
	}
	all := get[object](t, s, "GET", "/lead/"+lead+"/?_fields=_all", "")
	if all["num_contacts"] == nil || len(all) < 150 {
		t.Errorf("_all has %d members", len(all))
	}
}

func TestContactLimits(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	contact := s.IDs("contact")[0]
	many := strings.TrimSuffix(strings.Repeat(`{"email":"a@b.example"},`, 101), ",")
	tests := []struct{ name, body, want string }{
		{"too many", `{"emails":[` + many + `]}`, "List should have at most 100 items"},
		{"bad e-mail", `{"emails":[{"email":"a@b.example"},{"email":"x"}]}`, `"1":{"errors":[],"field-errors":{"email"`},
		{"long name", `{"name":"` + strings.Repeat("x", 1001) + `"}`, "at most 1000 characters"},
		{"no lead", `{"lead_id":null}`, textRequired},
	}
	for _, test := range tests {
		if resp, body := ask(t, s, "PUT", "/contact/"+contact+"/", test.body); resp.StatusCode != 400 || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s, want 400 with %s", test.name, resp.StatusCode, body, test.want)
		}
	}
	moved := get[object](t, s, "PUT", "/contact/"+contact+"/", `{"lead_id":"`+s.IDs("lead")[5]+`","emails":[],"phones":null}`)
	if moved["lead_id"] != s.IDs("lead")[5] || len(moved["emails"].([]any)) != 0 || len(moved["phones"].([]any)) != 0 {
		t.Errorf("moved: %v", moved)
	}
}

const textRequired = "This field is required."
