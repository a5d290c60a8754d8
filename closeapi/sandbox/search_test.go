package sandbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// idsQuery is the search for leads by their ids.
func idsQuery(ids []string) string {
	var queries []string
	for _, id := range ids {
		queries = append(queries, `{"type":"id","value":"`+id+`"}`)
	}
	return `{"type":"and","queries":[{"type":"object_type","object_type":"lead"},{"type":"or","queries":[` + strings.Join(queries, ",") + `]}]}`
}

func TestSearchByID(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	wanted := append([]string{"lead_gone"}, s.IDs("lead")[5:9]...)
	p := get[page](t, s, "POST", "/data/search/", `{"query":`+idsQuery(wanted)+`,"_fields":{"lead":["id","display_name"]},"_limit":200}`)
	if len(p.Data) != 4 || p.Cursor != nil {
		t.Fatalf("found %v with cursor %v, want four", p.Data, p.Cursor)
	}
	for _, o := range p.Data {
		if o["__object_type"] != "lead" || !slices.Contains(wanted, o["id"].(string)) || o["display_name"] == nil || len(o) != 3 {
			t.Errorf("found %v", o)
		}
	}
	if p := get[page](t, s, "POST", "/data/search/", `{"query":`+idsQuery(wanted)+`}`); len(p.Data[0]) != 2 || p.Data[0]["id"] == nil {
		t.Errorf("without _fields there is %v, want type and id", p.Data[0])
	}
}

func TestSearchConditions(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, user := s.IDs("lead")[2], s.IDs("user")[0]
	condition := func(kind, name, condition string) string {
		return `{"type":"and","queries":[{"type":"object_type","object_type":"` + kind + `"},{"type":"field_condition","field":{"type":"regular_field","object_type":"` + kind + `","field_name":"` + name + `"},"condition":` + condition + `}]}`
	}
	tests := []struct {
		name, query string
		holds       func(o object) bool
	}{
		{"contacts of a lead", condition("contact", "lead_id", `{"type":"reference","reference_type":"lead","object_ids":["`+lead+`"]}`), func(o object) bool { return o["lead_id"] == lead }},
		{"mine", condition("opportunity", "user_id", `{"type":"reference","reference_type":"user","object_ids":["CURRENT_USER"]}`), func(o object) bool { return o["user_id"] == user }},
		{"current user", condition("opportunity", "user_id", `{"type":"current_user"}`), func(o object) bool { return o["user_id"] == user }},
		{"term", condition("opportunity", "value_period", `{"type":"term","values":["monthly","annual"]}`), func(o object) bool { return o["value_period"] != "one_time" }},
		{"exists", condition("opportunity", "contact_id", `{"type":"exists"}`), func(o object) bool { return o["contact_id"] != nil }},
		{"boolean", condition("opportunity", "is_stalled", `{"type":"boolean","value":false}`), func(o object) bool { return o["is_stalled"] == false }},
		{"text", condition("opportunity", "note", `{"type":"text","mode":"full_words","value":"pilot sites."}`), func(o object) bool {
			return strings.HasPrefix(o["note"].(string), "Pilot")
		}},
		{"number", condition("opportunity", "confidence", `{"type":"number_range","gte":50,"lt":100}`), func(o object) bool {
			return o["confidence"].(float64) >= 50 && o["confidence"].(float64) < 100
		}},
		{"moment", condition("opportunity", "date_created", `{"type":"moment_range","on_or_after":{"type":"fixed_utc","value":"2026-02-01T00:00:00Z"},"before":{"type":"now"}}`), func(o object) bool {
			return o["date_created"].(string) >= "2026-02-01"
		}},
		{"negated", `{"type":"and","queries":[{"type":"object_type","object_type":"contact"},{"type":"id","value":"` + s.IDs("contact")[0] + `","negate":true}]}`, func(o object) bool {
			return o["id"] != s.IDs("contact")[0]
		}},
	}
	for _, test := range tests {
		body := `{"query":` + test.query + `,"_limit":200,"_fields":{"contact":["id","lead_id"],"opportunity":["id","user_id","contact_id","value_period","is_stalled","note","confidence","date_created"]}}`
		p := get[page](t, s, "POST", "/data/search/", body)
		if len(p.Data) == 0 {
			t.Errorf("%s: nothing found", test.name)
		}
		for _, o := range p.Data {
			if !test.holds(o) {
				t.Errorf("%s: found %v", test.name, o)
			}
		}
	}
}

