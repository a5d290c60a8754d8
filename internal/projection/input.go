package projection

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// inputs turns inputs into bodies of requests.
type inputs struct {
	*schema
	spread map[string]Spread
}

// body turns an input into the JSON body of a request: names and values as Close has them, a field left out is left out,
// a null is sent.
func (s inputs) body(path string, def *ast.Definition, input map[string]any) (map[string]any, error) {
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
		if !given {
			continue
		}
		if spread := s.spread[field.Type.Name()]; spread != nil {
			if err := s.spreadAll(path+"."+field.Name, field.Type, value, spread, out); err != nil {
				return nil, err
			}
			continue
		}
		member, err := s.member(path+"."+field.Name, field.Type, value)
		if err != nil {
			return nil, err
		}
		out[paramName(field.Name, field.Directives)] = member
	}
	return out, nil
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
	for _, member := range members {
		name := member
		if field := s.inputField(def, member); field != nil {
			name = field.Name
			def = s.ast.Types[field.Type.Name()]
		}
		path = append(path, name)
	}
	return path
}

// inputField is the field of an input that became a member of a body; nil when none is known.
func (s inputs) inputField(def *ast.Definition, member string) *ast.FieldDefinition {
	if def == nil {
		return nil
	}
	for _, field := range def.Fields {
		if paramName(field.Name, field.Directives) == member {
			return field
		}
	}
	for _, field := range def.Fields {
		if s.spread[field.Type.Name()] != nil && strings.HasPrefix(member, customPrefix) {
			return field
		}
	}
	return nil
}
