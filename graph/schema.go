package graph

import "github.com/vektah/gqlparser/v2/ast"

// Schema is the schema, with the directives that say how it stands to REST. Nobody may change it. The positions in it tell the
// file alone.
func Schema() *ast.Schema { return schema }

var schema = thin(parsedSchema)

// thin leaves away what the schema holds for errors in itself, and holds equal types once: three fifths of its 32,000 objects,
// which the garbage collector would visit each time.
func thin(s *ast.Schema) *ast.Schema {
	t := thinner{positions: map[*ast.Source]*ast.Position{}, types: map[string]*ast.Type{}}
	t.directives(s.SchemaDirectives)
	for _, def := range s.Types {
		t.position(&def.Position)
		def.TypePositions = nil
		t.directives(def.Directives)
		for _, field := range def.Fields {
			t.position(&field.Position)
			t.typ(&field.Type)
			t.value(field.DefaultValue)
			t.arguments(field.Arguments)
			t.directives(field.Directives)
		}
		for _, value := range def.EnumValues {
			t.position(&value.Position)
			t.directives(value.Directives)
		}
	}
	for _, def := range s.Directives {
		t.position(&def.Position)
		t.arguments(def.Arguments)
	}
	return s
}

// thinner has one position of each file, and each type once.
type thinner struct {
	positions map[*ast.Source]*ast.Position
	types     map[string]*ast.Type
}

func (t *thinner) position(p **ast.Position) {
	if *p == nil {
		return
	}
	one := t.positions[(*p).Src]
	if one == nil {
		one = &ast.Position{Src: (*p).Src}
		t.positions[(*p).Src] = one
	}
	*p = one
}

func (t *thinner) typ(p **ast.Type) {
	if *p == nil {
		return
	}
	name := (*p).String()
	one := t.types[name]
	if one == nil {
		one = *p
		t.types[name] = one
		t.position(&one.Position)
		t.typ(&one.Elem)
	}
	*p = one
}

func (t *thinner) arguments(list ast.ArgumentDefinitionList) {
	for _, arg := range list {
		t.position(&arg.Position)
		t.typ(&arg.Type)
		t.value(arg.DefaultValue)
		t.directives(arg.Directives)
	}
}

func (t *thinner) directives(list ast.DirectiveList) {
	for _, directive := range list {
		t.position(&directive.Position)
		for _, arg := range directive.Arguments {
			t.position(&arg.Position)
			t.value(arg.Value)
		}
	}
}

func (t *thinner) value(v *ast.Value) {
	if v == nil {
		return
	}
	t.position(&v.Position)
	t.typ(&v.ExpectedType)
	for _, child := range v.Children {
		t.position(&child.Position)
		t.value(child.Value)
	}
}
