package sandbox_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// activityPaths are the paths below /activity/ of the types of activities, by resource.
var activityPaths = map[string]string{
	"note": "note", "call": "call", "email": "email", "emailthread": "emailthread", "sms": "sms",
	"whatsapp_message": "whatsapp_message", "meeting": "meeting", "custom_activity": "custom", "created": "created",
	"form_submission": "form_submission", "lead_status_change": "status_change/lead",
	"opportunity_status_change": "status_change/opportunity", "task_completed": "task_completed", "lead_merge": "lead_merge",
	"import_update": "import_update",
}

// activityVerbs are what Close allows: list and read always, and of create, update and delete those named.
var activityVerbs = map[string]string{
	"note": "cud", "call": "cud", "email": "cud", "emailthread": "d", "sms": "cud", "whatsapp_message": "cud", "meeting": "ud",
	"custom_activity": "cud", "created": "", "form_submission": "d", "lead_status_change": "cd", "opportunity_status_change": "cd",
	"task_completed": "d", "lead_merge": "", "import_update": "d",
}

func TestEveryTypeOfActivity(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	for resource, path := range activityPaths {
		ids, root := s.IDs(resource), "/activity/"+path+"/"
		if len(ids) == 0 {
			t.Errorf("no %s in the demo data", resource)
			continue
		}
		one := get[object](t, s, "GET", root+ids[0]+"/?_fields=_all", "")
		for _, name := range s.Fields(resource) {
			if _, shown := one[name]; !shown {
				t.Errorf("%s has no %s", resource, name)
			}
		}
		if trimmed := get[object](t, s, "GET", root+ids[0]+"/?_fields=id,_type", ""); len(trimmed) != 2 || trimmed["_type"] != one["_type"] {
			t.Errorf("%s with _fields: %v", resource, trimmed)
		}
		if list := get[page](t, s, "GET", root+"?_fields=id&_limit=100&id__in="+ids[0]+",acti_gone", ""); len(list.Data) != 1 || list.Data[0]["id"] != ids[0] {
			t.Errorf("list of %s by id: %v", resource, list.Data)
		}
		if mixed := get[page](t, s, "GET", "/activity/?_fields=id,_type&id__in="+ids[0], ""); len(mixed.Data) != 1 || mixed.Data[0]["_type"] != one["_type"] {
			t.Errorf("%s among all activities: %v", resource, mixed.Data)
		}
		for verb, request := range map[string][2]string{"c": {"POST", root}, "u": {"PUT", root + ids[0] + "/"}, "d": {"DELETE", root + ids[0] + "/"}} {
			body := "{}"
			if verb == "d" {
				body = ""
			}
			resp, _ := ask(t, s, request[0], request[1], body)
			if allowed := strings.Contains(activityVerbs[resource], verb); allowed == (resp.StatusCode == http.StatusMethodNotAllowed) {
				t.Errorf("%s %s = %d, want it allowed: %v", request[0], request[1], resp.StatusCode, allowed)
			}
		}
		if strings.Contains(activityVerbs[resource], "d") {
			if resp, _ := ask(t, s, "GET", root+ids[0]+"/", ""); resp.StatusCode != http.StatusNotFound {
				t.Errorf("deleted %s = %d, want 404", resource, resp.StatusCode)
			}
		}
	}
}

func TestHistoriesAreTheSameOnEveryStart(t *testing.T) {
	t.Parallel()
	one := open(sandbox.Options{})
	other := sandbox.New(sandbox.Options{Now: func() time.Time { return wednesday.AddDate(0, 7, 9).Add(-9*time.Hour - 59*time.Minute) }})
	for resource := range activityPaths {
		if diff := cmp.Diff(one.IDs(resource), other.IDs(resource)); diff != "" {
			t.Errorf("ids of %s depend on the clock (-one +other):\n%s", resource, diff)
		}
	}
}

func TestHistoriesAreBelievable(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{wednesday, wednesday.Add(-10 * time.Hour), wednesday.AddDate(0, 4, 3).Add(13 * time.Hour)} {
		s := sandbox.RunT(t)
		if now != wednesday {
			s = sandbox.New(sandbox.Options{Now: func() time.Time { return now }, Strict: true, RateLimit: 1_000_000})
		}
		for _, lead := range s.IDs("lead") {
			kinds := map[any]int{}
			for _, o := range everything(t, s, "/activity/?_fields=_type,date_created,activity_at,lead_id&lead_id="+lead) {
				kinds[o["_type"]]++
				if made := o["date_created"].(string); made > now.Format("2006-01-02T15:04:05.999999")+"+00:00" {
					t.Errorf("at %s a %v is from %s", now, o["_type"], made)
				}
			}
			total := 0
			for _, n := range kinds {
				total += n
			}
			if total < 10 || total > 60 || kinds["Created"] != 1 || len(kinds) < 4 {
				t.Errorf("the history of %s has %v", lead, kinds)
			}
		}
		for _, o := range everything(t, s, "/task/?_fields=id&is_complete=true") {
			if n := countWhere(t, s, "/activity/task_completed/", "task_id", o["id"]); n != 1 {
				t.Errorf("the completed task %v was completed %d times", o["id"], n)
			}
			break
		}
	}
}

