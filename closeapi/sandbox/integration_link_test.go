package sandbox_test

import (
	"net/url"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestIntegrationLinks follows a link from its definition to the objects that show it.
func TestIntegrationLinks(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := get[object](t, s, "POST", "/lead/", `{"name":"Fish & Chips 100%","contacts":[{"name":"Zoë Ray"}]}`)
	contact := lead["contacts"].([]any)[0].(object)["id"].(string)
	shown := func(path string) map[string]string {
		links := map[string]string{}
		for _, link := range get[object](t, s, "GET", path, "")["integration_links"].([]any) {
			links[link.(object)["name"].(string)] = link.(object)["url"].(string)
		}
		return links
	}
	leadPath, contactPath := "/lead/"+lead["id"].(string)+"/", "/contact/"+contact+"/"
	want := "https://x.example/?q=Fish%20%26%20Chips%20100%25&c="
	made := get[object](t, s, "POST", "/integration_link/", `{"name":"X","type":"lead","url":"https://x.example/?q={{ lead.display_name }}&c={{contact.name}}"}`)
	if got := shown(leadPath)["X"]; got != want {
		t.Errorf("the lead shows %q, want %q", got, want)
	}
	path := "/integration_link/" + made["id"].(string) + "/"
	get[object](t, s, "PUT", path, `{"type":"contact"}`)
	if got := shown(contactPath)["X"]; got != want+url.PathEscape("Zoë Ray") {
		t.Errorf("the contact shows %q", got)
	}
	if _, there := shown(leadPath)["X"]; there {
		t.Error("the lead still shows a link for contacts")
	}
	if resp, body := ask(t, s, "DELETE", path, ""); resp.StatusCode != 200 || body != "{}" {
		t.Errorf("DELETE = %d %s", resp.StatusCode, body)
	}
	if _, there := shown(contactPath)["X"]; there {
		t.Error("the contact still shows a link that is gone")
	}
	if resp, body := ask(t, s, "POST", "/integration_link/", `{"name":"X","type":"task","url":"https://x.example"}`); resp.StatusCode != 400 {
		t.Errorf("a link on tasks = %d %s", resp.StatusCode, body)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	submission := get[page](t, s, "GET", "/activity/form_submission/?_limit=1", "").Data[0]
	form := get[object](t, s, "GET", "/form/"+submission["form_id"].(string)+"/", "")
	if form["name"] != submission["form_name"] {
		t.Errorf("the form is %v, the submission %v", form["name"], submission["form_name"])
	}
	for _, field := range form["field_definitions"].([]any) {
		if _, given := submission["values"].(object)[field.(object)["id"].(string)]; !given {
			t.Errorf("the submission has no value for %v", field)
		}
	}
	for filter, want := range map[string]int{"": 2, "?is_archived=true": 1, "?is_archived=false": 1} {
		if got := len(get[page](t, s, "GET", "/form/"+filter, "").Data); got != want {
			t.Errorf("/form/%s has %d forms, want %d", filter, got, want)
		}
	}
	if resp, _ := ask(t, s, "POST", "/form/", `{"name":"x"}`); resp.StatusCode != 405 {
		t.Errorf("POST = %d, want 405", resp.StatusCode)
	}
}
