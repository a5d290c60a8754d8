package projection

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputs turns inputs into bodies of requests.
type inputs struct {
	*schema
	code Code
	read bool // the request changes nothing: a null says no more than a field that is left out
}

// body turns an input into the JSON body of a request: names and values as Close has them, a field left out is left out,
// a null is sent.
func (s inputs) body(path string, def *ast.Definition, input map[string]any) (map[string]any, error) {
	if err := s.checkInput(path, def, input, s.code.Check); err != nil {
		return nil, err
	}
	out := make(map[string]any, len(input))
	for _, field := range def.Fields {
		value, given := input[field.Name]
		if !given && field.DefaultValue != nil {
			var err error
			if value, err = field.DefaultValue.Value(nil); err != nil {
				return nil, err
			}
			given = true
		}
		if !given || value == nil && s.read {
			continue
		}
		if spread := s.code.Spread[field.Type.Name()]; spread != nil {
			if err := s.spreadAll(path+"."+field.Name, field.Type, value, spread, out); err != nil {
				return nil, err
			}
			continue
		}
		member, err := s.member(path+"."+field.Name, field.Type, value)
		if err != nil {
			return nil, err
		}
		put(out, paramName(field.Name, field.Directives), member)
		for _, pair := range argStrings(field.Directives.ForName("rest"), "defaults") {
			name, text, _ := strings.Cut(pair, "=")
			put(out, name, text)
		}
	}
	return out, nil
}

// put puts a member into a body. A name with a dot is that of a member within another. A name with a star is that of an
// input whose fields are members of the body, each with its own name in the place of the star.
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
	within, ok := body[outer].(map[string]any)
	if !ok {
		within = map[string]any{}
		body[outer] = within
	}
	put(within, inner, member)
}

// spreadAll turns a list of inputs into members of the body around it.
func (s inputs) spreadAll(path string, t *ast.Type, value any, spread Spread, out map[string]any) error {
	list, err := s.member(path, t, value)
	if err != nil || list == nil {
		return err
	}
	for i, element := range list.([]any) { // a type that is spread stands in lists alone
		at := path + "[" + strconv.Itoa(i) + "]"
		input, ok := element.(map[string]any)
		if !ok {
			return badInput("%s: want an object of type %s", at, t.Name())
		}
		name, member, err := spread(input)
		if err != nil {
			return badInput("%s: %v", at, err)
		}
		if _, twice := out[name]; twice {
			return badInput("%s: the same is given twice", at)
		}
		out[name] = member
	}
	return nil
}

// member is a value of an input in Close's terms.
func (s inputs) member(path string, t *ast.Type, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		out := make([]any, len(list))
		for i, element := range list {
			var err error
			if out[i], err = s.member(path+"["+strconv.Itoa(i)+"]", t.Elem, element); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	if def := s.ast.Types[t.Name()]; def != nil && def.Kind == ast.InputObject {
		input, ok := value.(map[string]any)
		if !ok {
			return nil, badInput("%s: want an object of type %s", path, def.Name)
		}
		return s.body(path, def, input)
	}
	return s.plain(path, t, value)
}

// inputPath turns the path of a member of a body into the path of the input that became it, as far as it is known.
func (s inputs) inputPath(def *ast.Definition, members []string) []string {
	path := make([]string, 0, len(members))
	for len(members) > 0 {
		field, n := s.inputField(def, members)
		if field == nil {
			path = append(path, members[0])
		} else {
			path = append(path, field.Name)
			def = s.ast.Types[field.Type.Name()]
		}
		members = members[n:]
	}
	return path
}

// inputField is the field of an input that became the member of a body at the beginning of a path, and how many steps of
// the path it stands for; nil and one when none is known.
func (s inputs) inputField(def *ast.Definition, members []string) (*ast.FieldDefinition, int) {
	if def == nil {
		return nil, 1
	}
	for _, field := range def.Fields {
		name := strings.Split(paramName(field.Name, field.Directives), ".")
		if n := min(len(name), len(members)); slices.Equal(name[:n], members[:n]) {
			return field, n
		}
	}
	for _, field := range def.Fields {
		if s.code.Spread[field.Type.Name()] != nil && strings.HasPrefix(members[0], customPrefix) {
			return field, 1
		}
	}
	return nil, 1
}
