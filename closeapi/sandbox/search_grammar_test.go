package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestSearchGrammar asks the same twice: by search, and by looking at every object.
func TestSearchGrammar(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	tags, industry := fieldNamed(t, s, "lead", "Tags"), fieldNamed(t, s, "lead", "Industry")
	discount, since := fieldNamed(t, s, "opportunity", "Discount"), fieldNamed(t, s, "lead", "Customer since")
	lead := get[object](t, s, "GET", "/lead/"+s.IDs("lead")[0]+"/", "")
	contact := lead["contacts"].([]any)[0].(object)
	email := contact["emails"].([]any)[0].(object)["email"].(string)
	regular := func(kind, name, condition string) string {
		return `{"type":"field_condition","field":{"type":"regular_field","object_type":"` + kind + `","field_name":"` + name + `"},"condition":` + condition + `}`
	}
	custom := func(member, condition string) string {
		return `{"type":"field_condition","field":{"type":"custom_field","custom_field_id":"` + strings.TrimPrefix(member, "custom.") + `"},"condition":` + condition + `}`
	}
	related := func(this, other, query string) string {
		return `{"type":"has_related","this_object_type":"` + this + `","related_object_type":"` + other + `","related_query":` + query + `}`
	}
	negated := func(query string) string { return strings.TrimSuffix(query, "}") + `,"negate":true}` }
	text := func(mode, value string) string {
		return `{"type":"text","mode":"` + mode + `","value":"` + value + `"}`
	}
	days := func(start string) string {
		return `{"type":"moment_range","on_or_after":` + start + `,"before":null}`
	}
	has := func(o object, name string, value any) bool {
		list, _ := o[name].([]any)
		return slices.Contains(list, value)
	}
	after := func(name, date string) func(o object) bool {
		return func(o object) bool { v, _ := o[name].(string); return v >= date }
	}
	every := func(object) bool { return true }
	tests := []struct {
		name, kind, query string
		want              func(o object) bool // nil when only some are wanted
	}{
		{"multiple choices", "lead", custom(tags, `{"type":"term","values":["Pilot"]}`), func(o object) bool { return has(o, tags, "Pilot") }},
		{"no choice", "lead", negated(custom(tags, `{"type":"exists"}`)), func(o object) bool { return o[tags] == nil }},
		{"choice as text", "lead", custom(industry, text("exact_value", "Food")), func(o object) bool { return o[industry] == "Food" }},
		{"custom number", "opportunity", custom(discount, `{"type":"number_range","gte":7.5,"lt":15}`), func(o object) bool {
			n, ok := o[discount].(float64)
			return ok && n >= 7.5 && n < 15
		}},
		{"custom date", "lead", custom(since, days(`{"type":"fixed_local_date","value":"2025-01-01","which":"start"}`)), after(since, "2025-01-01")},
		{"or", "lead", `{"type":"or","queries":[` + custom(industry, text("exact_value", "Food")) + `,` + custom(industry, text("exact_value", "Health")) + `]}`,
			func(o object) bool { return o[industry] == "Food" || o[industry] == "Health" }},
		{"exact e-mail", "lead", related("lead", "contact", related("contact", "contact_email", regular("contact_email", "email", text("exact_value", strings.ToUpper(email))))),
			func(o object) bool { return o["id"] == lead["id"] }},
		{"e-mail of a lead", "lead", related("lead", "contact_email", regular("contact_email", "email", text("exact_value", email))), func(o object) bool { return o["id"] == lead["id"] }},
		{"no e-mail", "contact", negated(related("contact", "contact_email", `{"type":"match_all"}`)), func(o object) bool { return len(o["emails"].([]any)) == 0 }},
		{"mobile", "contact", related("contact", "contact_phone", regular("contact_phone", "type", `{"type":"term","values":["mobile"]}`)), func(o object) bool {
			for _, p := range o["phones"].([]any) {
				if p.(object)["type"] == "mobile" {
					return true
				}
			}
			return false
		}},
		{"url", "contact", related("contact", "contact_url", regular("contact_url", "url", `{"type":"exists"}`)), func(o object) bool { return len(o["urls"].([]any)) > 0 }},
		{"address", "lead", related("lead", "address", regular("address", "country", `{"type":"term","values":["SE"]}`)), func(o object) bool {
			return o["addresses"].([]any)[0].(object)["country"] == "SE"
		}},
		{"contacts of a lead", "contact", related("contact", "lead", `{"type":"id","value":"`+lead["id"].(string)+`"}`), func(o object) bool { return o["lead_id"] == lead["id"] }},
		{"with an open deal", "lead", related("lead", "opportunity", regular("opportunity", "status_type", `{"type":"term","values":["active"]}`)), func(o object) bool {
			for _, deal := range o["opportunities"].([]any) {
				if deal.(object)["status_type"] == "active" {
					return true
				}
			}
			return false
		}},
		{"counted", "lead", regular("lead", "num_won_opportunities", `{"type":"number_range","gte":1}`), nil},
		{"addresses", "lead", regular("lead", "addresses_count", `{"type":"number_range","gte":1}`), every},
		{"e-mails of a contact", "contact", regular("contact", "emails_count", `{"type":"number_range","gte":1}`), func(o object) bool { return len(o["emails"].([]any)) > 0 }},
		{"free text", "lead", text("full_words", "cold rooms"), func(o object) bool { return o["display_name"] == "Aldermoor Foods" }},
		{"beginnings", "lead", text("beginning_of_words", "alderm foo"), func(o object) bool { return o["display_name"] == "Aldermoor Foods" }},
		{"phrase", "lead", text("phrase", "rooms cold"), func(object) bool { return false }},
		{"working hours", "lead", regular("lead", "timezone", `{"type":"local_time","on_or_after":"11:00:00","before":"11:01:00"}`), func(o object) bool {
			zone := o["addresses"].([]any)[0].(object)["tz_ids"].([]any)[0].(string)
			return zone == "Europe/Berlin" || zone == "Europe/Paris" || zone == "Europe/Zurich" || zone == "Europe/Madrid" || zone == "Europe/Copenhagen" ||
				zone == "Europe/Rome" || zone == "Europe/Stockholm" || zone == "Europe/Amsterdam" || zone == "Europe/Vienna" || zone == "Europe/Oslo" ||
				zone == "Europe/Brussels" || zone == "Europe/Prague" || zone == "Europe/Warsaw"
		}},
		{"this month", "opportunity", regular("opportunity", "date_created", days(`{"type":"start_end_of_predefined_relative_period","range":"this-month","which":"start"}`)), after("date_created", "2026-03-01")},
		{"ten days back", "opportunity", regular("opportunity", "date_created", days(`{"type":"offset","direction":"past","moment":{"type":"now"},"offset":{"days":10,"hours":0},"which_day_end":"start"}`)), after("date_created", "2026-03-08T00:00:00")},
		{"ten days and an hour back", "opportunity", regular("opportunity", "date_created", days(`{"type":"offset","direction":"past","moment":{"type":"now"},"offset":{"days":10,"hours":1},"which_day_end":null}`)), after("date_created", "2026-03-08T09:00:00")},
		{"as text", "opportunity", regular("opportunity", "date_created", `{"type":"moment_range","gte":"2026-03-01T00:00:00Z","lt":"2027-01-01T00:00:00Z"}`), after("date_created", "2026-03-01")},
		{"custom objects", "custom_object", regular("custom_object", "custom_object_type_id", `{"type":"term","values":["`+s.IDs("custom_object_type")[1]+`"]}`), func(o object) bool { return strings.HasPrefix(o["name"].(string), "Service contract") }},
		{"tasks", "task.lead", regular("task.lead", "is_complete", `{"type":"boolean","value":true}`), func(o object) bool { return o["is_complete"] == true }},
		{"calls", "activity.call", regular("activity.call", "direction", `{"type":"term","values":["inbound"]}`), func(o object) bool { return o["direction"] == "inbound" }},
		{"e-mails", "activity.email", regular("activity.email", "direction", `{"type":"term","values":["outgoing"]}`), func(o object) bool { return o["direction"] == "outgoing" }},
	}
	fields := `"id","display_name","name","lead_id","emails","phones","urls","addresses","opportunities","custom","date_created","is_complete","direction"`
	for _, test := range tests {
		loose := open(sandbox.Options{}) // the types have not all of these members
		search := func(query string) page {
			return get[page](t, loose, "POST", "/data/search/", `{"_limit":200,"include_counts":true,"_fields":{"`+test.kind+`":[`+fields+`]},"query":{"type":"and","queries":[{"type":"object_type","object_type":"`+test.kind+`"},`+query+`]}}`)
		}
		found, all := search(test.query), search(`{"type":"match_all"}`)
		if test.want == nil {
			if n := len(found.Data); n == 0 || n == len(all.Data) {
				t.Errorf("%s: found %d of %d", test.name, n, len(all.Data))
			}
			continue
		}
		n := 0
		for _, o := range all.Data {
			if test.want(o) {
				n++
			}
		}
		for _, o := range found.Data {
			if !test.want(o) || o["__object_type"] != test.kind {
				t.Errorf("%s: found %v", test.name, o)
			}
		}
		if len(found.Data) != n && found.Cursor == nil && all.Cursor == nil || n == 0 && test.name != "phrase" {
			t.Errorf("%s: found %d, want %d", test.name, len(found.Data), n)
		}
	}
}

