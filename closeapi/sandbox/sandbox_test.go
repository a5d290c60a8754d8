package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

var wednesday = time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)

// open makes a sandbox whose clock stands, and that ignores what Close ignores.
func open(o sandbox.Options) *sandbox.Server {
	if o.Now == nil {
		o.Now = func() time.Time { return wednesday }
	}
	if o.RateLimit == 0 {
		o.RateLimit = 1_000_000
	}
	return sandbox.New(o)
}

// ask sends a request as the demo user; headers come in pairs.
func ask(t *testing.T, s *sandbox.Server, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, "https://api.close.test/api/v1"+path, r)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(sandbox.DemoKey, "")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := s.Transport().RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp, string(answer)
}

// get sends a request that must succeed, and decodes its answer.
func get[T any](t *testing.T, s *sandbox.Server, method, path, body string, headers ...string) T {
	t.Helper()
	resp, answer := ask(t, s, method, path, body, headers...)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s = %d %s, want 200", method, path, resp.StatusCode, answer)
	}
	var v T
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
	return v
}

type object = map[string]any

type page struct {
	Data    []object `json:"data"`
	HasMore bool     `json:"has_more"`
	Total   *int     `json:"total_results"`
	Cursor  *string  `json:"cursor"`
	Count   object   `json:"count"`
}

func (p page) column(name string) []any {
	var values []any
	for _, o := range p.Data {
		values = append(values, o[name])
	}
	return values
}

// makeTask makes a task and returns its id.
func makeTask(t *testing.T, s *sandbox.Server, members string) string {
	t.Helper()
	lead := s.IDs("lead")[0]
	made := get[object](t, s, "POST", "/task/", `{"_type":"lead","lead_id":"`+lead+`","text":"x",`+members+`}`)
	return made["id"].(string)
}

func TestIDsAreTheSameOnEveryStart(t *testing.T) {
	t.Parallel()
	one := open(sandbox.Options{})
	other := sandbox.New(sandbox.Options{Now: func() time.Time { return wednesday.AddDate(0, 5, 3).Add(-9 * time.Hour) }})
	for _, resource := range []string{"task", "lead", "contact", "opportunity", "user", "organization", "call", "emailthread", "sms"} {
		ids := one.IDs(resource)
		if len(ids) == 0 {
			t.Errorf("IDs(%q) is empty", resource)
		}
		if diff := cmp.Diff(ids, other.IDs(resource)); diff != "" {
			t.Errorf("IDs(%q) differ between starts:\n%s", resource, diff)
		}
		seen := map[string]bool{}
		for _, id := range ids {
			if _, body, _ := strings.Cut(id, "_"); len(body) != 43 || seen[id] {
				t.Errorf("IDs(%q) has %q: repeated, or not 43 characters after the prefix", resource, id)
			}
			seen[id] = true
		}
	}
}

func TestDemoDataIsWorthShowing(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	if n := len(s.IDs("lead")); n < 40 {
		t.Errorf("there are %d leads, want 40", n)
	}
	if n := len(s.IDs("user")); n != 12 {
		t.Errorf("there are %d users, want 12", n)
	}
	p := get[page](t, s, "GET", "/task/?_type=all&_limit=1000", "")
	kinds, views, deletedCreators, withoutContact, dateless := map[any]int{}, map[any]int{}, 0, 0, 0
	for _, task := range p.Data {
		kinds[task["_type"]]++
		views[task["view"]]++
		if task["_type"] == "lead" && task["created_by"] == nil {
			deletedCreators++
		}
		if task["contact_id"] == nil {
			withoutContact++
		}
		if task["is_dateless"] == true {
			dateless++
		}
		if lead := task["lead_name"]; lead == nil || lead == "" {
			t.Errorf("task %v has no lead name", task["id"])
		}
	}
	if len(kinds) != 9 || len(p.Data) < 300 {
		t.Errorf("there are %d tasks of kinds %v, want hundreds of nine kinds", len(p.Data), kinds)
	}
	if len(views) != 3 || deletedCreators == 0 || withoutContact == 0 || dateless == 0 {
		t.Errorf("views %v, deleted creators %d, without contact %d, dateless %d: want some of each", views, deletedCreators, withoutContact, dateless)
	}
	today := get[page](t, s, "GET", "/task/?date=2026-03-18&is_complete=false&_fields=id", "")
	if len(today.Data) == 0 {
		t.Error("nothing is due today")
	}
}

