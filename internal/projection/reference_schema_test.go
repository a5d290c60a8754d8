package projection_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// selectedField is a field of a selection set with all that is selected below it.
type selectedField struct {
	key   string
	field *ast.Field
	sets  []ast.SelectionSet
}

// collect is CollectFields of the GraphQL specification.
func (x *reference) collect(sets []ast.SelectionSet, def *ast.Definition) []selectedField {
	var out []selectedField
	visited := map[string]bool{}
	var add func(ast.SelectionSet)
	add = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if !x.included(s.Directives) {
					continue
				}
				i := slices.IndexFunc(out, func(f selectedField) bool { return f.key == s.Alias })
				if i < 0 {
					i = len(out)
					out = append(out, selectedField{key: s.Alias, field: s})
				}
				out[i].sets = append(out[i].sets, s.SelectionSet)
			case *ast.InlineFragment:
				if x.included(s.Directives) && x.applies(s.TypeCondition, def) {
					add(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if x.included(s.Directives) && !visited[s.Name] {
					visited[s.Name] = true
					if x.applies(s.Definition.TypeCondition, def) {
						add(s.Definition.SelectionSet)
					}
				}
			}
		}
	}
	for _, set := range sets {
		add(set)
	}
	return out
}

func (x *reference) included(list ast.DirectiveList) bool {
	for _, d := range list {
		if holds := d.ArgumentMap(x.vars)["if"] == true; d.Name == "skip" && holds || d.Name == "include" && !holds {
			return false
		}
	}
	return true
}

func (x *reference) applies(condition string, def *ast.Definition) bool {
	if condition == "" || condition == def.Name {
		return true
	}
	return slices.Contains(x.world.schema.GetPossibleTypes(x.world.schema.Types[condition]), def)
}

func text(raw json.RawMessage) string {
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

func snake(name string) string {
	return strings.ToLower(regexp.MustCompile(`([A-Z])`).ReplaceAllString(name, "_$1"))
}

// readsOf are the REST members that a field reads.
func readsOf(field *ast.FieldDefinition) []string {
	if d := field.Directives.ForName("rest"); d != nil {
		if a := d.Arguments.ForName("fields"); a != nil {
			var names []string
			for _, child := range a.Value.Children {
				names = append(names, child.Value.Raw)
			}
			return names
		}
	}
	return []string{snake(field.Name)}
}

// inlineOf are the fields of an edge's far end that the parent carries.
func inlineOf(field *ast.FieldDefinition) map[string]string {
	inline := map[string]string{"id": readsOf(field)[0]}
	if d := field.Directives.ForName("inline"); d != nil {
		for _, child := range d.Arguments.ForName("fields").Value.Children {
			name, member, _ := strings.Cut(child.Value.Raw, "=")
			inline[name] = member
		}
	}
	return inline
}

// textOf is the text that stands for an enum value in REST.
func textOf(v *ast.EnumValueDefinition) string {
	if d := v.Directives.ForName("rest"); d != nil {
		return d.Arguments.ForName("value").Value.Raw
	}
	return strings.ToLower(v.Name)
}

// fallbackOf are the arguments of @fallback; none for fields without it.
func fallbackOf(field *ast.FieldDefinition) map[string]string {
	args := map[string]string{}
	if d := field.Directives.ForName("fallback"); d != nil {
		for _, a := range d.Arguments {
			args[a.Name] = a.Value.Raw
		}
	}
	return args
}

func isEmbedded(target *ast.Definition, field *ast.FieldDefinition) bool {
	return target.Directives.ForName("entity") == nil || field.Directives.ForName("embedded") != nil
}