func TestSearchSorts(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	sites := fieldNamed(t, s, "lead", "Sites")
	sort := func(direction, field string) string {
		return `{"direction":"` + direction + `","field":` + field + `}`
	}
	name := `{"type":"regular_field","object_type":"lead","field_name":"name"}`
	byCustom := `{"type":"custom_field","custom_field_id":"` + strings.TrimPrefix(sites, "custom.") + `"}`
	p := get[page](t, s, "POST", "/data/search/", `{"query":{"type":"object_type","object_type":"lead"},"_fields":{"lead":["name","`+sites+`"]},"sort":[`+sort("desc", byCustom)+`,`+sort("asc", name)+`]}`)
	before := object{sites: 1e9, "name": ""}
	for _, o := range p.Data[len(p.Data)/2:] {
		x, _ := before[sites].(float64)
		y, ok := o[sites].(float64)
		if ok && (y > x || y == x && o["name"].(string) < before["name"].(string)) {
			t.Errorf("%v after %v", o, before)
		}
		before = o
	}
	loose := open(sandbox.Options{})
	for _, bad := range []string{sort("up", name), sort("asc", `{"type":"regular_field","object_type":"lead","field_name":"status_id"}`), sort("asc", `{"type":"regular_field","object_type":"contact","field_name":"name"}`)} {
		if resp, body := ask(t, loose, "POST", "/data/search/", `{"query":{"type":"object_type","object_type":"lead"},"sort":[`+bad+`]}`); resp.StatusCode != 400 || !strings.Contains(body, `"sort"`) {
			t.Errorf("%s: %d %s", bad, resp.StatusCode, body)
		}
	}
}
