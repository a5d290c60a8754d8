package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// refuses wants a request refused with 400 and a text.
func refuses(t *testing.T, s *sandbox.Server, method, path, body, want string) {
	t.Helper()
	if resp, got := ask(t, s, method, path, body); resp.StatusCode != 400 || !strings.Contains(got, want) {
		t.Errorf("%s %s %s = %d %s, want 400 with %s", method, path, body, resp.StatusCode, got, want)
	}
}

func TestCustomFieldsComeAndGo(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	activityType, objectType := s.IDs("custom_activity_type")[0], s.IDs("custom_object_type")[0]
	for _, test := range []struct {
		kind, body string
		made, gone int
	}{
		{"lead", `{"name":"Floor","type":"number"}`, 200, 200},
		{"contact", `{"name":"Floor","type":"choices","choices":["1","2"],"accepts_multiple_values":true}`, 200, 200},
		{"opportunity", `{"name":"Floor","type":"custom_object","referenced_custom_type_id":"` + objectType + `","back_reference_is_visible":true}`, 200, 200},
		{"activity", `{"name":"Floor","type":"textarea","custom_activity_type_id":"` + activityType + `","required":true}`, 200, 200},
		{"custom_object_type", `{"name":"Floor","type":"text","custom_object_type_id":"` + objectType + `"}`, 201, 204},
		{"shared", `{"name":"Floor","type":"text","description":"Where it is."}`, 200, 200},
	} {
		base := "/custom_field/" + test.kind + "/"
		resp, body := ask(t, s, "POST", base, test.body)
		var made object
		if err := json.Unmarshal([]byte(body), &made); err != nil || resp.StatusCode != test.made || !strings.HasPrefix(made["id"].(string), "cf_") {
			t.Errorf("POST %s = %d %s, want %d", base, resp.StatusCode, body, test.made)
			continue
		}
		path := base + made["id"].(string) + "/"
		get[object](t, s, "PUT", path, `{"name":"Storey"}`)
		if one := get[object](t, s, "GET", path, ""); one["name"] != "Storey" || one["created_by"] != s.IDs("user")[0] {
			t.Errorf("changed to %v", one)
		}
		if resp, body := ask(t, s, "DELETE", path, ""); resp.StatusCode != test.gone || body != map[int]string{200: "{}", 204: ""}[test.gone] {
			t.Errorf("DELETE %s = %d %q, want %d", path, resp.StatusCode, body, test.gone)
		}
		if resp, _ := ask(t, s, "GET", path, ""); resp.StatusCode != 404 {
			t.Errorf("after DELETE = %d", resp.StatusCode)
		}
	}
}

func TestCustomFieldRefusals(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, shared := "/custom_field/lead/", "/custom_field/shared/"
	refuses(t, s, "POST", lead, `{"type":"text"}`, `"name":"This field is required."`)
	refuses(t, s, "POST", lead, `{"name":"x","type":"textarea"}`, `"type":"Not a valid choice."`)
	refuses(t, s, "POST", lead, `{"name":"x","type":"choices"}`, `"choices":"This field is required."`)
	refuses(t, s, "POST", lead, `{"name":"x","type":"text","accepts_multiple_values":true}`, `"accepts_multiple_values":`)
	refuses(t, s, "POST", lead, `{"name":"x","type":"custom_object"}`, `"referenced_custom_type_id":"This field is required."`)
	refuses(t, s, "POST", lead, `{"name":"x","type":"text","editable_with_roles":["boss"]}`, `"editable_with_roles":"Object does not exist."`)
	refuses(t, s, "POST", lead, `{"name":"x","type":"text","description":"`+strings.Repeat("x", 281)+`"}`, `at most 280 characters`)
	refuses(t, s, "POST", "/custom_field/activity/", `{"name":"x","type":"text"}`, `"custom_activity_type_id":"This field is required."`)
	refuses(t, s, "POST", shared+s.IDs("custom_field_shared")[0]+"/association/", `{"object_type":"custom_object_type"}`, `"custom_object_type_id":"This field is required."`)
	refuses(t, s, "POST", shared+s.IDs("custom_field_shared")[0]+"/association/", `{"object_type":"lead"}`, `exists already`)

	if resp, body := ask(t, s, "POST", lead, `{"name":"x","type":"text"}`, "Authorization", restrictedKey(t, s)); resp.StatusCode != 403 {
		t.Errorf("by a user without the permission = %d %s", resp.StatusCode, body)
	}
}

