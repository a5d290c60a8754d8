package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// check compares some members of an answer.
func check(t *testing.T, what string, got, want object) {
	t.Helper()
	for name, v := range want {
		if diff := cmp.Diff(v, got[name]); diff != "" {
			t.Errorf("%s: %s (-want +got):\n%s", what, name, diff)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, ann := s.IDs("lead")[2], s.IDs("user")[2]
	mention := `<span data-type=\"mention\" data-id=\"` + ann + `\" data-label=\"Ann\" class=\"mention\">@Ann</span>`
	note := get[object](t, s, "POST", "/activity/note/", `{"lead_id":"`+lead+`","note":"a < b\nc","title":"T","pinned":true,"activity_at":"2026-03-01T08:00:00Z",
		"attachments":[{"url":"https://app.close.com/go/file/temporary/user_x/abc/a.pdf/","filename":"a.pdf","content_type":"application/pdf"}]}`)
	check(t, "made", note, object{
		"_type": "Note", "note": "a < b\nc", "note_html": "<body>a &lt; b<br />c</body>", "title": "T", "pinned": true, "source": "api",
		"pinned_at": "2026-03-18T10:00:00.000000+00:00", "activity_at": "2026-03-01T08:00:00.000000+00:00", "note_mentions": []any{},
		"date_created": "2026-03-18T10:00:00.000000+00:00", "user_name": "Maren Okafor", "lead_id": lead, "users": []any{},
	})
	file := note["attachments"].([]any)[0].(object)
	if url := file["url"].(string); !strings.HasPrefix(url, "https://app.close.com/go/file/persisted/") || file["filename"] != "a.pdf" {
		t.Errorf("attached %v", file)
	}
	path := "/activity/note/" + note["id"].(string) + "/"
	s.SetTime(wednesday.Add(time.Hour))
	check(t, "changed", get[object](t, s, "PUT", path, `{"note_html":"<body><p>Hi `+mention+`</p><ul><li>one</li></ul></body>","note":"loses","pinned":false}`), object{
		"note": "Hi @Ann\n  one", "note_mentions": []any{ann}, "pinned": false, "pinned_at": nil, "title": "T",
		"date_updated": "2026-03-18T11:00:00.000000+00:00", "date_created": "2026-03-18T10:00:00.000000+00:00",
	})
	check(t, "emptied", get[object](t, s, "PUT", path, `{"note":null}`), object{"note": "", "note_html": "<body></body>", "note_mentions": []any{}})
	if resp, body := ask(t, s, "DELETE", path, ""); resp.StatusCode != http.StatusOK || body != "{}" {
		t.Errorf("delete = %d %s, want 200 {}", resp.StatusCode, body)
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	contact := get[object](t, s, "GET", "/contact/"+s.IDs("contact")[0]+"/", "")
	call := get[object](t, s, "POST", "/activity/call/", `{"contact_id":"`+contact["id"].(string)+`","phone":"(650) 555-0111","duration":153,"note":"Called back"}`)
	check(t, "logged", call, object{
		"source": "External", "call_method": "external", "status": "completed", "direction": "outbound", "disposition": "answered", "duration": 153.0,
		"phone": "+16505550111", "remote_phone_formatted": "+1 650-555-0111", "remote_country_iso": "US", "local_phone": nil,
		"note_html": "<body>Called back</body>", "has_recording": false, "lead_id": contact["lead_id"],
	})
	path := "/activity/call/" + call["id"].(string) + "/"
	check(t, "changed", get[object](t, s, "PUT", path, `{"status":"no-answer","duration":0,"recording_url":"https://media.example/a.mp3","outcome_id":null}`),
		object{"status": "no-answer", "disposition": "no-answer", "duration": 0.0, "has_recording": true})
	if _, shown := call["recording_transcript"]; shown {
		t.Error("a transcript comes without being asked for")
	}
	var recorded object
	for _, o := range everything(t, s, "/activity/call/?_fields=id,recording_transcript,recording_url,source") {
		if o["recording_transcript"] != nil {
			recorded = o
		}
	}
	if recorded == nil {
		t.Fatal("no call of the demo data has a transcript")
	}
	path = "/activity/call/" + recorded["id"].(string) + "/"
	for _, name := range []string{"status", "duration"} {
		body := map[string]string{"status": `{"status":"busy"}`, "duration": `{"duration":1}`}[name]
		if resp, answer := ask(t, s, "PUT", path, body); resp.StatusCode != http.StatusBadRequest || !strings.Contains(answer, `"Value cannot be changed."`) {
			t.Errorf("PUT %s on a call made in Close = %d %s", body, resp.StatusCode, answer)
		}
	}
	get[object](t, s, "PUT", path, `{"recording_url":null}`)
	check(t, "without its recording", get[object](t, s, "GET", path+"?_fields=_all", ""), object{"recording_url": nil, "recording_transcript": nil, "has_recording": false})
}

// restrictedKey is a credential of the user who may not change what others did, nor how Close is set up.
func restrictedKey(t *testing.T, s *sandbox.Server) string {
	t.Helper()
	for i := range 500 {
		key := "Bearer app" + strings.Repeat("x", i)
		if get[object](t, s, "GET", "/me/?_fields=first_name", "", "Authorization", key)["first_name"] == "Noor" {
			return key
		}
	}
	t.Fatal("no credential stands for the restricted user")
	return ""
}

func TestOnlySomeMayDeleteRecordings(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	restricted := restrictedKey(t, s)
	for _, o := range everything(t, s, "/activity/call/?_fields=id,recording_url,user_name,source") {
		if o["recording_url"] == nil || o["source"] != "Close.io" {
			continue
		}
		resp, _ := ask(t, s, "PUT", "/activity/call/"+o["id"].(string)+"/", `{"recording_url":null}`, "Authorization", restricted)
		if mine := o["user_name"] == "Noor Haddad"; (resp.StatusCode == http.StatusOK) != mine {
			t.Errorf("deleting the recording of %v = %d", o["user_name"], resp.StatusCode)
		}
	}
}

func TestWhatsApp(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	contact := get[object](t, s, "GET", "/contact/"+s.IDs("contact")[0]+"/", "")
	ids := `"lead_id":"` + contact["lead_id"].(string) + `","contact_id":"` + contact["id"].(string) + `"`
	body := `{` + ids + `,"activity_at":"2026-03-17T09:00:00Z","direction":"incoming","external_whatsapp_message_id":"wamid.1",
		"local_phone":"16505550100","remote_phone":"+1 650 555 0111","message_markdown":"*hi* _you_ <3"}`
	message := get[object](t, s, "POST", "/activity/whatsapp_message/?send_to_inbox=true", body)
	check(t, "logged", message, object{
		"message_html": "<p><b>hi</b> <i>you</i> &lt;3</p>", "text": "hi you <3", "local_phone": "+16505550100",
		"remote_phone_formatted": "+1 650-555-0111", "integration_name": "API", "source": "api", "activity_at": "2026-03-17T09:00:00.000000+00:00",
	})
	id := message["id"].(string)
	check(t, "changed", get[object](t, s, "PUT", "/activity/whatsapp_message/"+id+"/", `{"message_markdown":"~no~"}`), object{"message_html": "<p><s>no</s></p>"})
	found := get[page](t, s, "GET", "/activity/whatsapp_message/?external_whatsapp_message_id=wamid.1", "").Data
	if len(found) != 1 || found[0]["id"] != id {
		t.Errorf("by its id at WhatsApp: %v", found)
	}
	if resp, _ := ask(t, s, "PUT", "/activity/whatsapp_message/"+id+"/", `{"response_to_id":"`+id+`"}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a response to itself = %d, want 400", resp.StatusCode)
	}
	if answered := get[object](t, s, "POST", "/activity/whatsapp_message/", strings.Replace(body, `{`, `{"response_to_id":"`+id+`",`, 1)); answered["response_to_id"] != id {
		t.Errorf("answered %v", answered)
	}
}

func TestMeetings(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	var id string
	for _, o := range everything(t, s, "/activity/meeting/?_fields=id,transcripts,status,starts_at") {
		if o["transcripts"] != nil && len(o["transcripts"].([]any)) > 0 {
			id = o["id"].(string)
		}
		if upcoming := o["starts_at"].(string) > "2026-03-18T10"; o["status"] == "upcoming" && !upcoming || o["status"] == "completed" && upcoming {
			t.Errorf("a meeting at %v is %v", o["starts_at"], o["status"])
		}
	}
	if id == "" {
		t.Fatal("no meeting of the demo data has a transcript")
	}
	path := "/activity/meeting/" + id + "/"
	outcome := s.IDs("outcome")[0]
	changed := get[object](t, s, "PUT", path, `{"user_note_html":"<body><p>Went well</p></body>","outcome_id":"`+outcome+`"}`)
	check(t, "changed", changed, object{
		"user_note": "Went well", "user_note_date_updated": "2026-03-18T10:00:00.000000+00:00", "outcome_id": outcome, "outcome_reason": "user-selected",
	})
	if _, shown := changed["transcripts"]; shown {
		t.Error("transcripts come without being asked for")
	}
	check(t, "without outcome", get[object](t, s, "PUT", path, `{"outcome_id":null}`), object{"outcome_id": nil, "outcome_reason": nil})

	if resp, body := ask(t, s, "POST", path+"integration/", `{"integration_data":{"note_html":"<body>x</body>"}}`); resp.StatusCode != http.StatusForbidden {
		t.Errorf("integration with an API key = %d %s, want 403", resp.StatusCode, body)
	}
	write := func(token, body string) object {
		return get[object](t, s, "POST", path+"integration/", body, "Authorization", "Bearer "+token)
	}
	if nothing := write("one", `{}`); len(nothing) != 0 {
		t.Errorf("an empty body makes %v", nothing)
	}
	first := write("one", `{"integration_data":{"note_html":"<body>first</body>"}}`)
	again := write("one", `{"integration_data":{"note_html":"<body>second</body>"}}`)
	write("two", `{"integration_data":{"note_html":"<body>other</body>"}}`)
	all := get[object](t, s, "GET", path, "")["integrations"].([]any)
	if first["id"] != again["id"] || len(all) != 2 || all[0].(object)["integration_data"].(object)["note_html"] != "<body>second</body>" {
		t.Errorf("integrations of two apps: %v", all)
	}
	if resp, _ := ask(t, s, "POST", "/activity/meeting/acti_gone/integration/", `{}`, "Authorization", "Bearer one"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("integration on a meeting that is gone = %d, want 404", resp.StatusCode)
	}
}

func TestCustomActivities(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, kind, ann := s.IDs("lead")[3], s.IDs("custom_activity_type")[0], s.IDs("user")[2]
	members := map[string]string{} // the custom fields of the type, by name
	for _, f := range get[object](t, s, "GET", "/custom_activity/"+kind+"/", "")["fields"].([]any) {
		members[f.(object)["name"].(string)] = "custom." + f.(object)["id"].(string)
	}
	score, findings := members["Score"], members["Findings"]
	base := `{"lead_id":"` + lead + `","custom_activity_type_id":"` + kind + `"`
	if resp, body := ask(t, s, "POST", "/activity/custom/", base+`}`); resp.StatusCode != http.StatusBadRequest || body != `{"errors":[],"field-errors":{"`+score+`":"This field is required."}}` {
		t.Errorf("published without what is required = %d %s", resp.StatusCode, body)
	}
	draft := get[object](t, s, "POST", "/activity/custom/", base+`,"status":"draft","`+findings+`":"<body><p>See <span data-type=\"mention\" data-id=\"`+ann+`\">@Ann</span></p></body>"}`)
	check(t, "draft", draft, object{
		"_type": "CustomActivity", "status": "draft", "last_published_at": nil, "pinned": false, "source": "api", "mentions": []any{ann},
		"mentions_updated_at": "2026-03-18T10:00:00.000000+00:00",
	})
	path := "/activity/custom/" + draft["id"].(string) + "/"
	if resp, _ := ask(t, s, "PUT", path, `{"status":"published"}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("publishing without what is required = %d, want 400", resp.StatusCode)
	}
	s.SetTime(wednesday.Add(time.Hour))
	published := get[object](t, s, "PUT", path, `{"status":"published","`+score+`":7,"`+findings+`":null,"activity_at":"2026-03-02"}`)
	check(t, "published", published, object{
		"last_published_at": "2026-03-18T11:00:00.000000+00:00", score: 7.0, "mentions": []any{}, "activity_at": "2026-03-02T00:00:00.000000+00:00",
	})
	if _, set := published[findings]; set {
		t.Error("a custom field that was set to null is still there")
	}
	s.SetTime(wednesday.Add(2 * time.Hour))
	check(t, "pinned", get[object](t, s, "PUT", path, `{"pinned":true}`), object{
		"pinned_at": "2026-03-18T12:00:00.000000+00:00", "last_published_at": "2026-03-18T11:00:00.000000+00:00",
	})
	if resp, _ := ask(t, s, "PUT", path, `{"`+score+`":null}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a published activity loses what is required = %d, want 400", resp.StatusCode)
	}
	if one := get[object](t, s, "GET", path+"?_fields=custom."+strings.TrimPrefix(score, "custom."), ""); len(one) != 1 || one[score] != 7.0 {
		t.Errorf("one custom field: %v", one)
	}
}

func TestActivityRefusals(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	lead, contact := s.IDs("lead")[0], s.IDs("contact")[0]
	onLead := func(members string) string { return `{"lead_id":"` + lead + `",` + members + `}` }
	file := `{"url":"https://app.close.com/go/file/temporary/u/k/a.png/","filename":"a.png"}`
	tests := []struct{ name, path, body, want string }{
		{"note without lead", "note", `{"note":"x"}`, `{"lead_id":"This field is required."}`},
		{"note with an unknown member", "note", onLead(`"colour":"red"`), `{"colour":"Extra inputs are not permitted"}`},
		{"note with a derived member", "note", onLead(`"note_mentions":[]`), `{"note_mentions":"Extra inputs are not permitted"}`},
		{"rich text without body", "note", onLead(`"note_html":"<p>x</p>"`), `{"note_html":"Rich text must begin with <body> and end with </body>."}`},
		{"note on no lead", "note", `{"lead_id":"lead_x"}`, `{"lead_id":"Object does not exist."}`},
		{"file from elsewhere", "note", onLead(`"attachments":[{"url":"https://evil.example/a.png","filename":"a.png"}]`),
			`{"attachments":{"errors":{"0":{"errors":[],"field-errors":{"url":"URL must begin with https://app.close.com/go/file/."}}}}}`},
		{"file without a name", "note", onLead(`"attachments":[{"url":"https://app.close.com/go/file/x"}]`),
			`{"attachments":{"errors":{"0":{"errors":[],"field-errors":{"filename":"This field is required."}}}}}`},
		{"long call", "call", onLead(`"duration":604801`), `{"duration":"Input should be less than or equal to 604800"}`},
		{"call with a bad direction", "call", onLead(`"direction":"incoming"`), `{"direction":"Not a valid choice."}`},
		{"call with a bad status", "call", onLead(`"status":"done"`), `{"status":"Not a valid choice."}`},
		{"recording without TLS", "call", onLead(`"recording_url":"http://a.example/a.mp3"`), `{"recording_url":"Invalid URL."}`},
		{"call with a bad number", "call", onLead(`"phone":"home"`), `{"phone":"Invalid phone number."}`},
		{"call with a read-only member", "call", onLead(`"disposition":"answered"`), `{"disposition":"Extra inputs are not permitted"}`},
		{"e-mail without status", "email", onLead(`"subject":"x"`), `{"status":"This field is required."}`},
		{"e-mail with a bad status", "email", onLead(`"status":"received"`), `{"status":"Not a valid choice."}`},
		{"e-mail in the inbox without sender", "email", onLead(`"status":"inbox"`), `{"sender":"This field is required."}`},
		{"e-mail to be sent without sender and recipient", "email", onLead(`"status":"outbox"`), `{"sender":"This field is required.","to":"This field is required."}`},
		{"scheduled without date", "email", onLead(`"status":"scheduled","sender":"a@b.example","to":["c@d.example"]`), `{"date_scheduled":"This field is required."}`},
		{"sender that is no address", "email", onLead(`"status":"inbox","sender":"Ann"`), `{"sender":"Invalid email address."}`},
		{"recipients that are no list", "email", onLead(`"status":"draft","to":"c@d.example"`), `{"to":"Value must be of list type."}`},
		{"long delay", "email", onLead(`"status":"draft","send_in":60`), `{"send_in":"Input should be less than or equal to 59"}`},
		{"short wait for the sequence", "email", onLead(`"status":"draft","followup_sequence_delay":3600`), `{"followup_sequence_delay":"Input should be greater than or equal to 86400"}`},
		{"e-mail with a file without size", "email", onLead(`"status":"draft","attachments":[` + file + `]`),
			`{"attachments":{"errors":{"0":{"errors":[],"field-errors":{"size":"This field is required."}}}}}`},
		{"SMS from another number", "sms", onLead(`"status":"outbox","text":"x","local_phone":"+16505550199","remote_phone":"+16505550111"`),
			`{"local_phone":"Not an internal phone number of your organization."}`},
		{"SMS without numbers", "sms", onLead(`"status":"outbox","text":"x"`), `{"local_phone":"This field is required.","remote_phone":"This field is required."}`},
		{"SMS scheduled without date", "sms", onLead(`"status":"scheduled","text":"x"`), `{"date_scheduled":"This field is required."}`},
		{"SMS with a bad direction", "sms", onLead(`"status":"inbox","direction":"incoming"`), `{"direction":"Not a valid choice."}`},
		{"SMS with a file without type", "sms", onLead(`"status":"draft","attachments":[` + file + `]`),
			`{"attachments":{"errors":{"0":{"errors":[],"field-errors":{"content_type":"This field is required."}}}}}`},
		{"SMS with a program", "sms", onLead(`"status":"draft","attachments":[` + strings.Replace(file, `}`, `,"content_type":"application/x-sh"}`, 1) + `]`),
			`{"attachments":{"errors":{"0":{"errors":[],"field-errors":{"content_type":"Not a valid choice."}}}}}`},
		{"SMS with many files", "sms", onLead(`"status":"draft","attachments":[` + strings.Repeat(file+",", 10) + file + `]`), `{"attachments":"List should have at most 10 items"}`},
		{"WhatsApp with nothing", "whatsapp_message", `{}`, `{"activity_at":"This field is required.","contact_id":"This field is required.","direction":"This field is required.","external_whatsapp_message_id":"This field is required.","lead_id":"This field is required.","local_phone":"This field is required.","message_markdown":"This field is required.","remote_phone":"This field is required."}`},
		{"WhatsApp as a response to an SMS", "whatsapp_message", onLead(`"contact_id":"` + contact + `","activity_at":"2026-03-01","direction":"incoming","external_whatsapp_message_id":"w",
			"local_phone":"+16505550100","remote_phone":"+16505550111","message_markdown":"x","response_to_id":"` + s.IDs("sms")[0] + `"`), `{"response_to_id":"Object does not exist."}`},
		{"custom activity without type", "custom", onLead(`"status":"draft"`), `{"custom_activity_type_id":"This field is required."}`},
		{"custom activity of no type", "custom", onLead(`"custom_activity_type_id":"actitype_x"`), `{"custom_activity_type_id":"Object does not exist."}`},
		{"status change without statuses", "status_change/lead", onLead(`"date_created":"2026-01-01"`), `{"new_status_id":"This field is required.","old_status_id":"This field is required."}`},
		{"status change of another lead's opportunity", "status_change/opportunity", `{"lead_id":"` + s.IDs("lead")[39] + `","opportunity_id":"` + s.IDs("opportunity")[0] + `","old_status_id":"` + s.IDs("opportunity_status")[0] + `","new_status_id":"` + s.IDs("opportunity_status")[1] + `"}`,
			`{"opportunity_id":"Opportunity belongs to another lead."}`},
	}
	for _, test := range tests {
		resp, body := ask(t, s, "POST", "/activity/"+test.path+"/", test.body)
		if want := `{"errors":[],"field-errors":` + test.want + `}`; resp.StatusCode != http.StatusBadRequest || body != want {
			t.Errorf("%s: %d %s, want 400 %s", test.name, resp.StatusCode, body, want)
		}
	}
	if resp, body := ask(t, s, "PUT", "/activity/note/"+s.IDs("note")[0]+"/", `{"lead_id":"`+lead+`"}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("moving a note = %d %s, want 400", resp.StatusCode, body)
	}
}
