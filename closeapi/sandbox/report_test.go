package sandbox_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestActivityReport(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	list := get[object](t, s, "GET", "/report/activity/metrics/", "")["metrics"].([]any)
	var keys []string
	for _, m := range list {
		keys = append(keys, `"`+m.(object)["key"].(string)+`"`)
	}
	if len(keys) < 50 {
		t.Errorf("%d metrics", len(keys))
	}
	all := strings.Join(keys, ",")
	for _, kind := range []string{"overview", "comparison"} {
		for _, when := range []string{`"relative_range":"this-month"`, `"relative_range":"all-time"`, `"datetime_range":{"start":"2026-01-01","end":"2026-03-01"}`} {
			report := get[object](t, s, "POST", "/report/activity/", `{"type":"`+kind+`","metrics":[`+all+`],`+when+`}`)
			totals := report["aggregations"].(object)["totals"].(object)
			for _, metric := range []string{"calls.all.all.count", "calls.inbound.all.sum_duration", "leads.created.all.count", "opportunities.won.all.sum_annualized_value", "emails.sent.all.count"} {
				sum := 0.0
				for _, row := range report["data"].([]any) {
					sum += row.(object)[metric].(float64)
				}
				if sum != totals[metric] {
					t.Errorf("%s, %s: rows of %s add up to %v, want %v", kind, when, metric, sum, totals[metric])
				}
			}
			first := report["data"].([]any)[0].(object)
			if (first["datetime"] != nil) != (kind == "overview") || (first["user_id"] != nil) != (kind == "comparison") {
				t.Errorf("%s: a row is %v", kind, first)
			}
			if strings.Contains(when, "all-time") && totals["calls.all.all.count"] != float64(len(s.IDs("call"))) {
				t.Errorf("%v calls of all time, want %d", totals["calls.all.all.count"], len(s.IDs("call")))
			}
		}
	}
	resp, text := ask(t, s, "POST", "/report/activity/", `{"type":"comparison","metrics":["calls.all.all.count"],"relative_range":"this-year","users":["`+s.IDs("user")[1]+`"]}`, "Accept", "text/csv")
	if lines := strings.Split(strings.TrimSpace(text), "\n"); len(lines) != 2 || lines[0] != "user_id,calls.all.all.count" || !strings.HasPrefix(lines[1], s.IDs("user")[1]) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("as CSV: %q of %s", text, resp.Header.Get("Content-Type"))
	}
	for name, body := range map[string]string{
		"type": `{"metrics":["calls.all.all.count"],"relative_range":"today"}`, "metrics": `{"type":"overview","metrics":["x"],"relative_range":"today"}`,
		"datetime_range": `{"type":"overview","metrics":["calls.all.all.count"]}`, "relative_range": `{"type":"overview","metrics":["calls.all.all.count"],"relative_range":"tomorrow"}`,
		"users": `{"type":"overview","metrics":["calls.all.all.count"],"relative_range":"today","users":["user_gone"]}`,
		"query": `{"type":"overview","metrics":["calls.all.all.count"],"relative_range":"today","query":{"type":"saved_search","saved_search_id":"save_gone"}}`,
	} {
		if resp, answer := ask(t, s, "POST", "/report/activity/", body); resp.StatusCode != 400 || !strings.Contains(answer, `"field-errors":{"`+name+`"`) {
			t.Errorf("%s = %d %s, want a refusal of %s", body, resp.StatusCode, answer, name)
		}
	}
}

