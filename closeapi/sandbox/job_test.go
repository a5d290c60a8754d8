package sandbox_test

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

const everyLead = `"s_query":{"type":"object_type","object_type":"lead"}`

func TestBulkEdit(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	status := s.IDs("lead_status")[3]
	leads := float64(len(s.IDs("lead")))
	action := get[object](t, s, "POST", "/bulk_action/edit/", `{`+everyLead+`,"type":"set_lead_status","lead_status_id":"`+status+`"}`)
	check(t, "created", action, object{"status": "created", "n_leads": nil, "n_leads_processed": 0.0, "n_objects": nil, "send_done_email": true, "sort": []any{}})
	path := "/bulk_action/edit/" + action["id"].(string) + "/"
	look := func(after time.Duration, want object) {
		t.Helper()
		s.SetTime(wednesday.Add(after))
		check(t, after.String(), get[object](t, s, "GET", path, ""), want)
	}
	look(1500*time.Millisecond, object{"status": "loading"})
	look(2200*time.Millisecond, object{"status": "processing", "n_leads": leads, "n_leads_processed": 10.0, "n_objects_processed": 10.0})
	check(t, "pausing", get[object](t, s, "PUT", path, `{"status":"paused"}`), object{"status": "paused"})
	look(time.Hour, object{"status": "paused", "n_objects_processed": 10.0})
	check(t, "resuming", get[object](t, s, "PUT", path, `{"status":"resuming"}`), object{"status": "resuming"})
	look(2*time.Hour, object{"status": "done", "n_leads_processed": leads, "n_objects_processed": leads})
	for _, id := range s.IDs("lead") {
		check(t, "lead", get[object](t, s, "GET", "/lead/"+id+"/", ""), object{"status_id": status})
	}
	e := get[events](t, s, "GET", "/event/?object_id="+action["id"].(string)+"&action=completed", "")
	if len(e.Data) != 1 {
		t.Errorf("completed %d times", len(e.Data))
	}
	ofLead := get[events](t, s, "GET", "/event/?_limit=1&object_type=lead&action=updated", "").Data[0]
	check(t, "meta", ofLead["meta"].(object), object{"bulk_action_id": action["id"]})
	check(t, "by itself", ofLead, object{"request_id": nil})
}

func TestBulkKinds(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co","contacts":[{"name":"Bo","emails":[{"email":"bo@new.example"}]},{"name":"Cy","emails":[{"email":"cy@new.example"}]}]}`)["id"].(string)
	onLead := `{"s_query":{"type":"id","value":"` + lead + `"},`
	sequence := s.IDs("sequence")[0]
	begin := func(kind, members string, after time.Duration) object {
		t.Helper()
		action := get[object](t, s, "POST", "/bulk_action/"+kind+"/", onLead+members+`}`)
		s.SetTime(wednesday.Add(after))
		done := get[object](t, s, "GET", "/bulk_action/"+kind+"/"+action["id"].(string)+"/", "")
		check(t, kind, done, object{"status": "done", "n_leads": 1.0, "n_leads_processed": 1.0})
		return done
	}
	mail := begin("email", `"template_id":"`+s.IDs("email_template")[0]+`","contact_preference":"contact","sender":"Ada Rowe <ada@lighthouse.example>"`, time.Hour)
	sent := get[page](t, s, "GET", "/activity/email/?lead_id="+lead, "")
	if len(sent.Data) != 2 || sent.Data[0]["bulk_email_action_id"] != mail["id"] {
		t.Errorf("sent %v", sent.Data)
	}
	begin("sequence_subscription", `"action_type":"subscribe","sequence_id":"`+sequence+`","sender_account_id":"emailacct_1","sender_name":"Ada","sender_email":"ada@lighthouse.example","contact_preference":"lead"`, 2*time.Hour)
	begin("sequence_subscription", `"action_type":"pause"`, 3*time.Hour)
	subs := get[page](t, s, "GET", "/sequence_subscription/?lead_id="+lead, "")
	if len(subs.Data) != 1 {
		t.Fatalf("subscriptions %v", subs.Data)
	}
	check(t, "paused", subs.Data[0], object{"status": "paused", "status_reason": "bulk-action", "contact_email": "bo@new.example"})
	begin("delete", `"bulk_object_type":"lead"`, 4*time.Hour)
	if resp, _ := ask(t, s, "GET", "/lead/"+lead+"/", ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("lead after its deletion: %d", resp.StatusCode)
	}
}

func TestBulkRefusals(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for kind, body := range map[string]string{
		"edit":                  `{` + everyLead + `,"type":"set_lead_status"}`,
		"delete":                `{"bulk_object_type":"lead"}`,
		"email":                 `{` + everyLead + `}`,
		"sequence_subscription": `{` + everyLead + `,"action_type":"subscribe"}`,
	} {
		if resp, answer := ask(t, s, "POST", "/bulk_action/"+kind+"/", body); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", kind, resp.StatusCode, answer)
		}
	}
}

func TestExports(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	now := wednesday
	pass := func(d time.Duration) { now = now.Add(d); s.SetTime(now) }
	file := func(kind, body string) (string, http.Header) {
		t.Helper()
		export := get[object](t, s, "POST", "/export/"+kind+"/", body)
		check(t, "created", export, object{"status": "created", "download_url": nil, "n_docs": nil})
		pass(time.Hour)
		export = get[object](t, s, "GET", "/export/"+export["id"].(string)+"/", "")
		check(t, "done", export, object{"status": "done", "n_docs_processed": export["n_docs"]})
		address := export["download_url"].(string)
		fetch := func() *http.Response {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := s.Transport().RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			return resp
		}
		resp := fetch()
		defer func() { _ = resp.Body.Close() }()
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatalf("%d: %v", resp.StatusCode, err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Minute)
		late := fetch()
		_ = late.Body.Close()
		if late.StatusCode != http.StatusForbidden {
			t.Errorf("the address is good for longer than a minute: %d", late.StatusCode)
		}
		return string(text), resp.Header
	}
	text, header := file("lead", `{"type":"leads","format":"csv","date_format":"iso8601","results_limit":5}`)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 6 || rows[0][1] != "display_name" || header.Get("Content-Type") != "text/csv" {
		t.Errorf("%v: %v", err, rows)
	}
	text, _ = file("opportunity", `{"format":"json","params":{"status_type":"won"},"fields":["id","status_type"]}`)
	var won []object
	if err := json.Unmarshal([]byte(text), &won); err != nil || len(won) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	for _, o := range won {
		check(t, "won", o, object{"status_type": "won"})
	}
}

func TestEnrichField(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, field := s.IDs("lead")[0], strings.TrimPrefix(fieldNamed(t, s, "lead", "Industry"), "custom.")
	body := `"organization_id":"` + s.IDs("organization")[0] + `","object_type":"lead","object_id":"` + lead + `","field_id":"` + field + `"`
	found := get[object](t, s, "POST", "/enrich_field/", `{`+body+`}`)
	check(t, "found", found, object{"object_id": lead, "confidence": "high"})
	get[object](t, s, "POST", "/enrich_field/", `{`+body+`,"set_new_value":true,"overwrite_existing_value":true}`)
	check(t, "set", get[object](t, s, "GET", "/lead/"+lead+"/", ""), object{"custom." + field: found["value"]})
}
