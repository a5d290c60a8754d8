package sandbox_test

import (
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// fieldNamed is the member of the custom field of a kind with a name.
func fieldNamed(t *testing.T, s *sandbox.Server, kind, name string) string {
	t.Helper()
	for _, o := range get[page](t, s, "GET", "/custom_field/"+kind+"/", "").Data {
		if o["name"] == name {
			return "custom." + o["id"].(string)
		}
	}
	t.Fatalf("no custom field %q", name)
	return ""
}

func TestCustomFieldDefinitions(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	types := map[any]bool{}
	for _, kind := range []string{"lead", "contact", "opportunity", "activity", "custom_object_type", "shared"} {
		ids := s.IDs("custom_field_" + kind)
		list := get[page](t, s, "GET", "/custom_field/"+kind+"/", "")
		if len(ids) == 0 || len(list.Data) != len(ids) {
			t.Errorf("%s: %d fields, want %d", kind, len(list.Data), len(ids))
		}
		for _, o := range list.Data {
			types[o["type"]] = true
			if one := get[object](t, s, "GET", "/custom_field/"+kind+"/"+o["id"].(string)+"/", ""); one["name"] != o["name"] || one["organization_id"] == nil {
				t.Errorf("%s: alone it is %v, in the list %v", kind, one, o)
			}
			if _, shared := o["associations"]; shared != (kind == "shared") || o["is_shared"] != shared {
				t.Errorf("%s: %v", kind, o)
			}
		}
	}
	for _, kind := range []string{"text", "textarea", "number", "date", "datetime", "choices", "user", "contact", "custom_object", "hidden"} {
		if !types[kind] {
			t.Errorf("no field of type %s", kind)
		}
	}
	if resp, _ := ask(t, s, "GET", "/custom_field/contact/"+s.IDs("custom_field_lead")[0]+"/", ""); resp.StatusCode != 404 {
		t.Errorf("a field under another kind = %d, want 404", resp.StatusCode)
	}
}

func TestCustomFieldSchema(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	activityType := get[page](t, s, "GET", "/custom_field/activity/?_limit=1", "").Data[0]["custom_activity_type_id"].(string)
	tests := []struct {
		objectType    string
		status        int
		names, absent []string
	}{
		{"lead", 200, []string{"Industry", "Region", "External id"}, []string{"Discount"}},
		{"contact", 200, []string{"Birthday", "Region"}, []string{"External id"}},
		{"opportunity", 200, []string{"Discount", "External id"}, []string{"Region"}},
		{"custom_object/" + s.IDs("custom_object_type")[0], 200, []string{"Serial number", "Region"}, []string{"Covers"}},
		{"activity/" + activityType, 200, []string{"Findings", "Score"}, []string{"Region"}},
		{"unicorn", 404, nil, nil},
		{"custom_object/cotype_gone", 404, nil, nil},
	}
	for _, test := range tests {
		path := "/custom_field_schema/" + test.objectType + "/"
		if test.status != 200 {
			if resp, body := ask(t, s, "GET", path, ""); resp.StatusCode != test.status {
				t.Errorf("%s = %d %s", path, resp.StatusCode, body)
			}
			continue
		}
		schema := get[object](t, s, "GET", path, "")
		var names []string
		for _, f := range schema["fields"].([]any) {
			names = append(names, f.(object)["name"].(string))
		}
		all := "|" + strings.Join(names, "|") + "|"
		for _, name := range test.names {
			if !strings.Contains(all, "|"+name+"|") {
				t.Errorf("%s has %s, want %s", path, all, name)
			}
		}
		for _, name := range test.absent {
			if strings.Contains(all, "|"+name+"|") {
				t.Errorf("%s has %s, not wanted %s", path, all, name)
			}
		}
		if schema["object_type"] != test.objectType || schema["name"] == "" {
			t.Errorf("%s = %v", path, schema)
		}
	}
}

func TestCustomFieldValues(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead, other := s.IDs("lead")[0], s.IDs("lead")[1]
	contact := get[page](t, s, "GET", "/contact/?lead_id="+lead, "").Data[0]["id"].(string)
	stranger := get[page](t, s, "GET", "/contact/?lead_id="+other, "").Data[0]["id"].(string)
	user := s.IDs("user")[1]
	tests := []struct{ field, suffix, value, refusal, want string }{
		{"Industry", "", `"Health"`, "", `"Health"`},
		{"Industry", "", `"Astrology"`, "Not a valid choice.", ""},
		{"Industry", "", `["Health"]`, "Custom field does not accept multiple values.", ""},
		{"Industry", ".add", `"Health"`, "Custom field does not accept multiple values.", ""},
		{"Industry", "", `{"a":1}`, "Value must not be of dict or list type.", ""},
		{"Sites", "", `12`, "", `12`},
		{"Sites", "", `1.5`, "", `1.5`},
		{"Sites", "", `"12"`, "Value must be of number type.", ""},
		{"Tags", "", `["Pilot","Reference","Pilot"]`, "", `["Pilot","Reference"]`},
		{"Tags", ".add", `"Key account"`, "", `["Pilot","Reference","Key account"]`},
		{"Tags", ".remove", `"Pilot"`, "", `["Reference","Key account"]`},
		{"Tags", ".add", `"Unheard of"`, "Not a valid choice.", ""},
		{"Tags", "", `"Pilot"`, "", `["Pilot"]`},
		{"Account team", "", `["` + user + `"]`, "", `["` + user + `"]`},
		{"Account team", "", `["user_gone"]`, "Object does not exist.", ""},
		{"Account team", "", `"Tobias Lindqvist"`, "", `["` + user + `"]`},
		{"Customer since", "", `"2024-02-29"`, "", `"2024-02-29"`},
		{"Customer since", "", `"2024-02-30"`, "Not a valid date.", ""},
		{"Customer since", "", `"2024-02-28T10:00:00Z"`, "Not a valid date.", ""},
		{"Next audit", "", `"2026-04-01T09:00:00+02:00"`, "", `"2026-04-01T07:00:00.000000+00:00"`},
		{"Procurement portal", "", `7`, "Value must be of str type.", ""},
		{"Decision maker", "", `"` + contact + `"`, "", `"` + contact + `"`},
		{"Decision maker", "", `"` + stranger + `"`, "Object belongs to another lead.", ""},
		{"Main installation", "", `"custobj_gone"`, "Object does not exist.", ""},
		{"Import key", "", `"k"`, "", `"k"`},
		{"Industry", "", `null`, "", ""},
	}
	for _, test := range tests {
		member := fieldNamed(t, s, "lead", test.field)
		resp, body := ask(t, s, "PUT", "/lead/"+lead+"/", `{"`+member+test.suffix+`":`+test.value+`}`)
		if test.refusal != "" {
			want := `{"errors":[],"field-errors":{"` + member + test.suffix + `":"` + test.refusal + `"}}`
			if resp.StatusCode != 400 || body != want {
				t.Errorf("%s%s=%s: %d %.300s, want 400 %s", test.field, test.suffix, test.value, resp.StatusCode, body, want)
			}
			continue
		}
		_, body = ask(t, s, "GET", "/lead/"+lead+"/?_fields="+member, "")
		want := `{"` + member + `":` + test.want + `}`
		if test.want == "" {
			want = `{}`
		}
		if resp.StatusCode != 200 || body != want {
			t.Errorf("%s%s=%s: %d, then %s, want %s", test.field, test.suffix, test.value, resp.StatusCode, body, want)
		}
	}
	if resp, body := ask(t, s, "PUT", "/lead/"+lead+"/", `{"custom.cf_gone":"x"}`); resp.StatusCode != 400 {
		t.Errorf("an unknown field = %d %s", resp.StatusCode, body)
	}
	member := fieldNamed(t, s, "lead", "Procurement portal")
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"custom.Procurement portal":"p"}`)
	if o := get[object](t, s, "PUT", "/lead/"+lead+"/", `{"custom":{"Sites":3}}`); o[member] != "p" || o[fieldNamed(t, s, "lead", "Sites")] != 3.0 {
		t.Error("custom fields by their names are not set")
	}
}

func TestCustomFieldsOnCreate(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	role, tags := fieldNamed(t, s, "contact", "Role in deal"), fieldNamed(t, s, "lead", "Tags")
	lead := get[object](t, s, "POST", "/lead/", `{"name":"A","`+tags+`":["Pilot"],"contacts":[{"name":"B","`+role+`":["User"]}]}`)
	if got := lead["contacts"].([]any)[0].(object)[role]; got == nil || lead[tags] == nil {
		t.Errorf("made %v", lead)
	}
	resp, body := ask(t, s, "POST", "/lead/", `{"name":"A","contacts":[{"name":"B"},{"`+role+`":["Nobody"]}]}`)
	want := `{"errors":[],"field-errors":{"contacts":{"errors":{"1":{"errors":[],"field-errors":{"` + role + `":"Not a valid choice."}}}}}}`
	if resp.StatusCode != 400 || body != want {
		t.Errorf("a bad choice inside = %d %s, want 400 %s", resp.StatusCode, body, want)
	}
	if resp, body := ask(t, s, "POST", "/lead/", `{"`+tags+`.add":"Pilot"}`); resp.StatusCode != 400 {
		t.Errorf("an add on create = %d %s", resp.StatusCode, body)
	}
	set := 0
	for _, resource := range []string{"lead", "contact", "opportunity"} {
		for _, o := range get[page](t, s, "GET", "/"+resource+"/?_fields=custom&_limit=100", "").Data {
			if len(o) > 0 {
				set++
			}
		}
	}
	if set < 100 {
		t.Errorf("%d demo objects have custom fields", set)
	}
}