// TestCustomFieldChangesShow follows values through what is done to their definitions.
func TestCustomFieldChangesShow(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := "/lead/" + s.IDs("lead")[0] + "/"
	value := func(member string) any { return get[object](t, s, "GET", lead, "")[member] }
	industry, sites := fieldNamed(t, s, "lead", "Industry"), fieldNamed(t, s, "lead", "Sites")
	path := func(member string) string { return "/custom_field/lead/" + strings.TrimPrefix(member, "custom.") + "/" }
	get[object](t, s, "PUT", lead, `{"`+industry+`":"Health","`+sites+`":12}`)

	get[object](t, s, "PUT", path(industry), `{"name":"Branch"}`)
	get[object](t, s, "PUT", lead, `{"custom.Branch":"Food"}`)
	if got := value(industry); got != "Food" {
		t.Errorf("by the new name it became %v", got)
	}
	get[object](t, s, "PUT", path(industry), `{"accepts_multiple_values":true}`)
	if got, _ := value(industry).([]any); len(got) != 1 || got[0] != "Food" {
		t.Errorf("of several values it is %v", got)
	}
	get[object](t, s, "PUT", path(industry), `{"choices":["Health","Leisure"]}`)
	if got := value(industry); got != nil {
		t.Errorf("a choice that is gone shows as %v", got)
	}
	get[object](t, s, "PUT", path(sites), `{"type":"text"}`)
	if got := value(sites); got != "12" {
		t.Errorf("the number became %v as a text", got)
	}
	get[object](t, s, "PUT", path(sites), `{"type":"number"}`)
	if got := value(sites); got != 12.0 {
		t.Errorf("the text became %v as a number", got)
	}
	get[object](t, s, "DELETE", path(sites), "")
	if _, there := get[object](t, s, "GET", lead, "")[sites]; there {
		t.Error("the value of a deleted field is still there")
	}
	refuses(t, s, "PUT", lead, `{"`+sites+`":1}`, "Custom field does not exist.")
}

func TestSharedFieldAssociations(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	region := fieldNamed(t, s, "shared", "Region")
	base := "/custom_field/shared/" + strings.TrimPrefix(region, "custom.") + "/association/"
	kind := s.IDs("custom_activity_type")[0]
	typed := base + "custom_activity_type/" + kind + "/"
	activity := `{"lead_id":"` + s.IDs("lead")[0] + `","custom_activity_type_id":"` + kind + `","` + fieldNamed(t, s, "activity", "Score") + `":3`
	refuses(t, s, "POST", "/activity/custom/", activity+`,"`+region+`":"North"}`, "Custom field does not exist.")

	resp, body := ask(t, s, "POST", base, `{"object_type":"custom_activity_type","custom_activity_type_id":"`+kind+`","required":true}`)
	if resp.StatusCode != 201 || !strings.HasSuffix(resp.Header.Get("Location"), typed) || strings.Contains(body, "custom_object_type_id") {
		t.Fatalf("POST = %d %s at %s", resp.StatusCode, body, resp.Header.Get("Location"))
	}
	refuses(t, s, "POST", "/activity/custom/", activity+`}`, `"`+region+`":"This field is required."`)
	made := get[object](t, s, "POST", "/activity/custom/", activity+`,"`+region+`":"North"}`)
	if changed := get[object](t, s, "PUT", typed, `{"required":false}`); changed["required"] != false || changed["custom_activity_type_id"] != kind {
		t.Errorf("changed to %v", changed)
	}
	get[object](t, s, "POST", "/activity/custom/", activity+`}`)
	if resp, body := ask(t, s, "DELETE", typed, ""); resp.StatusCode != 204 || body != "" {
		t.Errorf("DELETE = %d %q", resp.StatusCode, body)
	}
	if _, there := get[object](t, s, "GET", "/activity/custom/"+made["id"].(string)+"/", "")[region]; there {
		t.Error("the value is still there")
	}
	if got := get[object](t, s, "GET", base+"lead/", ""); got["object_type"] != "lead" {
		t.Errorf("the other association is %v", got)
	}
	for _, path := range []string{typed, base + "opportunity/", base + "custom_object_type/", "/custom_field/shared/cf_gone/association/lead/"} {
		if resp, body := ask(t, s, "GET", path, ""); resp.StatusCode != 404 {
			t.Errorf("GET %s = %d %s", path, resp.StatusCode, body)
		}
	}
}

