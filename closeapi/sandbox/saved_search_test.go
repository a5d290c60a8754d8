package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestSmartViews(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	kinds := func(path string) string {
		list := texts(get[page](t, s, "GET", path, "").column("type"))
		slices.Sort(list)
		return strings.Join(slices.Compact(list), ",")
	}
	for path, want := range map[string]string{
		"/saved_search/": "lead", "/saved_search/?type=contact": "contact",
		"/saved_search/?type__in=contact,opportunity": "contact,opportunity", "/saved_search/?type__in=contact&type__in=lead": "contact,lead",
		"/saved_search/?type=call": "",
	} {
		if got := kinds(path); got != want {
			t.Errorf("%s has %q, want %q", path, got, want)
		}
	}
	query := func(kind string) string {
		return `{"type":"and","queries":[{"type":"object_type","object_type":"` + kind + `"},{"type":"match_all"}]}`
	}
	made := get[object](t, s, "POST", "/saved_search/", `{"name":"All calls","type":"call","s_query":{"query":`+query("activity.call")+`}}`)
	if made["user_id"] != s.IDs("user")[0] || made["description"] != "" || made["is_shared"] != false || made["query"] != nil || made["used_recently"] != true ||
		made["s_query"].(object)["results_limit"] != nil || len(made["s_query"].(object)["sort"].([]any)) != 0 {
		t.Errorf("made %v", made)
	}
	path := "/saved_search/" + made["id"].(string) + "/"
	if o := get[object](t, s, "PUT", path, `{"name":"Calls","is_shared":true}`); o["name"] != "Calls" || o["sharing_settings"].(object)["whole_org"] != true {
		t.Errorf("changed to %v", o)
	}
	if o := get[page](t, s, "GET", "/saved_search/?type=call", "").Data[0]; o["name"] != "Calls" || o["used_recently"] != nil {
		t.Errorf("in the list it is %v", o)
	}
	found := get[page](t, s, "POST", "/data/search/", `{"query":{"type":"and","queries":[{"type":"object_type","object_type":"activity.call"},{"type":"saved_search","saved_search_id":"`+made["id"].(string)+`"}]},"include_counts":true,"results_limit":0}`)
	if found.Count["total"] != float64(len(s.IDs("call"))) {
		t.Errorf("as a search it finds %v, want %d", found.Count, len(s.IDs("call")))
	}
	refused := []struct{ name, method, path, body, want string }{
		{"no name", "POST", "/saved_search/", `{"s_query":{"query":` + query("lead") + `}}`, `"name":"This field is required."`},
		{"no query", "POST", "/saved_search/", `{"name":"x","s_query":{}}`, `"query":"Field required"`},
		{"of another type", "POST", "/saved_search/", `{"name":"x","s_query":{"query":` + query("contact") + `}}`, "must contain the object type lead"},
		{"of no type", "POST", "/saved_search/", `{"name":"x","s_query":{"query":{"type":"match_all"}}}`, "must contain the object type lead"},
		{"bad query", "POST", "/saved_search/", `{"name":"x","s_query":{"query":{"type":"near"}}}`, "near"},
		{"bad sort", "POST", "/saved_search/", `{"name":"x","s_query":{"query":` + query("lead") + `,"sort":[{}]}}`, `"sort"`},
		{"bad type", "POST", "/saved_search/", `{"name":"x","type":"unicorn","s_query":{"query":` + query("lead") + `}}`, "Not a valid choice."},
		{"another type later", "PUT", path, `{"type":"lead"}`, "must contain the object type lead"},
		{"itself", "PUT", path, `{"s_query":{"query":{"type":"and","queries":[{"type":"object_type","object_type":"activity.call"},{"type":"saved_search","saved_search_id":"save_gone"}]}}}`, "Object does not exist."},
	}
	for _, test := range refused {
		if resp, body := ask(t, s, test.method, test.path, test.body); resp.StatusCode != 400 || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s, want 400 with %s", test.name, resp.StatusCode, body, test.want)
		}
	}
	get[object](t, s, "DELETE", path, "")
	if resp, _ := ask(t, s, "GET", path, ""); resp.StatusCode != 404 {
		t.Errorf("after DELETE = %d", resp.StatusCode)
	}
	for _, o := range get[page](t, s, "GET", "/saved_search/?type__in=lead,contact,opportunity", "").Data {
		body := `{"query":{"type":"saved_search","saved_search_id":"` + o["id"].(string) + `"},"include_counts":true,"results_limit":0}`
		if p := get[page](t, s, "POST", "/data/search/", body); p.Count["total"] == 0.0 {
			t.Errorf("the demo Smart View %v finds nothing", o["name"])
		}
	}
}
