package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestCustomObjects(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, kind := s.IDs("lead")[0], s.IDs("custom_object_type")[0]
	serial, sensors := fieldNamed(t, s, "custom_object_type", "Serial number"), fieldNamed(t, s, "custom_object_type", "Sensors")
	base := `"lead_id":"` + lead + `","custom_object_type_id":"` + kind + `"`
	resp, body := ask(t, s, "POST", "/custom_object/", `{`+base+`,"name":"Attic","`+serial+`":"S1","`+sensors+`":4}`)
	var made object
	if err := json.Unmarshal([]byte(body), &made); err != nil || resp.StatusCode != 201 {
		t.Fatalf("POST = %d %s", resp.StatusCode, body)
	}
	id := made["id"].(string)
	if !strings.HasPrefix(id, "custobj_") || made["lead_id"] != lead || made[sensors] != 4.0 || !strings.HasSuffix(resp.Header.Get("Location"), "/custom_object/"+id+"/") {
		t.Errorf("made %v at %s", made, resp.Header.Get("Location"))
	}
	changed := get[object](t, s, "PUT", "/custom_object/"+id+"/", `{"name":"Cellar","`+sensors+`":null}`)
	if _, set := changed[sensors]; set || changed["name"] != "Cellar" {
		t.Errorf("changed to %v", changed)
	}
	refused := []struct{ name, method, path, body, want string }{
		{"no lead in the list", "GET", "/custom_object/", "", `"lead_id":"This field is required."`},
		{"required field", "POST", "/custom_object/", `{` + base + `,"name":"x"}`, `"` + serial + `":"This field is required."`},
		{"required field unset", "PUT", "/custom_object/" + id + "/", `{"` + serial + `":null}`, `"` + serial + `":"This field is required."`},
		{"no name", "POST", "/custom_object/", `{` + base + `,"` + serial + `":"S"}`, `"name":"This field is required."`},
		{"field of another type", "POST", "/custom_object/", `{` + base + `,"name":"x","` + serial + `":"S","` + fieldNamed(t, s, "custom_object_type", "State") + `":"Draft"}`, `Custom field does not exist.`},
	}
	for _, test := range refused {
		if resp, body := ask(t, s, test.method, test.path, test.body); resp.StatusCode != 400 || !strings.Contains(body, test.want) {
			t.Errorf("%s: %d %s, want 400 with %s", test.name, resp.StatusCode, body, test.want)
		}
	}
	list := get[page](t, s, "GET", "/custom_object/?lead_id="+lead+"&custom_object_type_id="+kind, "")
	if !strings.Contains(strings.Join(texts(list.column("id")), " "), id) {
		t.Errorf("the list of the lead lacks %s", id)
	}
	if resp, body := ask(t, s, "DELETE", "/custom_object/"+id+"/", ""); resp.StatusCode != 204 || body != "" {
		t.Errorf("DELETE = %d %q, want 204 without body", resp.StatusCode, body)
	}
	if resp, _ := ask(t, s, "GET", "/custom_object/"+id+"/", ""); resp.StatusCode != 404 {
		t.Errorf("after DELETE = %d", resp.StatusCode)
	}
}

func texts(values []any) []string {
	var list []string
	for _, v := range values {
		s, _ := v.(string)
		list = append(list, s)
	}
	return list
}

func TestCustomObjectTypes(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	_, body := ask(t, s, "GET", "/custom_object_type/", "")
	if strings.Contains(body, "has_more") {
		t.Error("the list has has_more")
	}
	kind := get[object](t, s, "GET", "/custom_object_type/"+s.IDs("custom_object_type")[0]+"/", "")
	date := kind["date_created"].(string)
	if kind["name_plural"] != "Installations" || len(kind["fields"].([]any)) != 5 || len(kind["back_reference_fields"].([]any)) != 2 || strings.Contains(date, "+") {
		t.Errorf("type is %v", kind)
	}
}