func countWhere(t *testing.T, s *sandbox.Server, path, name string, value any) int {
	t.Helper()
	n := 0
	for _, o := range everything(t, s, path) {
		if o[name] == value {
			n++
		}
	}
	return n
}

// everything reads all pages of a list.
func everything(t *testing.T, s *sandbox.Server, path string) []object {
	t.Helper()
	var all []object
	for {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		p := get[page](t, s, "GET", fmt.Sprintf("%s%s_limit=100&_skip=%d", path, separator, len(all)), "")
		all = append(all, p.Data...)
		if !p.HasMore {
			return all
		}
	}
}

func TestActivityFilters(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	leads := s.IDs("lead")
	lead := leads[0]
	all := everything(t, s, "/activity/?lead_id="+lead)
	one := all[slices.IndexFunc(all, func(o object) bool { return o["_type"] == "Call" && o["contact_id"] != nil })]
	user, contact := one["user_id"].(string), one["contact_id"].(string)
	kind := s.IDs("custom_activity_type")[0]
	tests := []struct {
		name, query string
		holds       func(o object) bool
	}{
		{"a lead", "lead_id=" + lead, func(o object) bool { return o["lead_id"] == lead && o["_type"] != "EmailThread" }},
		{"several leads", "lead_id__in=" + lead + "," + leads[1], func(o object) bool { return o["lead_id"] == lead || o["lead_id"] == leads[1] }},
		{"several leads with commas", "lead_id=" + lead + "," + leads[1], func(o object) bool { return o["lead_id"] == lead || o["lead_id"] == leads[1] }},
		{"a user", "lead_id=" + lead + "&user_id=" + user, func(o object) bool { return o["user_id"] == user }},
		{"users", "lead_id=" + lead + "&user_id__in=" + user + ",user_x", func(o object) bool { return o["user_id"] == user }},
		{"a contact", "lead_id=" + lead + "&contact_id=" + contact, func(o object) bool { return o["contact_id"] == contact }},
		{"a type", "lead_id=" + lead + "&_type=Note", func(o object) bool { return o["_type"] == "Note" }},
		{"types", "lead_id=" + lead + "&_type__in=Call,SMS", func(o object) bool { return o["_type"] == "Call" || o["_type"] == "SMS" }},
		{"custom activities", "lead_id=" + lead + "&_type=Custom", func(o object) bool { return o["_type"] == "CustomActivity" }},
		{"custom activities of a type", "lead_id=" + lead + "&_type=" + kind, func(o object) bool { return o["custom_activity_type_id"] == kind }},
		{"created since", "date_created__gte=2026-03-01", func(o object) bool { return o["date_created"].(string) >= "2026-03-01" }},
		{"happened before", "lead_id=" + lead + "&_order_by=-activity_at&activity_at__lt=2026-02-01", func(o object) bool { return o["activity_at"].(string) < "2026-02-01" }},
		{"threads only", "lead_id=" + lead + "&thread_emails=only", func(o object) bool { return o["_type"] != "Email" }},
		{"organization", "organization_id=" + s.IDs("organization")[0], func(object) bool { return true }},
	}
	for _, test := range tests {
		found := get[page](t, s, "GET", "/activity/?_limit=100&"+test.query, "").Data
		if len(found) == 0 {
			t.Errorf("%s: nothing found", test.name)
		}
		before := ""
		for _, o := range found {
			if !test.holds(o) {
				t.Errorf("%s: found %v %v", test.name, o["_type"], o["id"])
			}
			by := "date_created"
			if strings.Contains(test.query, "_order_by") {
				by = "activity_at"
			}
			if at := o[by].(string); before != "" && at > before {
				t.Errorf("%s: %s comes after %s", test.name, at, before)
			} else {
				before = at
			}
		}
	}
}

func TestThreadsBesideEmails(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	seen := map[string]map[any]int{}
	for _, threads := range []string{"false", "true", "only"} {
		seen[threads] = map[any]int{}
		for _, o := range everything(t, s, "/activity/?thread_emails="+threads+"&lead_id="+lead) {
			seen[threads][o["_type"]]++
			if _, text := o["body_text"]; o["_type"] == "Email" && text != (threads == "false") {
				t.Errorf("thread_emails=%s: an e-mail has a text: %v", threads, text)
			}
		}
	}
	if seen["false"]["EmailThread"] != 0 || seen["false"]["Email"] == 0 || seen["only"]["Email"] != 0 || seen["only"]["EmailThread"] == 0 ||
		seen["true"]["Email"] != seen["false"]["Email"] || seen["true"]["EmailThread"] != seen["only"]["EmailThread"] {
		t.Errorf("thread_emails: %v", seen)
	}
}