func TestFunnelReports(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	pipeline := s.IDs("pipeline")[0]
	cohort := `{"pipeline":"` + pipeline + `","type":"created-cohort","report_relative_range":"all-time","cohort_relative_range":"all-time"}`
	inPipeline := 0
	for _, id := range get[page](t, s, "GET", "/opportunity/?_limit=250&_fields=pipeline_id", "").column("pipeline_id") {
		if id == pipeline {
			inPipeline++
		}
	}
	stages := get[object](t, s, "POST", "/report/funnel/opportunity/stages/", cohort)
	before := float64(inPipeline)
	for i, item := range stages["aggregations"].(object)["stages"].([]any) {
		stage := item.(object)
		if i == 0 && stage["count"] != before {
			t.Errorf("the first stage has %v, want all %d", stage["count"], inPipeline)
		}
		if stage["count"].(float64) > before {
			t.Errorf("stage %v has %v after %v", stage["status"], stage["count"], before)
		}
		before = stage["count"].(float64)
		if rate, ok := stage["count_conversion_rate"].(float64); ok && (rate < 0 || rate > 1) {
			t.Errorf("stage %v converts %v", stage["status"], rate)
		}
	}
	totals := get[object](t, s, "POST", "/report/funnel/opportunity/totals/", cohort)
	sum := totals["aggregations"].(object)
	count := 0.0
	for _, row := range totals["data"].([]any) {
		count += row.(object)["count"].(float64)
	}
	if sum["count"] != float64(inPipeline) || count != sum["count"] || sum["count_total_won"].(float64) < 1 || sum["count_win_rate"] != sum["count_total_won"].(float64)/sum["count_total_complete"].(float64) {
		t.Errorf("totals %v, rows add up to %v", sum, count)
	}
	active := get[object](t, s, "POST", "/report/funnel/opportunity/totals/", `{"pipeline":"`+pipeline+`","type":"active-stage-cohort","report_relative_range":"this-month","compared_datetime_range":"same-days-last-month"}`)
	if active["aggregations"].(object)["count"].(float64) > float64(inPipeline) {
		t.Errorf("an active cohort of %v", active["aggregations"])
	}
	for name, body := range map[string]string{
		"pipeline": `{"type":"created-cohort","report_relative_range":"all-time","cohort_relative_range":"all-time"}`,
		"type":     `{"pipeline":"` + pipeline + `","report_relative_range":"all-time"}`, "cohort_datetime_range": `{"pipeline":"` + pipeline + `","type":"created-cohort","report_relative_range":"all-time"}`,
		"compared_datetime_range": `{"pipeline":"` + pipeline + `","type":"active-stage-cohort","report_relative_range":"today","compared_datetime_range":"x"}`,
	} {
		if resp, answer := ask(t, s, "POST", "/report/funnel/opportunity/totals/", body); resp.StatusCode != 400 || !strings.Contains(answer, `"`+name+`"`) {
			t.Errorf("%s = %d %s, want a refusal of %s", body, resp.StatusCode, answer, name)
		}
	}
	if _, text := ask(t, s, "POST", "/report/funnel/opportunity/stages/", cohort, "Accept", "text/csv"); !strings.HasPrefix(text, "user_id,status_id,status_label,count,") {
		t.Errorf("as CSV: %.100s", text)
	}
}

