package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestGroupedOpportunities(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	plain := get[object](t, s, "GET", "/opportunity/?_limit=250", "")
	for _, by := range []string{"user_id", "-user_id", "date_won__week", "date_won__month", "date_won__quarter", "-date_won__year"} {
		list := get[object](t, s, "GET", "/opportunity/?_limit=250&_fields=id,user_name,date_won&_group_by="+by, "")
		if list["total_value_annualized"] != plain["total_value_annualized"] || list["has_more"] != false {
			t.Errorf("%s: the totals of all are %v, want %v", by, list["total_value_annualized"], plain["total_value_annualized"])
		}
		objects, total := 0, 0.0
		var keys []string
		for _, item := range list["data"].([]any) {
			g := item.(object)
			objects += len(g["objects"].([]any))
			total += g["total_value_annualized"].(float64)
			if g["total_results"] != float64(len(g["objects"].([]any))) || g["total_value_one_time_formatted"] == nil {
				t.Errorf("%s: group %v", by, g["key"])
			}
			keys = append(keys, g["key"].(string))
			for _, o := range g["objects"].([]any) {
				if strings.HasSuffix(by, "user_id") && o.(object)["user_name"] != g["user_name"] {
					t.Errorf("%s: %v in the group of %v", by, o, g["user_name"])
				}
				if strings.HasSuffix(by, "year") && g["year"] != nil && !strings.HasPrefix(o.(object)["date_won"].(string), g["key"].(string)) {
					t.Errorf("%s: %v in the group of %v", by, o, g["year"])
				}
			}
		}
		if float64(objects) != plain["total_results"] || total != plain["total_value_annualized"] || len(keys) < 2 {
			t.Errorf("%s: groups %v have %d objects worth %v", by, keys, objects, total)
		}
		if by == "date_won__quarter" && !slices.IsSorted(keys[:len(keys)-1]) {
			t.Errorf("%s: groups come as %v", by, keys)
		}
	}
	seen := map[any]int{} // pages count objects: a group may go on on the next page
	for _, skip := range []string{"0", "30", "60"} {
		for _, item := range get[object](t, s, "GET", "/opportunity/?_group_by=user_id&_fields=id&_limit=30&_skip="+skip, "")["data"].([]any) {
			for _, o := range item.(object)["objects"].([]any) {
				seen[o.(object)["id"]]++
			}
		}
	}
	if float64(len(seen)) != plain["total_results"] {
		t.Errorf("three pages have %d objects, want %v", len(seen), plain["total_results"])
	}
}

func TestOpportunityRules(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	status := map[string]string{}
	for _, o := range get[page](t, s, "GET", "/status/opportunity/", "").Data {
		status[o["label"].(string)] = o["id"].(string)
	}
	made := get[object](t, s, "POST", "/opportunity/", `{"lead_id":"`+lead+`","pipeline_id":"`+s.IDs("pipeline")[1]+`"}`)
	if made["status_label"] != "Offered" {
		t.Errorf("the first status of the pipeline is %v", made["status_label"])
	}
	path := "/opportunity/" + made["id"].(string) + "/"
	if o := get[object](t, s, "PUT", path, `{"status_id":"`+status["Declined"]+`"}`); o["date_lost"] != "2026-03-18T10:00:00.000000+00:00" || o["date_won"] != nil {
		t.Errorf("lost: %v, %v", o["date_lost"], o["date_won"])
	}
	if o := get[object](t, s, "PUT", path, `{"status_id":"`+status["Won"]+`"}`, "X-Tz-Offset", "-11"); o["date_won"] != "2026-03-17" {
		t.Errorf("won: %v, want the caller's day", o["date_won"])
	}
	if o := get[object](t, s, "PUT", path, `{"status_id":"`+status["Demo"]+`"}`); o["date_won"] != "2026-03-17" {
		t.Errorf("open again: date_won %v, want it left alone", o["date_won"])
	}
	notes := []struct{ name, body, note, html string }{
		{"markdown", `{"note_html":"<body><h2>Plan</h2><ul><li>one</li><li><strong>two</strong></li></ul><p>See <a href=\"https://x.example\">it</a></p></body>"}`,
			"## Plan\n- one\n- **two**\nSee [it](https://x.example)", "<body><h2>Plan"},
		{"rich wins", `{"note":"plain","note_html":"<body>rich</body>"}`, "rich", "<body>rich</body>"},
		{"plain", `{"note":"a & b"}`, "a & b", "<body>a &amp; b</body>"},
	}
	for _, test := range notes {
		o := get[object](t, s, "PUT", path, test.body)
		if html, _ := o["note_html"].(string); o["note"] != test.note || !strings.HasPrefix(html, test.html) {
			t.Errorf("%s: note %q, note_html %q", test.name, o["note"], o["note_html"])
		}
	}
	if o := get[object](t, s, "PUT", path, `{"note_html":null}`); o["note"] != nil || o["note_html"] != nil {
		t.Errorf("cleared: %v, %v", o["note"], o["note_html"])
	}
	refused := []struct{ name, body, want string }{
		{"no body element", `{"note_html":"<p>x</p>"}`, "must begin with <body>"},
		{"script", `{"note_html":"<body><script>x</script></body>"}`, "<script> is not allowed"},
		{"handler", `{"note_html":"<body><p onclick=\"x\">y</p></body>"}`, "is not allowed on <p>"},
		{"broken", `{"note_html":"<body><p>x</body>"}`, "not well-formed"},
		{"two bodies", `{"note_html":"<body>a</body><body>b</body>"}`, "<body> is not allowed"},
		{"confidence", `{"confidence":101}`, "less than or equal to 100"},
		{"value", `{"value":"many"}`, "Value must be of int type."},
		{"period", `{"value_period":"weekly"}`, "Not a valid choice."},
		{"both statuses", `{"status":"Won","status_id":"` + status["Won"] + `"}`, "not both"},
	}
	for _, test := range refused {
		if resp, body := ask(t, s, "PUT", path, test.body); resp.StatusCode != 400 || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s, want 400 with %s", test.name, resp.StatusCode, body, test.want)
		}
	}
	if resp, body := ask(t, s, "POST", "/opportunity/", `{"pipeline_id":"`+s.IDs("pipeline")[1]+`","status_id":"`+status["Won"]+`"}`); resp.StatusCode != 400 {
		t.Errorf("a status of another pipeline = %d %s", resp.StatusCode, body)
	}
}

func TestOpportunitiesOfSavedSearch(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	view := ""
	for _, o := range get[page](t, s, "GET", "/saved_search/", "").Data {
		if o["name"] == "Customers" {
			view = o["id"].(string)
		}
	}
	list := get[page](t, s, "GET", "/opportunity/?_limit=250&_fields=lead_id&lead_saved_search_id="+view, "")
	if len(list.Data) == 0 || len(list.Data) == len(s.IDs("opportunity")) {
		t.Fatalf("%d opportunities of customers", len(list.Data))
	}
	for _, id := range list.column("lead_id") {
		if lead := get[object](t, s, "GET", "/lead/"+id.(string)+"/?_fields=status_label", ""); lead["status_label"] != "Customer" {
			t.Errorf("found one of a %v", lead["status_label"])
		}
	}
	if resp, body := ask(t, s, "GET", "/opportunity/?lead_saved_search_id=save_gone", ""); resp.StatusCode != 400 {
		t.Errorf("an unknown Smart View = %d %s", resp.StatusCode, body)
	}
}