func TestActivityRestrictions(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	leads := s.IDs("lead")
	single, two := "&lead_id="+leads[0], "&lead_id="+leads[0]+","+leads[1]
	tests := []struct{ path, want string }{
		{"/activity/?user_id=user_x", "user_id can only be used together with a single lead_id."},
		{"/activity/?user_id__in=user_x", "user_id__in can only be used together with a single lead_id."},
		{"/activity/?contact_id=cont_x" + two, "contact_id can only be used together with a single lead_id."},
		{"/activity/?contact_id__in=cont_x&lead_id__in=" + leads[0], "contact_id__in can only be used together with a single lead_id."},
		{"/activity/?_type=Call", "_type can only be used together with a single lead_id."},
		{"/activity/?_type__in=Call,Note", "_type__in can only be used together with a single lead_id."},
		{"/activity/?_order_by=-activity_at", "_order_by=-activity_at can only be used together with a single lead_id."},
		{"/activity/?_order_by=-activity_at" + two, "_order_by=-activity_at can only be used together with a single lead_id."},
		{"/activity/?activity_at__gt=2026-01-01" + single, "activity_at__gt can only be used when sorting by the same field."},
		{"/activity/?_order_by=-activity_at&date_created__gt=2026-01-01" + single, "date_created__gt can only be used when sorting by the same field."},
		{"/activity/?_type=CustomActivity" + single, `"_type":"Not a valid choice."`},
		{"/activity/?thread_emails=perhaps" + single, `"thread_emails":"Not a valid choice."`},
		{"/activity/?_limit=101", "max_limit = 100"},
		{"/activity/call/?user_id=user_x", "user_id can only be used together with a single lead_id."},
		{"/activity/custom/?custom_activity_type_id=" + s.IDs("custom_activity_type")[0], "custom_activity_type_id can only be used together with a single lead_id."},
		{"/activity/custom/?custom_activity_type_id__in=actitype_a" + two, "custom_activity_type_id__in can only be used together with a single lead_id."},
		{"/activity/form_submission/?user_id__in=user_x", "user_id__in can only be used together with a single lead_id."},
		{"/activity/meeting/?starts_at__gte=2026-01-01", "starts_at__gte can only be used together with provider_calendar_event_id."},
		{"/activity/meeting/?provider_calendar_id=primary", "provider_calendar_id can only be used together with provider_calendar_event_id."},
	}
	for _, test := range tests {
		if resp, body := ask(t, s, "GET", test.path, ""); resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, test.want) {
			t.Errorf("%s = %d %s, want 400 with %s", test.path, resp.StatusCode, body, test.want)
		}
	}
}

func TestFiltersOfSingleTypes(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	first := func(resource string) object {
		return get[object](t, s, "GET", "/activity/"+activityPaths[resource]+"/"+s.IDs(resource)[0]+"/", "")
	}
	custom, form, change, message, meeting := first("custom_activity"), first("form_submission"), first("opportunity_status_change"), first("whatsapp_message"), first("meeting")
	tests := []struct{ path, name string }{
		{"/activity/custom/?lead_id=" + custom["lead_id"].(string) + "&custom_activity_type_id=", "custom_activity_type_id"},
		{"/activity/form_submission/?form_id=", "form_id"},
		{"/activity/form_submission/?form_id=form_x&form_id=", "form_id"},
		{"/activity/form_submission/?form_id__in=form_x,", "form_id"},
		{"/activity/status_change/opportunity/?opportunity_id=", "opportunity_id"},
		{"/activity/whatsapp_message/?external_whatsapp_message_id=", "external_whatsapp_message_id"},
		{"/activity/meeting/?provider_calendar_id=primary&provider_calendar_event_id=", "provider_calendar_event_id"},
	}
	values := object{}
	for _, o := range []object{custom, form, change, message, meeting} {
		maps.Copy(values, o)
	}
	for _, test := range tests {
		found := get[page](t, s, "GET", test.path+values[test.name].(string), "").Data
		if len(found) == 0 {
			t.Errorf("%s finds nothing", test.path)
		}
		for _, o := range found {
			if o[test.name] != values[test.name] {
				t.Errorf("%s finds %v", test.path, o[test.name])
			}
		}
	}
	if none := get[page](t, s, "GET", "/activity/meeting/?provider_calendar_event_id="+meeting["provider_calendar_event_id"].(string)+"&starts_at__lt=2020-01-01", ""); len(none.Data) != 0 {
		t.Errorf("the meeting before 2020: %v", none.Data)
	}
}
