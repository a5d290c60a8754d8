package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestLeadWithEverythingInIt(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	tags := fieldNamed(t, s, "lead", "Tags")
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co","status":"Qualified","addresses":[{"city":"Oslo","country":"NO"}],
		"`+tags+`":["Pilot"],"contacts":[{"name":"Bo Lind","emails":[{"email":"bo@beta.example"}],"phones":[{"phone":"(650) 555-0111","type":"mobile"}]}]}`)
	if lead["status_label"] != "Qualified" || lead["created_by_name"] != "Maren Okafor" || lead["html_url"] != "https://app.close.com/lead/"+lead["id"].(string)+"/" {
		t.Errorf("made %v", lead)
	}
	contact := lead["contacts"].([]any)[0].(object)
	phone := contact["phones"].([]any)[0].(object)
	if contact["lead_id"] != lead["id"] || phone["phone"] != "+16505550111" || phone["phone_formatted"] != "+1 650-555-0111" || lead["contact_ids"].([]any)[0] != contact["id"] {
		t.Errorf("its contact is %v", contact)
	}
	path := "/lead/" + lead["id"].(string) + "/"
	if changed := get[object](t, s, "PUT", path, `{"`+tags+`.add":"Reference"}`); len(changed[tags].([]any)) != 2 {
		t.Errorf("after an add the custom field is %v", changed[tags])
	}
	if _, set := get[object](t, s, "PUT", path, `{"`+tags+`":null,"name":null}`)[tags]; set {
		t.Error("a custom field that was set to null is still there")
	}
	if name := get[object](t, s, "GET", path, "")["display_name"]; name != "Untitled" {
		t.Errorf("a lead without a name is shown as %v", name)
	}
	byID := get[page](t, s, "GET", "/contact/?lead_id="+lead["id"].(string), "")
	if len(byID.Data) != 1 || byID.Data[0]["display_name"] != "Bo Lind" {
		t.Errorf("contacts of the lead: %v", byID.Data)
	}
	get[object](t, s, "DELETE", "/contact/"+contact["id"].(string)+"/", "")
	if n := len(get[object](t, s, "GET", path, "")["contacts"].([]any)); n != 0 {
		t.Errorf("the lead has %d contacts after the only one was deleted", n)
	}
}

func TestContactWithoutLeadGetsOne(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	contact := get[object](t, s, "POST", "/contact/?_fields=id,lead_id", `{"name":"Ida Berg"}`)
	if len(contact) != 2 {
		t.Errorf("_fields gives %v", contact)
	}
	if lead := get[object](t, s, "GET", "/lead/"+contact["lead_id"].(string)+"/", ""); lead["name"] != "Ida Berg" {
		t.Errorf("the new lead is called %v", lead["name"])
	}
}

func TestOpportunityMoney(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	o := get[object](t, s, "POST", "/opportunity/", `{"lead_id":"`+lead+`","value":123456,"value_period":"monthly","confidence":75,"note":"a < b\nc"}`)
	want := object{
		"value_formatted": "$1,234.56 monthly", "expected_value": 92592.0, "annualized_value": 1481472.0, "annualized_expected_value": 1111104.0,
		"value_currency": "USD", "status_label": "Discovery", "status_type": "active", "pipeline_name": "Sales", "status_display_name": "Sales: Discovery",
		"note_html": "<body>a &lt; b<br />c</body>", "date_won": nil, "lead_name": "Aldermoor Foods", "user_name": "Maren Okafor",
	}
	for name, v := range want {
		if o[name] != v {
			t.Errorf("%s = %v, want %v", name, o[name], v)
		}
	}
	path := "/opportunity/" + o["id"].(string) + "/"
	won := get[object](t, s, "PUT", path, `{"status":"Won","note_html":"<body><p>Signed</p></body>"}`, "X-Tz-Offset", "14")
	if won["date_won"] != "2026-03-19" || won["note"] != "Signed" {
		t.Errorf("won: date_won %v, note %v; want the caller's day and the text of note_html", won["date_won"], won["note"])
	}
}

func TestOpportunityLists(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	users := s.IDs("user")[1] + "," + s.IDs("user")[2]
	list := get[object](t, s, "GET", "/opportunity/?_limit=5&_order_by=-value&status_type=active&user_id__in="+users, "")
	total := 0
	all := get[page](t, s, "GET", "/opportunity/?_limit=250&status_type=active&user_id__in="+users, "")
	for _, o := range all.Data {
		if v, ok := o["value"].(float64); ok && o["value_period"] == "one_time" {
			total += int(v)
		}
		if o["status_type"] != "active" {
			t.Errorf("status_type=active lets through %v", o["status_type"])
		}
	}
	if list["total_results"] != float64(len(all.Data)) || list["total_value_one_time"] != float64(total) || len(all.Data) == 0 {
		t.Errorf("total_results %v, total_value_one_time %v; want %d and %d over all matches", list["total_results"], list["total_value_one_time"], len(all.Data), total)
	}
	before := 1e18
	for _, o := range list["data"].([]any) {
		if v, ok := o.(object)["value"].(float64); ok {
			if v > before {
				t.Errorf("%v comes after %v", v, before)
			}
			before = v
		}
	}
}

func TestActivities(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	call, sms, thread := s.IDs("call")[0], s.IDs("sms")[0], s.IDs("emailthread")[0]
	mixed := get[page](t, s, "GET", "/activity/?_fields=id,_type,n_emails,text&id__in="+call+","+sms+","+thread, "")
	types := map[any]int{}
	for _, o := range mixed.Data {
		types[o["_type"]] = len(o)
	}
	if len(types) != 3 || types["Call"] != 2 || types["SMS"] != 3 || types["EmailThread"] != 3 {
		t.Errorf("activities by id: %v", mixed.Data)
	}
	lead := get[object](t, s, "GET", "/activity/call/"+call+"/", "")["lead_id"].(string)
	for _, o := range get[page](t, s, "GET", "/activity/?_order_by=-activity_at&_type=Call&lead_id="+lead, "").Data {
		if o["_type"] != "Call" || o["lead_id"] != lead {
			t.Errorf("calls of a lead: %v", o)
		}
	}
	several := get[page](t, s, "GET", "/activity/?thread_emails=true&lead_id__in="+lead+","+s.IDs("lead")[1], "")
	if len(several.Data) == 0 {
		t.Error("no activities of two leads")
	}
	if resp, _ := ask(t, s, "GET", "/activity/?activity_at__gt=2026-01-01", ""); resp.StatusCode != 400 {
		t.Errorf("a filter on another date than that of the sort = %d, want 400", resp.StatusCode)
	}
	emails := get[object](t, s, "GET", "/activity/emailthread/"+thread+"/", "")
	if n := len(emails["emails"].([]any)); float64(n) != emails["n_emails"] || n < 2 {
		t.Errorf("a thread of %v with %d emails", emails["n_emails"], n)
	}
}

func BenchmarkTaskList(b *testing.B) {
	s := open(sandbox.Options{})
	transport := s.Transport()
	req := benchmarkRequest(b, "/task/?_limit=50&_type=all")
	b.ReportAllocs()
	for b.Loop() {
		resp, err := transport.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}

func benchmarkRequest(b *testing.B, path string) *http.Request {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), "GET", "https://api.close.test/api/v1"+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.SetBasicAuth(sandbox.DemoKey, "")
	return req
}
