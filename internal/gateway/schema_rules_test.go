package gateway

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/graph"
)

var (
	typeName  = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	fieldName = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	valueName = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// TestSchemaRules holds the schema to its own rules: what app developers read and rely on.
func TestSchemaRules(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if def.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		if !typeName.MatchString(name) {
			t.Errorf("%s: a type is named in UpperCamelCase", name)
		}
		described(t, name, def.Description)
		for _, field := range def.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			where := name + "." + field.Name
			described(t, where, field.Description)
			if !fieldName.MatchString(field.Name) {
				t.Errorf("%s: a field is named in lowerCamelCase", where)
			}
			for _, arg := range field.Arguments {
				described(t, where+"("+arg.Name+":)", arg.Description)
				if !fieldName.MatchString(arg.Name) {
					t.Errorf("%s(%s:): an argument is named in lowerCamelCase", where, arg.Name)
				}
			}
			if d := field.Directives.ForName("deprecated"); d != nil && d.Arguments.ForName("reason") == nil {
				t.Errorf("%s: a deprecation says what to use and until when", where)
			}
		}
		for _, value := range def.EnumValues {
			described(t, name+"."+value.Name, value.Description)
			if !valueName.MatchString(value.Name) {
				t.Errorf("%s.%s: an enum value is named in UPPER_CASE", name, value.Name)
			}
		}
		relay(t, schema, def)
	}
	for _, field := range schema.Mutation.Fields {
		mutation(t, schema, field)
	}
}

func described(t *testing.T, where, description string) {
	t.Helper()
	text := strings.TrimSpace(description)
	switch {
	case text == "":
		t.Errorf("%s has no description", where)
	case !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?"):
		t.Errorf("%s: a description is a whole sentence: %q", where, text)
	}
}

// relay holds connections to Relay's Cursor Connections Specification.
func relay(t *testing.T, schema *ast.Schema, def *ast.Definition) {
	t.Helper()
	want := map[string]string{}
	switch node := strings.TrimSuffix(def.Name, "Connection"); {
	case strings.HasSuffix(def.Name, "Connection"):
		want = map[string]string{"edges": "[" + node + "Edge!]!", "nodes": "[" + node + "!]!", "pageInfo": "PageInfo!"}
	case strings.HasSuffix(def.Name, "Edge"):
		want = map[string]string{"cursor": "String!", "node": strings.TrimSuffix(def.Name, "Edge") + "!"}
	}
	for name, typ := range want {
		if field := def.Fields.ForName(name); field == nil || field.Type.String() != typ {
			t.Errorf("%s: wants %s: %s", def.Name, name, typ)
		}
	}
	for _, field := range def.Fields {
		target := schema.Types[field.Type.Name()]
		if target == nil || !strings.HasSuffix(target.Name, "Connection") || def.Kind == ast.InputObject {
			continue
		}
		if first, after := field.Arguments.ForName("first"), field.Arguments.ForName("after"); first == nil || first.Type.String() != "Int" || after == nil || after.Type.String() != "String" {
			t.Errorf("%s.%s: a connection takes first: Int and after: String", def.Name, field.Name)
		}
	}
}

// mutation holds a mutation to the house's form: a nullable payload, with userErrors.
func mutation(t *testing.T, schema *ast.Schema, field *ast.FieldDefinition) {
	t.Helper()
	payload := schema.Types[field.Type.Name()]
	if field.Type.NonNull || !strings.HasSuffix(payload.Name, "Payload") {
		t.Errorf("Mutation.%s: wants a nullable payload, is %s", field.Name, field.Type)
		return
	}
	if errs := payload.Fields.ForName("userErrors"); errs == nil || errs.Type.String() != "[UserError!]!" {
		t.Errorf("%s: wants userErrors: [UserError!]!", payload.Name)
	}
	for _, f := range payload.Fields {
		if f.Name != "userErrors" && f.Type.NonNull {
			t.Errorf("%s.%s: must be nullable: there is none when there are errors", payload.Name, f.Name)
		}
	}
}