func TestComments(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	post := func(body string, headers ...string) (int, object) {
		resp, answer := ask(t, s, "POST", "/comment/", body, headers...)
		var o object
		if err := json.Unmarshal([]byte(answer), &o); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, o
	}
	deal := get[object](t, s, "POST", "/opportunity/", `{"lead_id":"`+s.IDs("lead")[0]+`"}`)["id"].(string)
	user := s.IDs("user")[2]
	mention := `<span data-type=\"mention\" data-id=\"` + user + `\" data-label=\"P\" class=\"mention\">@P</span>`
	status, first := post(`{"object_id":"` + deal + `","body":"<body><p>` + mention + ` look</p></body>"}`)
	if status != 201 || first["mentions"].([]any)[0] != user || first["created_at"] == nil || first["removed_at"] != nil {
		t.Fatalf("first = %d %v", status, first)
	}
	_, second := post(`{"object_id":"`+deal+`","body":"<body>yes</body>"}`, "Authorization", "Bearer somebody")
	thread := first["thread_id"].(string)
	if second["thread_id"] != thread || second["created_by"] == first["created_by"] {
		t.Fatalf("second = %v, want it in thread %s by somebody else", second, thread)
	}
	shown := get[object](t, s, "GET", "/comment_thread/"+thread+"/", "")
	if shown["num_comments"] != 2.0 || len(shown["participating"].([]any)) != 2 || shown["object_type"] != "opportunity" || shown["object_id"] != deal {
		t.Errorf("thread = %v", shown)
	}
	summary := get[object](t, s, "GET", "/opportunity/"+deal+"/", "")["comment_summary"].(object)
	if summary["thread_id"] != thread || summary["comment_count"] != 2.0 {
		t.Errorf("comment_summary = %v", summary)
	}
	for _, query := range []string{"ids=" + thread, "object_ids=" + deal, "object_ids=x," + deal, "object_ids=x&object_ids=" + deal} {
		if p := get[page](t, s, "GET", "/comment_thread/?"+query, ""); len(p.Data) != 1 || p.Data[0]["id"] != thread {
			t.Errorf("%s finds %v", query, p.Data)
		}
	}
	if p := get[page](t, s, "GET", "/comment/?object_id="+deal, ""); len(p.Data) != 2 || p.Data[0]["id"] != first["id"] {
		t.Errorf("comments of the deal: %v", p.Data)
	}
	own, others := "/comment/"+first["id"].(string)+"/", "/comment/"+second["id"].(string)+"/"
	refused := []struct {
		name, method, path, body string
		status                   int
	}{
		{"neither", "GET", "/comment/", "", 400},
		{"both", "GET", "/comment/?thread_id=" + thread + "&object_id=" + deal, "", 400},
		{"another's", "PUT", others, `{"body":"<body>x</body>"}`, 403},
		{"another's", "DELETE", others, "", 403},
		{"no rich text", "PUT", own, `{"body":"x"}`, 400},
		{"more", "POST", "/comment/", `{"object_id":"` + deal + `","body":"<body/>","x":1}`, 400},
		{"nothing to talk about", "POST", "/comment/", `{"object_id":"oppo_gone","body":"<body>x</body>"}`, 400},
	}
	loose := open(sandbox.Options{})
	for _, test := range refused {
		server := s
		if test.name == "more" {
			server = loose
		}
		if resp, body := ask(t, server, test.method, test.path, test.body); resp.StatusCode != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, resp.StatusCode, body, test.status)
		}
	}
	if o := get[object](t, s, "PUT", own, `{"body":"<body>better</body>"}`); o["body"] != "<body>better</body>" {
		t.Errorf("changed to %v", o)
	}
	if resp, body := ask(t, s, "DELETE", own, ""); resp.StatusCode != 204 || body != "" {
		t.Errorf("DELETE = %d %q", resp.StatusCode, body)
	}
	if o := get[object](t, s, "GET", own, ""); o["body"] != nil || o["removed_at"] == nil || o["removed_by"] == nil {
		t.Errorf("a removed comment is %v", o)
	}
	if resp, _ := ask(t, s, "DELETE", others, "", "Authorization", "Bearer somebody"); resp.StatusCode != 204 {
		t.Errorf("the last DELETE = %d", resp.StatusCode)
	}
	for _, path := range []string{own, "/comment_thread/" + thread + "/"} {
		if resp, _ := ask(t, s, "GET", path, ""); resp.StatusCode != 404 {
			t.Errorf("GET %s after everything was removed = %d, want 404", path, resp.StatusCode)
		}
	}
}
