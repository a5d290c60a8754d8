package projection

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// selected is a field of a selection set, merged from every place that selects it (GraphQL: CollectFields).
type selected struct {
	key  string
	ast  *ast.Field
	sets []ast.SelectionSet
}

// collector gathers the fields that selection sets select of one object type.
type collector struct {
	vars    map[string]any
	typ     *objectType
	fields  []*selected
	byKey   map[string]*selected
	visited map[string]bool // named fragments
}

// collect returns the fields of selection sets for an object type in the order in which they first appear.
func collect(sets []ast.SelectionSet, typ *objectType, vars map[string]any) []*selected {
	c := collector{vars: vars, typ: typ, byKey: map[string]*selected{}, visited: map[string]bool{}}
	for _, set := range sets {
		c.add(set)
	}
	return c.fields
}

func (c *collector) add(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if included(s.Directives, c.vars) {
				c.addField(s)
			}
		case *ast.InlineFragment:
			if included(s.Directives, c.vars) && (s.TypeCondition == "" || c.typ.above[s.TypeCondition]) {
				c.add(s.SelectionSet)
			}
		case *ast.FragmentSpread:
			if !included(s.Directives, c.vars) || c.visited[s.Name] {
				continue
			}
			c.visited[s.Name] = true
			if c.typ.above[s.Definition.TypeCondition] {
				c.add(s.Definition.SelectionSet)
			}
		}
	}
}

func (c *collector) addField(f *ast.Field) {
	sel := c.byKey[f.Alias]
	if sel == nil {
		sel = &selected{key: f.Alias, ast: f}
		c.byKey[f.Alias] = sel
		c.fields = append(c.fields, sel)
	}
	if len(f.SelectionSet) > 0 {
		sel.sets = append(sel.sets, f.SelectionSet)
	}
}

// included evaluates @skip and @include.
func included(directives ast.DirectiveList, vars map[string]any) bool {
	for _, d := range directives {
		switch d.Name {
		case "skip":
			if condition(d, vars) {
				return false
			}
		case "include":
			if !condition(d, vars) {
				return false
			}
		}
	}
	return true
}

func condition(d *ast.Directive, vars map[string]any) bool {
	holds, _ := d.ArgumentMap(vars)["if"].(bool)
	return holds
}

// planVariables are the variables on which the plan of an operation hangs, in order of appearance: those of @skip and
// @include, and the arguments that say which members to read.
func (s *schema) planVariables(set ast.SelectionSet) []string {
	f := variableFinder{schema: s, seen: map[string]bool{}, visited: map[string]bool{}}
	f.walk(set)
	return f.names
}

type variableFinder struct {
	schema        *schema
	names         []string
	seen, visited map[string]bool
}

func (f *variableFinder) walk(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			f.directives(s.Directives)
			if t := f.schema.types[s.ObjectDefinition.Name]; t != nil && t.fields[s.Name] != nil && t.fields[s.Name].templated() {
				f.arguments(s.Arguments)
			}
			f.walk(s.SelectionSet)
		case *ast.InlineFragment:
			f.directives(s.Directives)
			f.walk(s.SelectionSet)
		case *ast.FragmentSpread:
			f.directives(s.Directives)
			if !f.visited[s.Name] {
				f.visited[s.Name] = true
				f.walk(s.Definition.SelectionSet)
			}
		}
	}
}

func (f *variableFinder) directives(list ast.DirectiveList) {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		f.arguments(d.Arguments)
	}
}

func (f *variableFinder) arguments(list ast.ArgumentList) {
	for _, arg := range list {
		if arg.Value.Kind == ast.Variable && !f.seen[arg.Value.Raw] {
			f.seen[arg.Value.Raw] = true
			f.names = append(f.names, arg.Value.Raw)
		}
	}
}
