package projection

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// directives are those of the schema that the tests below need.
const directives = `
	directive @rest(operation: String, fields: [String!], param: String, value: String) on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
	enum Of { LEAD CUSTOM_OBJECT @rest(value: "custom_object_type") }
	input Which { leadId: ID, contactId: ID }
	type Field { name: String }
`

func parse(t *testing.T, text string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "test.graphqls", Input: directives + text})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestChoiceOfOperations reads fields that stand for several operations.
func TestChoiceOfOperations(t *testing.T) {
	t.Parallel()
	const of, id = `of: Of! @rest(param: "{of}")`, `id: ID! @rest(param: "{id}")`
	which := map[string]Path{"Query.field": func(map[string]any) (string, error) { return "", nil }}
	for name, tt := range map[string]struct {
		field string
		path  map[string]Path
		want  string // of the error; "" for none
	}{
		"one of each":               {`field(` + of + `, ` + id + `): Field @rest(operation: "GET /custom_field/{of}/{id}/")`, nil, ""},
		"a list":                    {`field(` + of + `): [Field] @rest(operation: "GET /custom_field/{of}/")`, nil, ""},
		"a word that Close has not": {`field(` + of + `): Field @rest(operation: "GET /status/{of}/")`, nil, `"GET /status/custom_object_type/" is not an operation`},
		"no word at all":            {`field: Field @rest(operation: "GET /custom_field/{of}/")`, nil, `"GET /custom_field/{of}/" is not an operation`},
		"no id":                     {`field(` + of + `): Field @rest(operation: "GET /custom_field/{of}/{id}/")`, nil, "no argument gives {id}"},
		"an input that is spelt":    {`field(which: Which! @rest(param: "{object_type}")): Field @rest(operation: "GET /custom_field_schema/{object_type}/")`, which, ""},
		"an input that is not":      {`field(which: Which! @rest(param: "{object_type}")): Field @rest(operation: "GET /custom_field_schema/{object_type}/")`, nil, "no argument gives {object_type}"},
		"spelling for nothing":      {`field: Field @rest(operation: "GET /me/")`, which, "there is code for Query.field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readSchema(parse(t, `type Query { `+tt.field+` }`), Code{Path: tt.path})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("readSchema: %v, want %q", err, tt.want)
			}
		})
	}
	schema := parse(t, `type Query { field(`+of+`): [Field] @rest(operation: "GET /custom_field/{of}/"), plain: Field }`)
	want := []string{"GET /custom_field/lead/", "GET /custom_field/custom_object_type/"}
	if got := Operations(schema, schema.Query.Fields.ForName("field")); !slices.Equal(got, want) {
		t.Errorf("Operations = %v, want %v", got, want)
	}
	if got := Operations(schema, schema.Query.Fields.ForName("plain")); got != nil {
		t.Errorf("Operations of a field without any = %v", got)
	}
}

// TestOnlyTextsAreComposed reads fields that Go makes of their objects.
func TestOnlyTextsAreComposed(t *testing.T) {
	t.Parallel()
	code := Code{Compose: map[string]Compose{"Field.made": func(dst []byte, _ Parent) []byte { return dst }}}
	for made, want := range map[string]string{
		"String":   "",
		"String!":  "",
		"Int":      "Field.made: only texts can be composed",
		"[String]": "Field.made: only texts can be composed",
	} {
		_, err := readSchema(parse(t, `type Query { field: Field @rest(operation: "GET /me/") } extend type Field { made: `+made+` }`), code)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: readSchema: %v, want %q", made, err, want)
		}
	}
	_, err := readSchema(parse(t, `type Query { field: Field @rest(operation: "GET /me/") }`), code)
	if want := "there is code for Field.made"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("readSchema: %v, want %q", err, want)
	}
}

// TestListsOfObjects makes objects of the values of a list, and finds the way back from them.
func TestListsOfObjects(t *testing.T) {
	t.Parallel()
	schema := parse(t, `
		input Order { name: String, fieldIds: [ID!] @rest(param: "fields[].id") }
		type Query { field(order: Order): Field }`)
	read, err := readSchema(schema, Code{})
	if err != nil {
		t.Fatal(err)
	}
	b := &body{schema: read}
	order := schema.Types["Order"]
	for name, tt := range map[string]struct {
		input map[string]any
		want  string
	}{
		"two":      {map[string]any{"fieldIds": []any{"cf_1", "cf_2"}}, `{"fields":[{"id":"cf_1"},{"id":"cf_2"}]}`},
		"none":     {map[string]any{"fieldIds": []any{}}, `{"fields":[]}`},
		"null":     {map[string]any{"fieldIds": nil}, `{"fields":null}`},
		"left out": {map[string]any{"name": "a"}, `{"name":"a"}`},
	} {
		got, err := json.Marshal(b.object(nil, order, tt.input))
		if err != nil || string(got) != tt.want || len(b.faults) > 0 {
			t.Errorf("%s: %s %v %v, want %s", name, got, err, b.faults, tt.want)
		}
	}
	for members, want := range map[string]string{
		"fields": "fieldIds", "fields.1": "fieldIds.1", "fields.1.id": "fieldIds.1", "fields.1.name": "fieldIds.1.name", "name": "name",
	} {
		got := strings.Join(b.inputPath(order, strings.Split(members, ".")), ".")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", members, diff)
		}
	}
}
