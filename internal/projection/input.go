package projection

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// body turns an input into the JSON body of a request: names and values as Close has them, a field left out is left out,
// a null is sent.
func (s *schema) body(path string, def *ast.Definition, input map[string]any) (map[string]any, error) {
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
		member, err := s.member(path+"."+field.Name, field.Type, value)
		if err != nil {
			return nil, err
		}
		out[paramName(field.Name, field.Directives)] = member
	}
	return out, nil
}

// member is a value of an input in Close's terms.
func (s *schema) member(path string, t *ast.Type, value any) (any, error) {
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
func (s *schema) inputPath(def *ast.Definition, members []string) []string {
	path := make([]string, 0, len(members))
	for _, member := range members {
		name := member
		if def != nil {
			for _, field := range def.Fields {
				if paramName(field.Name, field.Directives) == member {
					name = field.Name
					def = s.ast.Types[field.Type.Name()]
					break
				}
			}
		}
		path = append(path, name)
	}
	return path
}