func TestNotificationsShowWhatIsBehindThem(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	paths := map[any]string{"emailthread": "/activity/emailthread/", "call": "/activity/call/", "sms": "/activity/sms/", "opportunity": "/opportunity/"}
	own := map[string][]string{
		"lead":                   {"is_dateless", "priority", "text"},
		"incoming_email":         {"emails", "subject", "body_preview"},
		"email_followup":         {"email_id", "subject", "body_preview"},
		"missed_call":            {"phone", "phone_formatted", "phone_number_description", "local_phone", "local_phone_formatted"},
		"answered_detached_call": {"phone", "recording_url"},
		"voicemail":              {"phone", "voicemail_url", "voicemail_duration"},
		"opportunity_due":        {"opportunity_note", "opportunity_value", "opportunity_value_currency", "opportunity_value_formatted", "opportunity_value_period"},
		"incoming_sms":           {"text", "remote_phone", "remote_phone_formatted", "local_phone", "attachments"},
		"outgoing_call":          {"text", "agent_config_id", "deduplication_key", "is_primary_lead_notification", "resolution", "sequence_id", "sequence_subscription_id", "step_id"},
	}
	for kind, members := range own {
		p := get[page](t, s, "GET", "/task/?_limit=1&_type="+kind, "")
		if len(p.Data) != 1 {
			t.Errorf("there is no task of kind %s", kind)
			continue
		}
		task := p.Data[0]
		for _, name := range members {
			if _, ok := task[name]; !ok {
				t.Errorf("a task of kind %s has no %s", kind, name)
			}
		}
		if _, ok := task["is_dateless"]; ok != (kind == "lead") {
			t.Errorf("a task of kind %s has is_dateless: %v", kind, ok)
		}
		if path := paths[task["object_type"]]; path != "" {
			behind := get[object](t, s, "GET", path+task["object_id"].(string)+"/", "")
			if behind["lead_id"] != task["lead_id"] {
				t.Errorf("%s: what is behind it is at lead %v, want %v", kind, behind["lead_id"], task["lead_id"])
			}
		} else if kind != "lead" && kind != "outgoing_call" {
			t.Errorf("%s has object_type %v", kind, task["object_type"])
		}
		if prefix := strings.SplitAfter(task["id"].(string), "_")[0]; (prefix == "task_") != (kind == "lead" || kind == "outgoing_call") {
			t.Errorf("a task of kind %s has an id with prefix %s", kind, prefix)
		}
	}
}

func TestEveryFieldIsServed(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	paths := map[string]string{
		"lead": "/lead/", "contact": "/contact/", "opportunity": "/opportunity/", "user": "/user/", "organization": "/organization/",
		"call": "/activity/call/", "emailthread": "/activity/emailthread/", "sms": "/activity/sms/", "pipeline": "/pipeline/",
		"lead_status": "/status/lead/", "opportunity_status": "/status/opportunity/",
	}
	for resource, path := range paths {
		path += s.IDs(resource)[0] + "/"
		if !slices.Contains([]string{"user", "lead_status", "pipeline"}, resource) {
			path += "?_fields=" + strings.Join(s.Fields(resource), ",")
		}
		o := get[object](t, s, "GET", path, "")
		for _, name := range s.Fields(resource) {
			if _, ok := o[name]; !ok {
				t.Errorf("Fields(%q) has %q, the object has not", resource, name)
			}
		}
	}
	me := get[object](t, s, "GET", "/me/?_fields="+strings.Join(s.Fields("me"), ","), "")
	if len(me) != len(s.Fields("me")) {
		t.Errorf("/me/ has %d members, want %d", len(me), len(s.Fields("me")))
	}
	if got := s.Fields("unicorn"); got != nil {
		t.Errorf("Fields(unicorn) = %v, want none", got)
	}
}

func TestDerivedMembersStayTrue(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[3]
	task := get[page](t, s, "GET", "/task/?is_complete=false&lead_id="+lead, "").Data[0]
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"name":"Renamed \"Ltd\" 💡"}`)
	if got := get[object](t, s, "GET", "/task/"+task["id"].(string)+"/", "")["lead_name"]; got != `Renamed "Ltd" 💡` {
		t.Errorf("lead_name = %v after the lead was renamed", got)
	}
	open := func() int {
		return len(get[object](t, s, "GET", "/lead/"+lead+"/?_fields=tasks", "")["tasks"].([]any))
	}
	before := open()
	get[object](t, s, "PUT", "/task/"+task["id"].(string)+"/", `{"is_complete":true}`)
	if after := open(); after != before-1 {
		t.Errorf("the lead embeds %d tasks, want %d after one was completed", after, before-1)
	}
	get[object](t, s, "DELETE", "/lead/"+lead+"/", "")
	if resp, _ := ask(t, s, "GET", "/task/"+task["id"].(string)+"/", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a task of a deleted lead answers %d, want 404", resp.StatusCode)
	}
}

func TestMeAndOrganization(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	me := get[object](t, s, "GET", "/me/", "")
	if me["id"] != s.IDs("user")[0] {
		t.Errorf("the demo key acts as %v, want the first user", me["id"])
	}
	org := me["organizations"].([]any)[0].(object)
	if n := len(org["lead_statuses"].([]any)); n < 3 || org["currency"] != "USD" {
		t.Errorf("organization has %d lead statuses and currency %v", n, org["currency"])
	}
	pipeline := org["pipelines"].([]any)[0].(object)
	if status := pipeline["statuses"].([]any)[0].(object); status["type"] != "active" || status["label"] == "" {
		t.Errorf("first status of the pipeline = %v", status)
	}
	path := "/organization/" + org["id"].(string) + "/?_fields=memberships"
	member := get[object](t, s, "GET", path, "")["memberships"].([]any)[0].(object)
	if member["user_full_name"] != "Maren Okafor" {
		t.Errorf("membership = %v, want Maren's", member)
	}
	member = get[object](t, s, "GET", path+"&_expand=memberships__user", "")["memberships"].([]any)[0].(object)
	if user, ok := member["user"].(object); !ok || user["first_name"] != "Maren" || member["user_email"] != nil {
		t.Errorf("expanded membership = %v, want a user in it", member)
	}
	_, other := ask(t, s, "GET", "/me/?_fields=id", "", "Authorization", "Bearer somebody")
	_, again := ask(t, s, "GET", "/me/?_fields=id", "", "Authorization", "Bearer somebody")
	if other != again || !strings.HasPrefix(other, `{"id":"user_`) {
		t.Errorf("a bearer token acts as %s, then as %s", other, again)
	}
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}