func TestStatusReports(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	org := s.IDs("organization")[0]
	customer := s.IDs("lead_status")[2]
	lead := get[object](t, s, "POST", "/lead/", `{"name":"Fresh"}`)["id"].(string)
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"status":"Customer"}`)
	for _, test := range []struct {
		path string
		n    int
	}{{"lead", len(s.IDs("lead"))}, {"opportunity", len(s.IDs("opportunity"))}} {
		report := get[object](t, s, "GET", "/report/statuses/"+test.path+"/"+org+"/?date_start=2026-03-01", "")
		ended := 0.0
		for _, row := range report["status_overview"].([]any) {
			o := row.(object)
			ended += o["ended"].(float64)
			if o["change"] != o["ended"].(float64)-o["started"].(float64) || o["change"] != o["gained"].(float64)-o["lost"].(float64) {
				t.Errorf("%s: %v", test.path, o)
			}
			if _, there := o["_opportunities_page_urls"]; there != (test.path == "opportunity") {
				t.Errorf("%s: %v", test.path, o)
			}
			if o["status_id"] == customer && o["entered"].(float64) < 1 {
				t.Errorf("nobody became a customer: %v", o)
			}
		}
		if ended != float64(test.n) {
			t.Errorf("%s: %v have a status, want %d", test.path, ended, test.n)
		}
		whole := get[object](t, s, "GET", "/report/statuses/"+test.path+"/"+org+"/", "")
		if _, there := whole["status_overview"].([]any)[0].(object)["started"]; there {
			t.Errorf("%s: without dates there is started", test.path)
		}
		if len(whole["status_transitions"].([]any)) == 0 || len(whole["status_transitions_summary"].([]any)) == 0 {
			t.Errorf("%s: no transitions", test.path)
		}
	}
	for path, status := range map[string]int{"orga_x/": 404, org + "/?query=a&smart_view_id=b": 400, org + "/?smart_view_id=save_gone": 400, org + "/?date_start=x": 400} {
		if resp, body := ask(t, s, "GET", "/report/statuses/lead/"+path, ""); resp.StatusCode != status {
			t.Errorf("%s = %d %s, want %d", path, resp.StatusCode, body, status)
		}
	}
}

func TestOtherReports(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	org := s.IDs("organization")[0]
	stats := get[object](t, s, "GET", "/report/sent_emails/"+org+"/", "")["sent_email_stats"].([]any)
	sent := 0
	for skip := 0; ; skip += 100 {
		p := get[page](t, s, "GET", "/activity/email/?_fields=status,direction&_limit=100&_skip="+strconv.Itoa(skip), "")
		for _, o := range p.Data {
			if o["status"] == "sent" && o["direction"] == "outgoing" {
				sent++
			}
		}
		if !p.HasMore {
			break
		}
	}
	if all := stats[0].(object); all["name"] != "All Emails" || all["template_id"] != nil || all["total"] != float64(sent) || sent == 0 {
		t.Errorf("all e-mails: %v, want %d", all, sent)
	}
	fields := get[object](t, s, "GET", "/report/custom/fields/", "")["data"].([]any)
	if len(fields) < 50 {
		t.Errorf("%d fields for custom reports", len(fields))
	}
	total := 0.0
	for _, row := range get[object](t, s, "GET", "/report/custom/"+org+"/?y=opportunity.count&x=opportunity.status_label", "")["data"].([]any) {
		total += row.(object)["y"].(float64)
	}
	if total != float64(len(s.IDs("opportunity"))) {
		t.Errorf("a custom report counts %v opportunities", total)
	}
	months := get[object](t, s, "GET", "/report/custom/"+org+"/?x=lead.date_created&interval=month&group_by=lead.status_label", "")["data"].([]any)
	if len(months) < 3 || months[0].(object)["group"] == nil || !strings.HasSuffix(months[0].(object)["x"].(string), "-01") {
		t.Errorf("leads by month: %v", months)
	}
	for _, query := range []string{"y=lead.name", "y=unicorn.count", "x=contact.name", "interval=fortnight", "transform_y=median"} {
		if resp, body := ask(t, s, "GET", "/report/custom/"+org+"/?"+query, ""); resp.StatusCode != 400 {
			t.Errorf("%s = %d %s", query, resp.StatusCode, body)
		}
	}
	for _, name := range []string{"report_metric", "funnel_stage", "funnel_totals", "sent_email_stat", "status_overview", "status_transition", "custom_field_lead", "custom_object", "custom_object_type", "comment", "comment_thread", "saved_search"} {
		if len(s.Fields(name)) == 0 {
			t.Errorf("Fields(%q) is empty", name)
		}
	}
	for _, name := range []string{"custom_field_lead", "custom_object", "custom_object_type", "comment", "comment_thread", "saved_search"} {
		if len(s.IDs(name)) == 0 {
			t.Errorf("IDs(%q) is empty", name)
		}
	}
}