func TestSearchWalk(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	body := func(cursor, more string) string {
		if cursor != "" {
			cursor = `,"cursor":"` + cursor + `"`
		}
		return `{"query":{"type":"object_type","object_type":"contact"},"_limit":25,"_fields":{"contact":["id","date_created"]},"sort":[{"direction":"asc","field":{"type":"regular_field","object_type":"contact","field_name":"date_created"}}]` + cursor + more + `}`
	}
	var created []string
	cursor := ""
	for {
		p := get[page](t, s, "POST", "/data/search/", body(cursor, ""))
		for _, date := range p.column("date_created") {
			created = append(created, date.(string))
		}
		if p.Cursor == nil {
			break
		}
		cursor = *p.Cursor
	}
	if len(created) != len(s.IDs("contact")) || !slices.IsSorted(created) {
		t.Errorf("walked %d contacts, sorted %v, want %d", len(created), slices.IsSorted(created), len(s.IDs("contact")))
	}
	p := get[page](t, s, "POST", "/data/search/", body("", `,"results_limit":30,"include_counts":true`))
	if p.Count["limited"] != 30.0 || p.Count["total"] != float64(len(s.IDs("contact"))) {
		t.Errorf("count = %v", p.Count)
	}
	p = get[page](t, s, "POST", "/data/search/", body("", `,"results_limit":0,"include_counts":true`))
	if len(p.Data) != 0 || p.Count["limited"] != 0.0 {
		t.Errorf("counting alone gives %d rows and %v", len(p.Data), p.Count)
	}

	cursor = *get[page](t, s, "POST", "/data/search/", body("", "")).Cursor
	if resp, answer := ask(t, s, "POST", "/data/search/", `{"query":{"type":"match_all"},"cursor":"`+cursor+`"}`); resp.StatusCode != 400 {
		t.Errorf("a cursor with another query = %d %s, want 400", resp.StatusCode, answer)
	}
	s.SetTime(wednesday.Add(30 * time.Second))
	get[page](t, s, "POST", "/data/search/", body(cursor, ""))
	s.SetTime(wednesday.Add(31 * time.Second))
	if resp, answer := ask(t, s, "POST", "/data/search/", body(cursor, "")); resp.StatusCode != 400 || answer != `{"field-errors":{"cursor":"Expired cursor"}}` {
		t.Errorf("an old cursor = %d %s", resp.StatusCode, answer)
	}
}

func TestSearchRefusals(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	tests := []struct{ name, body, want string }{
		{"no query", `{"_limit":1}`, `{"errors":[],"field-errors":{"query":"Field required"}}`},
		{"limit", `{"query":{"type":"match_all"},"_limit":201}`, `{"errors":[],"field-errors":{"_limit":"Input should be less than or equal to 200"}}`},
		{"query type", `{"query":{"type":"near"}}`, `{"errors":[],"field-errors":{"query":{"errors":[],"field-errors":{"type":"sandbox: query type \"near\" is not supported here"}}}}`},
		{"deep inside", `{"query":{"type":"and","queries":[{"type":"id"}]}}`, `{"errors":[],"field-errors":{"query":{"errors":[],"field-errors":{"queries":{"errors":[],"field-errors":{"value":"Input should be a valid string"}}}}}}`},
		{"object type", `{"query":{"type":"object_type","object_type":"unicorn"}}`, `{"errors":[],"field-errors":{"query":{"errors":[],"field-errors":{"object_type":"sandbox: object type \"unicorn\" is not supported here"}}}}`},
		{"unknown member", `{"query":{"type":"match_all","x":1}}`, `{"errors":[],"field-errors":{"query":{"errors":[],"field-errors":{"x":"Extra inputs are not permitted"}}}}`},
		{"cursor", `{"query":{"type":"match_all"},"cursor":"x"}`, `{"field-errors":{"cursor":"Invalid cursor"}}`},
		{"depth", `{"query":` + strings.Repeat(`{"type":"and","queries":[`, 50) + strings.Repeat(`]}`, 50) + `}`, "Query is too complex."},
	}
	for _, test := range tests {
		if resp, body := ask(t, s, "POST", "/data/search/", test.body); resp.StatusCode != 400 || body != test.want && !(test.name == "depth" && strings.Contains(body, test.want)) {
			t.Errorf("%s: %d %s, want 400 %s", test.name, resp.StatusCode, body, test.want)
		}
	}
}
