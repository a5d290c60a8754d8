package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestEmailsOnTheirWay(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co","contacts":[{"name":"Bo Lind","emails":[{"email":"bo@beta.example"}]}]}`)["id"].(string)
	body := func(members string) string {
		return `{"lead_id":"` + lead + `","subject":"Re: Hello","body_text":"Hi\nBo","to":["bo@beta.example"],"sender":"Ada Rowe <ada@lighthouse.example>",` + members + `}`
	}
	draft := get[object](t, s, "POST", "/activity/email/", body(`"status":"draft"`))
	check(t, "draft", draft, object{
		"direction": "outgoing", "status": "draft", "date_sent": nil, "body_html": "Hi<br />Bo", "body_preview": "Hi Bo", "has_reply": false, "cc": []any{},
		"references": []any{}, "opens_summary": nil,
	})
	envelope := draft["envelope"].(object)
	check(t, "envelope", envelope, object{
		"from": []any{object{"email": "ada@lighthouse.example", "name": "Ada Rowe"}}, "to": []any{object{"email": "bo@beta.example", "name": "Bo Lind"}},
		"is_autoreply": false, "date": nil,
	})
	path := "/activity/email/" + draft["id"].(string) + "/"
	check(t, "edited", get[object](t, s, "PUT", path, `{"body_html":"<div>New &amp; improved</div>"}`), object{"body_text": "New & improved", "status": "draft"})
	check(t, "scheduled", get[object](t, s, "PUT", path, `{"status":"scheduled","date_scheduled":"2026-03-19T08:00:00Z"}`), object{
		"status": "scheduled", "date_scheduled": "2026-03-19T08:00:00.000000+00:00", "date_sent": nil,
	})
	refused := func(path, body string) {
		t.Helper()
		if resp, answer := ask(t, s, "PUT", path, body); resp.StatusCode != http.StatusBadRequest || !strings.Contains(answer, "Only drafts can be edited.") {
			t.Errorf("PUT %s = %d %s, want a refusal", body, resp.StatusCode, answer)
		}
	}
	refused(path, `{"subject":"x"}`)
	check(t, "cancelled", get[object](t, s, "PUT", path, `{"status":"draft","subject":"Later"}`), object{"status": "draft", "date_scheduled": nil, "subject": "Later"})
	check(t, "in the outbox", get[object](t, s, "PUT", path, `{"status":"outbox","send_in":30}`), object{"status": "outbox", "date_sent": nil})
	s.SetTime(wednesday.Add(20 * time.Second))
	get[object](t, s, "PUT", path, `{"status":"draft"}`)
	get[object](t, s, "PUT", path, `{"status":"outbox","send_in":30}`)
	s.SetTime(wednesday.Add(time.Minute))
	check(t, "sent", get[object](t, s, "GET", path, ""), object{
		"status": "sent", "date_sent": "2026-03-18T10:00:50.000000+00:00", "activity_at": "2026-03-18T10:00:50.000000+00:00",
	})
	refused(path, `{"status":"draft"}`)
	refused("/activity/email/"+s.IDs("email")[0]+"/", `{"subject":"x"}`)

	sent := get[object](t, s, "POST", "/activity/email/", `{"lead_id":"`+lead+`","status":"sent","user_id":"`+s.IDs("user")[3]+`","to":["bo@beta.example"],"date_created":"2026-03-01T10:00:00Z"}`)
	check(t, "logged", sent, object{"sender": "diego@lighthouse.example", "date_sent": "2026-03-01T10:00:00.000000+00:00", "direction": "outgoing"})
	with := get[object](t, s, "POST", "/activity/email/", body(`"status":"sent","opens":[{"opened_at":"2026-03-02T08:00:00Z"}],"attachments":[{"url":"https://app.close.com/go/file/temporary/u/k/a.pdf/","filename":"a.pdf","size":12,"content_type":"application/pdf","inline_only":false}]`))
	check(t, "opened", with, object{"opens_summary": "Opened once"})
	if file := with["attachments"].([]any)[0].(object); file["size"] != 12.0 || file["inline_only"] != false || !strings.Contains(file["url"].(string), "/persisted/") {
		t.Errorf("attached %v", file)
	}
}

