package projection

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Fault is what is wrong with a value of an input. Its path is made of names of the schema and of indexes.
type Fault struct {
	Path    []string
	Message string
}

// body turns an input into the JSON body of a request, and gathers what is wrong with it.
type body struct {
	*schema
	code   Code
	read   bool // the request changes nothing: a null says no more than a field that is left out
	faults []Fault
}

// fault notes what is wrong with the value at a path.
func (b *body) fault(path []string, format string, args ...any) {
	b.faults = append(b.faults, Fault{slices.Clone(path), fmt.Sprintf(format, args...)})
}

// wrong is the first thing that is wrong, as an error.
func (b *body) wrong() error {
	if len(b.faults) == 0 {
		return nil
	}
	first := b.faults[0]
	return badInput("%s: %s", strings.Join(first.Path, "."), first.Message)
}

// at is the path of something within the value at a path.
func at(path []string, name string) []string { return append(slices.Clip(path), name) }

// object is an input as Close has it: names and values are Close's, a field left out is left out, a null is sent.
func (b *body) object(path []string, def *ast.Definition, input map[string]any) map[string]any {
	out := make(map[string]any, len(input))
	if err := checkInput(def, input, b.code.Check); err != nil {
		b.fault(path, "%v", err)
	}
	for _, field := range def.Fields {
		value, given := input[field.Name]
		if !given && field.DefaultValue != nil {
			value, given = defaultOf(field), true
		}
		if !given || value == nil && b.read {
			continue
		}
		here := at(path, field.Name)
		b.limits(here, field, value)
		if spread := b.code.Spread[field.Type.Name()]; spread != nil {
			b.spread(here, field.Type, value, spread, out)
			continue
		}
		put(out, paramName(field.Name, field.Directives), b.member(here, field.Type, value))
		for _, pair := range argStrings(field.Directives.ForName("rest"), "defaults") {
			name, text, _ := strings.Cut(pair, "=")
			put(out, name, text)
		}
	}
	for _, rule := range b.code.Rules[def.Name] {
		for _, f := range rule(input) {
			b.faults = append(b.faults, Fault{slices.Concat(path, f.Path), f.Message})
		}
	}
	return out
}

// defaultOf is the value of a field of an input that was left out.
func defaultOf(field *ast.FieldDefinition) any {
	value, err := field.DefaultValue.Value(nil)
	if err != nil {
		return nil // a default has no variables, and is of the field's type
	}
	return value
}

// put puts a member into a body. A name with a dot is that of a member within another; with brackets before the dot, of a
// member of each object in a list. A name with a star is that of an input whose fields are members of the body, each with
// its own name in the place of the star.
func put(body map[string]any, name string, member any) {
	if strings.Contains(name, "*") {
		fields, _ := member.(map[string]any)
		for field, value := range fields {
			put(body, strings.Replace(name, "*", field, 1), value)
		}
		return
	}
	outer, inner, dotted := strings.Cut(name, ".")
	if !dotted {
		body[name] = member
		return
	}
	if name, each := strings.CutSuffix(outer, "[]"); each {
		body[name] = objectsWith(inner, member)
		return
	}
	within, ok := body[outer].(map[string]any)
	if !ok {
		within = map[string]any{}
		body[outer] = within
	}
	put(within, inner, member)
}

// objectsWith are objects of one member each, which has the values of a list; nil for null.
func objectsWith(name string, values any) any {
	list, ok := values.([]any)
	if !ok {
		return nil
	}
	objects := make([]any, len(list))
	for i, value := range list {
		objects[i] = map[string]any{name: value}
	}
	return objects
}

// spread turns a list of inputs into members of the body around it.
func (b *body) spread(path []string, t *ast.Type, value any, spread Spread, out map[string]any) {
	before := len(b.faults)
	list, ok := b.member(path, t, value).([]any) // a type that is spread stands in lists alone
	if !ok || len(b.faults) > before {
		return
	}
	for i, element := range list {
		here := at(path, strconv.Itoa(i))
		name, member, err := spread(element.(map[string]any))
		if err != nil {
			b.fault(here, "%v", err)
			continue
		}
		if _, twice := out[name]; twice {
			b.fault(here, "the same is given twice")
		}
		out[name] = member
	}
}

// member is a value of an input in Close's terms.
func (b *body) member(path []string, t *ast.Type, value any) any {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			list = []any{value} // GraphQL: a single value stands for a list of one
		}
		out := make([]any, len(list))
		for i, element := range list {
			out[i] = b.member(at(path, strconv.Itoa(i)), t.Elem, element)
		}
		return out
	}
	if def := b.ast.Types[t.Name()]; def != nil && def.Kind == ast.InputObject {
		input, ok := value.(map[string]any)
		if !ok {
			b.fault(path, "want an object of type %s", def.Name)
			return map[string]any{}
		}
		return b.object(path, def, input)
	}
	plain, err := b.plain(t, value)
	if err != nil {
		b.fault(path, "%v", err)
	}
	return plain
}

// inputPath turns the path of a member of a body into the path of the input that became it, as far as it is known.
func (b *body) inputPath(def *ast.Definition, members []string) []string {
	path := make([]string, 0, len(members))
	for len(members) > 0 {
		field, n := b.inputField(def, members)
		if field == nil {
			path = append(path, members[0])
		} else {
			path = append(path, field.Name)
			def = b.ast.Types[field.Type.Name()]
			if _, inner, each := strings.Cut(paramName(field.Name, field.Directives), "[]."); each && len(members) > 2 && members[2] == inner {
				path, n = append(path, members[1]), 3 // the value itself is meant
			}
		}
		members = members[n:]
	}
	return path
}

// inputField is the field of an input that became the member of a body at the beginning of a path, and how many steps of
// the path it stands for; nil and one when none is known.
func (b *body) inputField(def *ast.Definition, members []string) (*ast.FieldDefinition, int) {
	if def == nil {
		return nil, 1
	}
	for _, field := range def.Fields {
		param := paramName(field.Name, field.Directives)
		if list, _, each := strings.Cut(param, "[]."); each && list == members[0] {
			return field, 1
		}
		name := strings.Split(param, ".")
		if n := min(len(name), len(members)); slices.Equal(name[:n], members[:n]) {
			return field, n
		}
	}
	for _, field := range def.Fields {
		if b.code.Spread[field.Type.Name()] != nil && strings.HasPrefix(members[0], customPrefix) {
			return field, 1
		}
	}
	return nil, 1
}
