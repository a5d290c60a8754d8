package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestTaskFilters(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, user := s.IDs("lead")[5], s.IDs("user")[2]
	notification := slices.IndexFunc(s.IDs("task"), func(id string) bool { return strings.HasPrefix(id, "noti_") })
	noti := s.IDs("task")[notification]
	tests := []struct {
		name, query string
		holds       func(task object) bool
	}{
		{"lead tasks only, unless a kind is given", "", func(o object) bool { return o["_type"] == "lead" }},
		{"one kind", "_type=voicemail", func(o object) bool { return o["_type"] == "voicemail" }},
		{"several kinds", "_type__in=missed_call,incoming_sms", func(o object) bool {
			return o["_type"] == "missed_call" || o["_type"] == "incoming_sms"
		}},
		{"lead", "lead_id=" + lead, func(o object) bool { return o["lead_id"] == lead }},
		{"assignee", "assigned_to=" + user, func(o object) bool { return o["assigned_to"] == user }},
		{"complete", "is_complete=true", func(o object) bool { return o["is_complete"] == true && o["view"] == "archive" }},
		{"not complete", "is_complete=false", func(o object) bool { return o["is_complete"] == false }},
		{"archive", "view=archive", func(o object) bool { return o["view"] == "archive" }},
		{"inbox", "_type=all&view=inbox", func(o object) bool { return o["view"] == "inbox" }},
		{"future", "_type=all&view=future", func(o object) bool { return o["view"] == "future" && o["is_complete"] == false }},
		{"the view wins over two date filters", "view=future&date__lt=2026-01-01&date__gte=2030-01-01", func(o object) bool {
			return o["view"] == "future"
		}},
		{"date range", "date__gte=2026-03-10&date__lt=2026-03-20", func(o object) bool {
			d, _ := o["date"].(string)
			return d >= "2026-03-10" && d < "2026-03-20"
		}},
		{"due_date is date", "due_date__gt=2026-03-20", func(o object) bool { return o["due_date"].(string) > "2026-03-20" }},
		{"no date", "date=", func(o object) bool { return o["date"] == nil && o["is_dateless"] == true }},
		{"created", "date_created__lt=2026-03-01", func(o object) bool { return o["date_created"].(string) < "2026-03-01" }},
		{"updated", "date_updated__gte=2026-03-15", func(o object) bool { return o["date_updated"].(string) >= "2026-03-15" }},
		{"notification by id", "_type=all&id=" + noti, func(o object) bool { return o["id"] == noti }},
		{"organization", "organization_id=" + s.IDs("organization")[0], func(object) bool { return true }},
		{"format changes nothing", "format=full", func(object) bool { return true }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := get[page](t, s, "GET", "/task/?_limit=1000&"+test.query, "")
			if len(p.Data) == 0 {
				t.Error("nothing passes the filter")
			}
			for _, task := range p.Data {
				if !test.holds(task) {
					t.Errorf("the filter lets through %v", task)
				}
			}
		})
	}
	for _, none := range []string{"id__in=", "id__in=" + noti, "assigned_to=", "organization_id=orga_other", "lead_id=lead_x"} {
		if p := get[page](t, s, "GET", "/task/?"+none, ""); len(p.Data) != 0 || p.HasMore {
			t.Errorf("%s lets through %d tasks, want none", none, len(p.Data))
		}
	}
}

func TestManyTasksByID(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	ids := s.IDs("task")[:150]
	p := get[page](t, s, "GET", "/task/?_type=all&_limit=1000&_fields=id&id__in="+strings.Join(append(ids, ids[0], "task_gone"), ","), "")
	var got []string
	for _, id := range p.column("id") {
		got = append(got, id.(string))
	}
	slices.Sort(got)
	slices.Sort(ids)
	if diff := cmp.Diff(ids, got); diff != "" {
		t.Errorf("id__in (-want +got):\n%s", diff)
	}
}

