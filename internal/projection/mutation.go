package projection

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
)

// Answer is a field of a mutation's payload that holds an object of Close, or a list of them. GraphQL wants the fields
// of a mutation done one after the other, so an answer is loaded as soon as it is made.
type Answer struct {
	request *request
	plan    *rootPlan
	fields  []*payloadPlan // a field may be selected under several response keys
	typ     *objectType
}

// Answer is the field with a name of the payload of the mutation in ctx.
func (e *Engine) Answer(ctx context.Context, name string) Answer {
	req, plan := rootOf(ctx)
	a := Answer{request: req, plan: plan}
	payload := e.schema.ast.Types[plan.ast.Definition.Type.Name()]
	a.typ = e.schema.types[payload.Fields.ForName(name).Type.Name()]
	for _, p := range plan.payload {
		if p.name == name {
			a.fields = append(a.fields, p)
		}
	}
	return a
}

// Selected reports whether the client wants the field.
func (a Answer) Selected() bool { return len(a.fields) > 0 }

// Fields are the members that the answer to a write must have for the field, for the _fields of its call.
func (a Answer) Fields() []string {
	if l := a.plan.entities[a.typ]; l != nil {
		return l.fields()
	}
	return []string{"id"}
}

// Document is the value of the field: the object that Close answered to a write. Nil when the field is not selected. Where
// something is selected that Close sends on request alone, and the answer does not have it, the object is read once more.
func (a Answer) Document(ctx context.Context, doc closeapi.Document) (*Value, error) {
	if !a.Selected() {
		return nil, nil
	}
	t, err := scanObject(doc.Body, a.plan.entities[a.typ])
	if err != nil {
		return nil, malformed(err)
	}
	id := Parent{row{t, 0}}.Text("id")
	if id != "" {
		a.request.engine.observed.Wrote(ctx, id)
	}
	if isID(id) && a.lacks(row{t, 0}) {
		return a.Object(ctx, id)
	}
	return a.value(ctx, func(_ *run, k *kid, place int) {
		k.links = []link{k.add(place, row{t, 0})}
	})
}

// List is the value of the field: the objects that Close answered to a write in a list. Nil when the field is not selected.
func (a Answer) List(ctx context.Context, doc closeapi.Document) (*Value, error) {
	if !a.Selected() {
		return nil, nil
	}
	t, _, err := scanList(doc.Body, a.plan.entities[a.typ], newLayout())
	if err != nil {
		return nil, malformed(err)
	}
	return a.value(ctx, func(_ *run, k *kid, place int) {
		for i := range t.rows {
			k.links = append(k.links, k.add(place, row{t, i}))
		}
	})
}

// lacks reports whether a member that comes on request is wanted of an object and not there.
func (a Answer) lacks(r row) bool {
	return slices.ContainsFunc(a.fields, func(p *payloadPlan) bool {
		place := p.target.places[p.target.index(a.typ)]
		return slices.ContainsFunc(place.late, func(slot int) bool { return r.raw(slot) == nil })
	})
}

// Object is the value of the field: an object by its id. Nil when the field is not selected.
func (a Answer) Object(ctx context.Context, id string) (*Value, error) {
	return a.Objects(ctx, []string{id})
}

// Objects is the value of the field: a list of objects by their ids. Nil when the field is not selected.
func (a Answer) Objects(ctx context.Context, ids []string) (*Value, error) {
	if !a.Selected() {
		return nil, nil
	}
	return a.value(ctx, func(x *run, k *kid, place int) {
		for _, id := range ids {
			k.links = append(k.links, k.name(place, id))
		}
		x.load(k)
	})
}

// value loads what fill puts into the kid of each response key.
func (a Answer) value(ctx context.Context, fill func(x *run, k *kid, place int)) (*Value, error) {
	x := &run{request: a.request, entities: a.plan.entities}
	v := &Value{run: x, more: make([]root, len(a.fields))}
	for i, p := range a.fields {
		r := &v.more[i]
		*r = root{key: p.key, wrote: &p.wrote, kid: newKid(p.target.places)}
		place := p.target.index(a.typ)
		fill(x, &r.kid, place)
		if b := r.kid.blocks[place]; b.ids.Len() == 0 {
			x.expand(ctx, b)
		}
	}
	return v, x.all(ctx)
}

// Body is an argument of the root field in ctx, an input, as the body of a request to Close: names and values are
// Close's, what the client left out is left out, a null is null. Beside it is what is wrong with the input, as far as that
// can be told before a call is made.
func (e *Engine) Body(ctx context.Context, arg string) (map[string]any, []Fault) {
	def, value := e.argument(ctx, arg)
	b := e.body()
	object := b.object([]string{arg}, e.schema.ast.Types[def.Type.Name()], value)
	return object, b.faults
}

// Filter is an argument of the root field in ctx, an input, as the parameters of a REST list.
func (e *Engine) Filter(ctx context.Context, arg string) (map[string]string, error) {
	def, value := e.argument(ctx, arg)
	p := params{schema: e.schema, check: e.code.Check, out: map[string]string{}}
	return p.out, p.addInput(arg, "", e.schema.ast.Types[def.Type.Name()], value, 0)
}

// Zone is the argument timeZone of the root field in ctx; nil when it is not given.
func (e *Engine) Zone(ctx context.Context) (*closeapi.Offset, error) {
	req, plan := rootOf(ctx)
	value := plan.ast.ArgumentMap(req.vars)["timeZone"]
	if value == nil {
		return nil, nil
	}
	return timeZone(value)
}

// InputPath turns the path of a member of a request's body, as an error of Close names it, into the path of the
// argument from which Body made it. A mutation without that argument made the body by itself: there is no path then.
func (e *Engine) InputPath(ctx context.Context, arg string, members []string) []string {
	def, _ := e.argument(ctx, arg)
	if def == nil { // a mutation without an input: its arguments are the members
		return argumentPath(graphql.GetFieldContext(ctx).Field.Definition, members)
	}
	return append([]string{arg}, e.body().inputPath(e.schema.ast.Types[def.Type.Name()], members)...)
}

// argumentPath turns the path of a member or parameter into that of the argument that became it, as far as it is known.
func argumentPath(def *ast.FieldDefinition, members []string) []string {
	path := slices.Clone(members)
	for _, arg := range def.Arguments {
		if len(path) > 0 && paramName(arg.Name, arg.Directives) == path[0] {
			path[0] = arg.Name
		}
	}
	return path
}

func (e *Engine) body() *body { return &body{schema: e.schema, code: e.code} }

func (e *Engine) argument(ctx context.Context, arg string) (*ast.ArgumentDefinition, map[string]any) {
	req := requestOf(ctx)
	field := graphql.GetFieldContext(ctx).Field
	value, _ := field.ArgumentMap(req.vars)[arg].(map[string]any)
	return field.Definition.Arguments.ForName(arg), value
}
