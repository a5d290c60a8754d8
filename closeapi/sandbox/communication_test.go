package sandbox_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestCommunicationCodes holds POST and DELETE to the codes that the resources answer with, some of which mix old and new.
func TestCommunicationCodes(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	user, colleague := s.IDs("user")[0], s.IDs("user")[5]
	for _, test := range []struct {
		path, body, change string
		made, gone         int
		left               string // what DELETE answers
	}{
		{"/outcome/", `{"name":"Busy"}`, `{"description":"Line engaged"}`, 201, 200, "{}"},
		{"/email_template/", `{"name":"Hello"}`, `{"is_archived":true}`, 200, 200, "{}"},
		{"/sms_template/", `{"name":"Hello"}`, `{"status":"archived"}`, 201, 204, ""},
		{"/playbook/", `{"name":"Renewal"}`, `{"summary_guidance":"Be short"}`, 201, 204, ""},
		{"/scheduling_link/", `{"name":"Intro","url":"cal.example/x"}`, `{"description":"x"}`, 201, 204, ""},
		{"/shared_scheduling_link/", `{"name":"Intro"}`, `{"name":"Start"}`, 201, 204, ""},
		{"/send_as/", `{"allowing_user_id":"` + user + `","allowed_user_id":"` + colleague + `"}`, "", 201, 204, ""},
		{"/blocked_phone_number/", `{"phone":"+12025550150","reason":"Spam"}`, `{"reason":"More spam"}`, 201, 204, ""},
	} {
		resp, body := ask(t, s, "POST", test.path, test.body)
		var made object
		if err := json.Unmarshal([]byte(body), &made); err != nil || resp.StatusCode != test.made {
			t.Errorf("POST %s = %d %s, want %d", test.path, resp.StatusCode, body, test.made)
			continue
		}
		path := test.path + made["id"].(string) + "/"
		if located := strings.HasSuffix(resp.Header.Get("Location"), path); located != (test.made == 201) {
			t.Errorf("POST %s: Location %q", test.path, resp.Header.Get("Location"))
		}
		if test.change != "" {
			get[object](t, s, "PUT", path, test.change)
		}
		get[object](t, s, "GET", path, "")
		if resp, body := ask(t, s, "DELETE", path, ""); resp.StatusCode != test.gone || body != test.left {
			t.Errorf("DELETE %s = %d %q, want %d %q", path, resp.StatusCode, body, test.gone, test.left)
		}
		if resp, _ := ask(t, s, "GET", path, ""); resp.StatusCode != 404 {
			t.Errorf("after DELETE %s = %d", path, resp.StatusCode)
		}
	}
}

func TestCommunicationRefusals(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	template, contact := s.IDs("email_template")[0], s.IDs("contact")[0]
	for _, test := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/outcome/?_limit=101", "", 400, `"field-errors":{"_limit":"Input should be less than or equal to 100"}`},
		{"POST", "/playbook/", `{"name":"x","outcome_ids":["outcome_x"]}`, 400, `"outcome_ids":"Object does not exist."`},
		{"GET", "/send_as/?allowing_user_id=" + s.IDs("user")[3], "", 400, "must be your own user"},
		{"DELETE", "/send_as/?allowing_user_id=" + s.IDs("user")[0], "", 400, `"allowed_user_id":"Field required"`},
		{"POST", "/phone_number/request/internal/", `{"country":"DE","sharing":"personal"}`, 400, `{"status":"needs-more-info"}`},
		{"POST", "/scheduling_link/integration/", `{"source_id":"1"}`, 403, "OAuth apps"},
		{"GET", "/email_template/" + template + "/render/", "", 400, "Provide either lead_id and contact_id"},
		{"GET", "/email_template/" + template + "/render/?lead_id=" + s.IDs("lead")[1] + "&contact_id=" + contact, "", 400, `"contact_id":"Object does not exist."`},
		{"GET", "/email_template/" + template + "/render/?s_query={}&entry=101", "", 400, `"entry":`},
		{"POST", "/unsubscribe/email/", `{"email":"` + strings.Repeat("x", 500) + `@x.example"}`, 400, "at most 500 characters"},
	} {
		if resp, body := ask(t, s, test.method, test.path, test.body); resp.StatusCode != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s %s = %d %s, want %d with %s", test.method, test.path, resp.StatusCode, body, test.status, test.want)
		}
	}
}

func TestRenderedTemplates(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	path := "/email_template/" + s.IDs("email_template")[0] + "/render/"
	contact := get[object](t, s, "GET", "/contact/"+s.IDs("contact")[0]+"/", "")
	rendered := get[object](t, s, "GET", path+"?lead_id="+contact["lead_id"].(string)+"&contact_id="+contact["id"].(string), "")
	first, _, _ := strings.Cut(contact["name"].(string), " ")
	if text := rendered["body"].(string); !strings.Contains(text, "Hi "+first+",") || strings.Contains(text, "{{") || rendered["contact_id"] != contact["id"] {
		t.Errorf("rendered %v", rendered)
	}
	if past := get[object](t, s, "GET", path+"?mode=contact&entry=100&query=x", ""); len(past) != 0 && len(s.IDs("contact")) <= 100 {
		t.Errorf("past the end: %v", past)
	}
}

func TestUnsubscribingMarksContacts(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	path := "/contact/" + s.IDs("contact")[0] + "/"
	marked := func() (string, any) {
		first := get[object](t, s, "GET", path, "")["emails"].([]any)[0].(object)
		return first["email"].(string), first["is_unsubscribed"]
	}
	email, _ := marked()
	if resp, body := ask(t, s, "POST", "/unsubscribe/email/", `{"email":"`+email+`"}`); resp.StatusCode != 201 || body != `{"email":"`+email+`"}` {
		t.Fatalf("POST = %d %s", resp.StatusCode, body)
	}
	if _, is := marked(); is != true {
		t.Error("the contact is not marked")
	}
	if resp, body := ask(t, s, "DELETE", "/unsubscribe/email/"+url.PathEscape(email)+"/", ""); resp.StatusCode != 200 || body != `{"email":"`+email+`"}` {
		t.Fatalf("DELETE = %d %s", resp.StatusCode, body)
	}
	if _, is := marked(); is != false {
		t.Error("the contact is still marked")
	}
}

func TestAppsKeepSchedulingLinks(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	app := []string{"Authorization", "Bearer at_app"}
	made := get[object](t, s, "POST", "/scheduling_link/integration/", `{"source_id":"evt 1","name":"Intro","url":"app.example/1"}`, app...)
	again := get[object](t, s, "POST", "/scheduling_link/integration/", `{"source_id":"evt 1","name":"Start"}`, app...)
	if made["id"] != again["id"] || again["name"] != "Start" || again["url"] != "https://app.example/1" || again["source"] != "THIRD_PARTY" {
		t.Errorf("made %v, then %v", made, again)
	}
	if resp, _ := ask(t, s, "DELETE", "/scheduling_link/integration/evt%201/", "", app...); resp.StatusCode != 204 {
		t.Errorf("DELETE = %d", resp.StatusCode)
	}
}