func TestEmailThreads(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)["id"].(string)
	write := func(members string) object {
		return get[object](t, s, "POST", "/activity/email/", `{"lead_id":"`+lead+`",`+members+`}`)
	}
	first := write(`"status":"sent","subject":"Offer","body_text":"Please find it below","to":["Bo <bo@beta.example>"],"activity_at":"2026-03-10T09:00:00Z"`)
	answer := write(`"status":"inbox","subject":"RE: Fwd: offer","sender":"bo@beta.example","to":["maren@lighthouse.example"],"activity_at":"2026-03-11T09:00:00Z","in_reply_to_id":"` + first["id"].(string) + `"`)
	other := write(`"status":"sent","subject":"Something else","to":["bo@beta.example"]`)
	again := write(`"status":"sent","subject":"Re: Offer","to":["bo@beta.example"],"activity_at":"2026-03-12T09:00:00Z"`)
	if first["thread_id"] != answer["thread_id"] || first["thread_id"] != again["thread_id"] || first["thread_id"] == other["thread_id"] {
		t.Fatalf("threads: %v %v %v %v", first["thread_id"], answer["thread_id"], again["thread_id"], other["thread_id"])
	}
	path := "/activity/emailthread/" + first["thread_id"].(string) + "/"
	thread := get[object](t, s, "GET", path, "")
	check(t, "thread", thread, object{
		"n_emails": 3.0, "latest_normalized_subject": "Offer", "activity_at": "2026-03-12T09:00:00.000000+00:00",
		"importance": object{"type": "important", "reason": "by-default"}, "comment_summary": nil,
		"participants": []any{
			object{"email": "maren@lighthouse.example", "name": "Maren Okafor"}, object{"email": "bo@beta.example", "name": nil},
		},
	})
	newest := thread["emails"].([]any)[0].(object)
	if _, text := newest["body_text"]; newest["id"] != again["id"] || text || newest["ai_draft"] != nil {
		t.Errorf("the newest e-mail of the thread is %v", newest)
	}
	if latest := thread["latest_emails"].([]any)[2].(object); latest["body_preview"] != "Please find it below" || latest["has_attachments"] != false {
		t.Errorf("the oldest preview is %v", latest)
	}
	first = get[object](t, s, "GET", "/activity/email/"+first["id"].(string)+"/", "")
	check(t, "answered", first, object{"has_reply": true})
	if refs := answer["references"].([]any); len(refs) != 1 || refs[0] != first["message_ids"].([]any)[0] {
		t.Errorf("the answer refers to %v", refs)
	}
	get[object](t, s, "DELETE", "/activity/email/"+other["id"].(string)+"/", "")
	if resp, _ := ask(t, s, "GET", "/activity/emailthread/"+other["thread_id"].(string)+"/", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a thread without e-mails = %d, want 404", resp.StatusCode)
	}
	get[object](t, s, "DELETE", path, "")
	for _, id := range []any{first["id"], answer["id"], again["id"]} {
		if resp, _ := ask(t, s, "GET", "/activity/email/"+id.(string)+"/", ""); resp.StatusCode != http.StatusNotFound {
			t.Errorf("an e-mail of a deleted thread = %d, want 404", resp.StatusCode)
		}
	}
}

func TestFollowUps(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)["id"].(string)
	email := get[object](t, s, "POST", "/activity/email/", `{"lead_id":"`+lead+`","status":"draft","subject":"Hello","followup_date":"2026-03-25T09:00:00Z"}`)
	tasks := get[page](t, s, "GET", "/task/?_type=email_followup&lead_id="+lead, "").Data
	if len(tasks) != 1 {
		t.Fatalf("%d tasks to follow up, want 1", len(tasks))
	}
	check(t, "task", tasks[0], object{
		"date": "2026-03-25T09:00:00.000000+00:00", "object_type": "emailthread", "object_id": email["thread_id"], "email_id": email["id"], "subject": "Hello",
		"assigned_to_name": "Maren Okafor",
	})
}

func TestTextMessages(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[4]
	inbox := `{"lead_id":"` + lead + `","status":"inbox","text":"Can you call?","remote_phone":"+16505550111","local_phone":"+14155550100"}`
	before := len(get[page](t, s, "GET", "/task/?_limit=1000&_type=incoming_sms&lead_id="+lead, "").Data)
	get[object](t, s, "POST", "/activity/sms/", inbox)
	sms := get[object](t, s, "POST", "/activity/sms/?send_to_inbox=true", inbox)
	check(t, "received", sms, object{"direction": "inbound", "source": "External", "status": "inbox", "date_sent": "2026-03-18T10:00:00.000000+00:00"})
	tasks := get[page](t, s, "GET", "/task/?_type=incoming_sms&lead_id="+lead, "").Data
	if len(tasks) != before+1 {
		t.Fatalf("%d notifications, want %d", len(tasks), before+1)
	}
	check(t, "notification", tasks[0], object{
		"object_id": sms["id"], "text": "Can you call?", "remote_phone": "+16505550111", "view": "inbox", "is_complete": false, "assigned_to_name": "Maren Okafor",
	})
	draft := get[object](t, s, "POST", "/activity/sms/", `{"lead_id":"`+lead+`","status":"draft","text":"See you"}`)
	check(t, "draft", draft, object{"direction": "outbound", "source": "Close.io"})
	path := "/activity/sms/" + draft["id"].(string) + "/"
	if resp, _ := ask(t, s, "PUT", path, `{"status":"outbox"}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("sent without numbers = %d, want 400", resp.StatusCode)
	}
	get[object](t, s, "PUT", path, `{"status":"outbox","local_phone":"+14155550100","remote_phone":"+16505550111"}`)
	s.SetTime(wednesday.Add(time.Second))
	check(t, "sent", get[object](t, s, "GET", path, ""), object{"status": "sent", "date_sent": "2026-03-18T10:00:00.000000+00:00"})
	if resp, _ := ask(t, s, "PUT", path, `{"text":"x"}`); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("changing a sent message = %d, want 400", resp.StatusCode)
	}
	mms := get[object](t, s, "POST", "/activity/sms/", `{"lead_id":"`+lead+`","status":"sent","attachments":[{"url":"https://app.close.com/go/file/temporary/u/k/a.png/","filename":"a.png","content_type":"image/png"}]}`)
	if file := mms["attachments"].([]any)[0].(object); !strings.HasPrefix(file["media_id"].(string), "media_") || file["thumbnail_url"] == nil {
		t.Errorf("attached %v", file)
	}
	if resp, _ := ask(t, s, "POST", "/activity/sms/?send_to_inbox=maybe", inbox); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("send_to_inbox=maybe = %d, want 400", resp.StatusCode)
	}
}