func TestFieldOrder(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	names := func(path string) string {
		var all []string
		for _, f := range get[object](t, s, "GET", path, "")["fields"].([]any) {
			all = append(all, f.(object)["name"].(string))
		}
		return strings.Join(all, ", ")
	}
	kind := s.IDs("custom_activity_type")[0]
	id := func(name string) string {
		return `{"id":"` + strings.TrimPrefix(fieldNamed(t, s, "activity", name), "custom.") + `"}`
	}
	get[object](t, s, "PUT", "/custom_field_schema/activity/"+kind+"/", `{"fields":[`+id("Audited by")+`,`+id("Score")+`]}`)
	for _, path := range []string{"/custom_field_schema/activity/" + kind + "/", "/custom_activity/" + kind + "/"} {
		if got, want := names(path), "Audited by, Score, Findings"; got != want {
			t.Errorf("%s has %s, want %s", path, got, want)
		}
	}
	get[object](t, s, "PUT", "/custom_activity/"+kind+"/", `{"fields":[`+id("Findings")+`]}`)
	if got, want := names("/custom_field_schema/activity/"+kind+"/"), "Findings, Audited by, Score"; got != want {
		t.Errorf("then %s, want %s", got, want)
	}
	refuses(t, s, "PUT", "/custom_field_schema/lead/", `{"fields":[`+id("Score")+`]}`, `"fields":"Object does not exist."`)
}

// TestCustomTypes holds both kinds of types to what they have in common, and to what goes with them.
func TestCustomTypes(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for _, test := range []struct{ path, create, change, instances, fields string }{
		{"/custom_activity/", `{"name":"Visit","editable_with_roles":["admin"]}`, `{"is_archived":true,"description":"x"}`, "custom_activity", "custom_field_activity"},
		{"/custom_object_type/", `{"name":"Truck","name_plural":"Trucks","api_create_only":true}`, `{"name_plural":"Lorries"}`, "custom_object", "custom_field_custom_object_type"},
	} {
		resp, body := ask(t, s, "POST", test.path, test.create)
		if resp.StatusCode != 201 || !strings.Contains(body, `"fields":[]`) || !strings.Contains(body, `"date_created":"2026-03-18T10:00:00.000000"`) {
			t.Errorf("POST %s = %d %s", test.path, resp.StatusCode, body)
		}
		list := get[page](t, s, "GET", test.path, "")
		refuses(t, s, "POST", test.path, `{}`, `"name":"This field is required."`)
		first := test.path + list.Data[0]["id"].(string) + "/"
		get[object](t, s, "PUT", first, test.change)
		instances, fields := len(s.IDs(test.instances)), len(s.IDs(test.fields))
		if resp, body := ask(t, s, "DELETE", first, ""); resp.StatusCode != 204 || body != "" {
			t.Errorf("DELETE %s = %d %q", first, resp.StatusCode, body)
		}
		if len(s.IDs(test.instances)) >= instances || len(s.IDs(test.fields)) >= fields {
			t.Errorf("after %s went there are still %d and %d objects and fields", first, len(s.IDs(test.instances)), len(s.IDs(test.fields)))
		}
	}
	refuses(t, s, "POST", "/custom_object_type/", `{"name":"x"}`, `"name_plural":"This field is required."`)
}

// TestLifeWithoutFields looks at what speaks of custom fields when all of them are gone: views that ask for one are refused.
func TestLifeWithoutFields(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for _, kind := range []string{"lead", "contact", "opportunity", "activity", "custom_object_type", "shared"} {
		for _, id := range s.IDs("custom_field_" + kind) {
			ask(t, s, "DELETE", "/custom_field/"+kind+"/"+id+"/", "")
		}
	}
	for _, resource := range []string{"lead", "contact", "opportunity", "activity/custom", "activity/call"} {
		for _, o := range get[page](t, s, "GET", "/"+resource+"/?_limit=100", "").Data {
			for name := range o {
				if strings.HasPrefix(name, "custom.") {
					t.Fatalf("a %s still has %s", resource, name)
				}
			}
		}
	}
	for _, view := range get[page](t, s, "GET", "/saved_search/?type__in=lead,contact,opportunity", "").Data {
		body := `{"query":{"type":"saved_search","saved_search_id":"` + view["id"].(string) + `"}}`
		if resp, answer := ask(t, s, "POST", "/data/search/", body); resp.StatusCode != 200 && resp.StatusCode != 400 {
			t.Errorf("the view %v = %d %s", view["name"], resp.StatusCode, answer)
		}
	}
	if fields := get[object](t, s, "GET", "/custom_field_schema/lead/", "")["fields"].([]any); len(fields) != 0 {
		t.Errorf("leads still have fields: %v", fields)
	}
}