func TestTheCallersDay(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	days := map[string]string{
		"yesterday": makeTask(t, s, `"date":"2026-03-17"`),
		"today":     makeTask(t, s, `"date":"2026-03-18"`),
		"tomorrow":  makeTask(t, s, `"date":"2026-03-19"`),
		"noon":      makeTask(t, s, `"date":"2026-03-18T12:00:00Z"`),
		"night":     makeTask(t, s, `"date":"2026-03-18T23:30:00+00:00"`),
		"never":     makeTask(t, s, `"is_dateless":true`),
	}
	tests := []struct {
		now    time.Time
		offset string
		future []string
	}{
		{wednesday, "", []string{"tomorrow"}},
		{wednesday, "0", []string{"tomorrow"}},
		{wednesday, "5.5", []string{"tomorrow", "night"}},                                    // the day ends at 18:30 UTC
		{wednesday, "-10", []string{"tomorrow"}},                                             // midnight there: still the 18th, until 10:00 UTC on the 19th
		{wednesday.Add(-time.Minute), "-10", []string{"tomorrow", "today", "noon", "night"}}, // 23:59 on the 17th
		{wednesday.Add(-time.Minute), "14", []string{"tomorrow", "noon", "night"}},           // 23:59 on the 18th
		{wednesday, "14", []string{}},                                                        // midnight: the 19th has begun
	}
	for _, test := range tests {
		s.SetTime(test.now)
		p := get[page](t, s, "GET", "/task/?view=future&_limit=1000&_fields=id,view", "", "X-Tz-Offset", test.offset)
		var got []string
		for name, id := range days {
			if slices.Contains(p.column("id"), any(id)) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		slices.Sort(test.future)
		if !slices.Equal(got, test.future) {
			t.Errorf("at %s with offset %q the future has %v, want %v", test.now.Format(time.TimeOnly), test.offset, got, test.future)
		}
	}
}

func TestTasksInOrderOfDate(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{Empty: true})
	get[object](t, s, "POST", "/lead/", `{"name":"Only"}`)
	names := map[string]string{}
	for _, date := range []string{"2026-03-18T20:00:00Z", "2026-03-19", "2026-03-18T00:00:00Z", "", "2026-03-18", "2026-03-18T08:00:00Z"} {
		members := `"date":"` + date + `"`
		if date == "" {
			members = `"is_dateless":true`
		}
		names[makeTask(t, s, members)] = date
	}
	tests := []struct {
		offset, by string
		want       []string
	}{
		{"0", "date", []string{"2026-03-18", "2026-03-18T00:00:00Z", "2026-03-18T08:00:00Z", "2026-03-18T20:00:00Z", "2026-03-19", ""}},
		{"0", "-date", []string{"", "2026-03-19", "2026-03-18T20:00:00Z", "2026-03-18T08:00:00Z", "2026-03-18T00:00:00Z", "2026-03-18"}},
		{"-10", "date", []string{"2026-03-18T00:00:00Z", "2026-03-18T08:00:00Z", "2026-03-18", "2026-03-18T20:00:00Z", "2026-03-19", ""}},
		{"5.5", "date", []string{"2026-03-18", "2026-03-18T00:00:00Z", "2026-03-18T08:00:00Z", "2026-03-19", "2026-03-18T20:00:00Z", ""}},
	}
	for _, test := range tests {
		p := get[page](t, s, "GET", "/task/?_fields=id&_order_by="+test.by, "", "X-Tz-Offset", test.offset)
		var got []string
		for _, id := range p.column("id") {
			got = append(got, names[id.(string)])
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("by %s with offset %s (-want +got):\n%s", test.by, test.offset, diff)
		}
	}
}

func TestTaskLife(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	s.SetTime(time.Date(2026, 3, 18, 11, 0, 0, 120_000_000, time.UTC))
	lead, contact, user := s.IDs("lead")[1], s.IDs("contact")[0], s.IDs("user")[4]
	made := get[object](t, s, "POST", "/task/", `{"_type":"lead","lead_id":"`+lead+`","text":"Line 1\nLine 2 \"é\" \u2713","contact_id":"`+contact+`","date":"2026-03-20","priority":"high"}`)
	want := object{
		"_type": "lead", "text": "Line 1\nLine 2 \"é\" ✓", "date": "2026-03-20", "due_date": "2026-03-20", "is_dateless": false,
		"is_complete": false, "view": "future", "priority": "high", "assigned_to": s.IDs("user")[0], "assigned_to_name": "Maren Okafor",
		"created_by_name": "Maren Okafor", "date_created": "2026-03-18T11:00:00.120000+00:00", "object_id": nil,
	}
	for name, v := range want {
		if made[name] != v {
			t.Errorf("made with %s = %v, want %v", name, made[name], v)
		}
	}
	s.SetTime(wednesday.Add(2 * time.Hour))
	path := "/task/" + made["id"].(string) + "/"
	changed := get[object](t, s, "PUT", path+"?_fields=is_complete,view,date_updated,updated_by,assigned_to", `{"is_complete":true,"assigned_to":"`+user+`"}`,
		"Authorization", "Bearer somebody")
	me := get[object](t, s, "GET", "/me/", "", "Authorization", "Bearer somebody")["id"]
	if diff := cmp.Diff(object{
		"is_complete": true, "view": "archive", "date_updated": "2026-03-18T12:00:00.000000+00:00", "updated_by": me, "assigned_to": user,
	}, changed); diff != "" {
		t.Errorf("completed (-want +got):\n%s", diff)
	}
	if dateless := get[object](t, s, "PUT", path, `{"date":null}`); dateless["is_dateless"] != true {
		t.Errorf("is_dateless = %v without a date, want true", dateless["is_dateless"])
	}
	if resp, body := ask(t, s, "DELETE", path, ""); resp.StatusCode != http.StatusOK || body != "{}" {
		t.Errorf("delete = %d %s, want 200 {}", resp.StatusCode, body)
	}
	if resp, _ := ask(t, s, "DELETE", path, ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("second delete = %d, want 404", resp.StatusCode)
	}
	call := get[object](t, s, "POST", "/task/", `{"_type":"outgoing_call","lead_id":"`+lead+`","contact_id":"`+contact+`"}`)
	if _, ok := call["resolution"]; !ok || !strings.HasPrefix(call["id"].(string), "task_") {
		t.Errorf("outgoing call = %v", call)
	}
}

