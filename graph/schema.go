package graph

import "github.com/vektah/gqlparser/v2/ast"

// Schema is the schema, with the directives that say how it stands to REST. Nobody may change it. The positions in it tell the
// file alone.
func Schema() *ast.Schema { return schema }

var schema = thin(parsedSchema)

// thin leaves away what the schema holds for errors in itself, holds equal types once, and lays the others side by side: of its
// 32,000 objects, which the garbage collector would visit each time, a tenth is left.
func thin(s *ast.Schema) *ast.Schema {
	t := thinner{positions: map[*ast.Source]*ast.Position{}, types: map[string]*ast.Type{}}
	t.directives(&s.SchemaDirectives)
	for _, def := range s.Types {
		t.position(&def.Position)
		def.TypePositions = nil
		t.directives(&def.Directives)
		for i, field := range def.Fields {
			t.position(&field.Position)
			t.typ(&field.Type)
			t.value(&field.DefaultValue)
			t.arguments(&field.Arguments)
			t.directives(&field.Directives)
			def.Fields[i] = t.fields.keep(field)
		}
		def.Fields = t.fieldLists.keepAll(def.Fields)
		for _, value := range def.EnumValues {
			t.position(&value.Position)
			t.directives(&value.Directives)
		}
	}
	for _, def := range s.Directives {
		t.position(&def.Position)
		t.arguments(&def.Arguments)
	}
	return s
}

// thinner has one position of each file, each type once, and all else by its kind.
type thinner struct {
	positions map[*ast.Source]*ast.Position
	types     map[string]*ast.Type

	fields              slab[ast.FieldDefinition]
	fieldLists          slab[*ast.FieldDefinition]
	argumentDefinitions slab[ast.ArgumentDefinition]
	argumentLists       slab[*ast.ArgumentDefinition]
	applied             slab[ast.Directive]
	appliedLists        slab[*ast.Directive]
	given               slab[ast.Argument]
	givenLists          slab[*ast.Argument]
	values              slab[ast.Value]
	children            slab[ast.ChildValue]
	childLists          slab[*ast.ChildValue]
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

func (t *thinner) arguments(list *ast.ArgumentDefinitionList) {
	for i, arg := range *list {
		t.position(&arg.Position)
		t.typ(&arg.Type)
		t.value(&arg.DefaultValue)
		t.directives(&arg.Directives)
		(*list)[i] = t.argumentDefinitions.keep(arg)
	}
	*list = t.argumentLists.keepAll(*list)
}

func (t *thinner) directives(list *ast.DirectiveList) {
	for i, directive := range *list {
		t.position(&directive.Position)
		for n, arg := range directive.Arguments {
			t.position(&arg.Position)
			t.value(&arg.Value)
			directive.Arguments[n] = t.given.keep(arg)
		}
		directive.Arguments = t.givenLists.keepAll(directive.Arguments)
		(*list)[i] = t.applied.keep(directive)
	}
	*list = t.appliedLists.keepAll(*list)
}

func (t *thinner) value(p **ast.Value) {
	v := *p
	if v == nil {
		return
	}
	t.position(&v.Position)
	t.typ(&v.ExpectedType)
	for i, child := range v.Children {
		t.position(&child.Position)
		t.value(&child.Value)
		v.Children[i] = t.children.keep(child)
	}
	v.Children = t.childLists.keepAll(v.Children)
	*p = t.values.keep(v)
}
