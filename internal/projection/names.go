package projection

import (
	"strings"
	"unicode"

	"github.com/vektah/gqlparser/v2/ast"
)

// Projects reports whether the objects of a type are written by the projection: all objects, interfaces and unions but
// the roots, the payloads of mutations and what only payloads hold. The generator of the Go code asks it too.
func Projects(schema *ast.Schema, def *ast.Definition) bool {
	if !def.IsCompositeType() || strings.HasPrefix(def.Name, "__") {
		return false
	}
	if def == schema.Query || def == schema.Mutation || def == schema.Subscription {
		return false
	}
	return def.Name != "UserError" && !strings.HasSuffix(def.Name, "Payload")
}

// ReadsArguments reports whether the projection reads the arguments of a field of Query itself, as it does of all fields below:
// those of a connection only become parameters of Close's list. The generator of the Go code asks it too.
func ReadsArguments(field *ast.FieldDefinition) bool {
	return field.Directives.ForName("rest") != nil && strings.HasSuffix(field.Type.Name(), "Connection")
}

// snakeCase turns a name of the schema into Close's way of writing it: dateCreated becomes date_created.
func snakeCase(name string) string {
	if strings.IndexFunc(name, unicode.IsUpper) < 0 {
		return name
	}
	var b strings.Builder
	b.Grow(len(name) + len("___")) // for a name of four words
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// argString is the text of a directive's argument, or "" when it is not given.
func argString(d *ast.Directive, name string) string {
	if d == nil {
		return ""
	}
	if a := d.Arguments.ForName(name); a != nil && a.Value != nil {
		return a.Value.Raw
	}
	return ""
}

// argStrings is the list of texts of a directive's argument, or nil when it is not given.
func argStrings(d *ast.Directive, name string) []string {
	if d == nil {
		return nil
	}
	a := d.Arguments.ForName(name)
	if a == nil || a.Value == nil {
		return nil
	}
	texts := make([]string, 0, len(a.Value.Children))
	for _, child := range a.Value.Children {
		texts = append(texts, child.Value.Raw)
	}
	return texts
}