func TestTaskRefusals(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	lead := s.IDs("lead")[0]
	voicemail := get[page](t, s, "GET", "/task/?_type=voicemail", "").Data[0]["id"].(string)
	tests := []struct{ name, method, path, body, want string }{
		{"kind missing", "POST", "/task/", `{"lead_id":"` + lead + `","text":"x"}`, `{"errors":[],"field-errors":{"_type":"This field is required."}}`},
		{"kind that cannot be made", "POST", "/task/", `{"_type":"voicemail","lead_id":"` + lead + `"}`, `{"errors":[],"field-errors":{"_type":"Not a valid choice."}}`},
		{"no text", "POST", "/task/", `{"_type":"lead","lead_id":"` + lead + `"}`, `{"errors":[],"field-errors":{"text":"This field is required."}}`},
		{"no such lead", "POST", "/task/", `{"_type":"lead","lead_id":"lead_x","text":"x"}`, `{"errors":[],"field-errors":{"lead_id":"Object does not exist."}}`},
		{"several at once", "POST", "/task/", `{"_type":"lead","text":1,"date":"soon"}`,
			`{"errors":[],"field-errors":{"date":"Not a valid date.","lead_id":"This field is required.","text":"Value must be of str type."}}`},
		{"call without contact", "POST", "/task/", `{"_type":"outgoing_call","lead_id":"` + lead + `"}`, `{"errors":[],"field-errors":{"contact_id":"This field is required."}}`},
		{"unknown member", "PUT", "/task/" + voicemail + "/", `{"colour":"red"}`, `{"errors":[],"field-errors":{"colour":"Extra inputs are not permitted"}}`},
		{"read-only member", "PUT", "/task/" + voicemail + "/", `{"lead_name":"x"}`, `{"errors":[],"field-errors":{"lead_name":"Extra inputs are not permitted"}}`},
		{"text of a notification", "PUT", "/task/" + voicemail + "/", `{"text":"x"}`, `{"errors":[],"field-errors":{"text":"Value cannot be changed."}}`},
		{"bulk of a member that cannot be", "PUT", "/task/?_type=voicemail", `{"text":"x"}`, `{"errors":[],"field-errors":{"text":"Value cannot be changed."}}`},
		{"bad view", "GET", "/task/?view=later", ``, `{"errors":[],"field-errors":{"view":"Not a valid choice."}}`},
		{"bad date", "GET", "/task/?date__gt=soon", ``, `{"errors":[],"field-errors":{"date__gt":"Not a valid date."}}`},
	}
	for _, test := range tests {
		if resp, body := ask(t, s, test.method, test.path, test.body); resp.StatusCode != http.StatusBadRequest || body != test.want {
			t.Errorf("%s: %d %s, want 400 %s", test.name, resp.StatusCode, body, test.want)
		}
	}
}

func TestBulkUpdate(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	a, b, user := makeTask(t, s, `"priority":"high"`), makeTask(t, s, `"priority":"high"`), s.IDs("user")[7]
	untouched := get[page](t, s, "GET", "/task/?_limit=1000&is_complete=true", "")
	s.ResetRequests()
	_, body := ask(t, s, "PUT", "/task/", `{"_params":{"id__in":"`+a+`,`+b+`"},"is_complete":true}`)
	if body != `{"ok":true}` {
		t.Errorf("bulk update answers %s", body)
	}
	if got, want := s.Requests()[0].String(), `PUT /task/?id__in=`+a+`,`+b+` {"is_complete":true}`; got != want {
		t.Errorf("it is recorded as %s, want %s", got, want)
	}
	ask(t, s, "PUT", "/task/?id__in="+a, `{"assigned_to":"`+user+`","date":"2026-04-01"}`)
	one, other := get[object](t, s, "GET", "/task/"+a+"/", ""), get[object](t, s, "GET", "/task/"+b+"/", "")
	if one["is_complete"] != true || other["is_complete"] != true || one["assigned_to"] != user || other["assigned_to"] == user || one["date"] != "2026-04-01" {
		t.Errorf("after the updates: %v and %v", one, other)
	}
	if n := len(get[page](t, s, "GET", "/task/?_limit=1000&is_complete=true", "").Data); n != len(untouched.Data)+2 {
		t.Errorf("%d tasks are complete, want %d", n, len(untouched.Data)+2)
	}
}

func TestBulkUpdateOfTooMany(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	for len(s.IDs("task")) < 1300 {
		makeTask(t, s, `"is_dateless":true`)
	}
	resp, body := ask(t, s, "PUT", "/task/", `{"is_complete":true}`)
	if want := `{"errors":["It's not allowed to update more than 1000 objects at once"]}`; resp.StatusCode != 400 || body != want {
		t.Errorf("bulk update of everything = %d %s, want 400 %s", resp.StatusCode, body, want)
	}
}
