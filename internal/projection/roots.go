package projection

import (
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// Object is the value of the root field in ctx: one object by its id, of the type of the field or, for an interface, of
// the type that the id's prefix tells. The error is about an id that cannot be one.
func (e *Engine) Object(ctx context.Context, id string) (*Value, error) {
	return e.objects(ctx, []string{id}, "id")
}

// Objects is the value of the root field in ctx: a list of objects by their ids, in the order of the ids.
func (e *Engine) Objects(ctx context.Context, ids []string) (*Value, error) {
	if len(ids) > maxIDs {
		return nil, badInput("ids: %d are too many; %d at most", len(ids), maxIDs)
	}
	return e.objects(ctx, ids, "ids")
}

func (e *Engine) objects(ctx context.Context, ids []string, arg string) (*Value, error) {
	req, plan := rootOf(ctx)
	x := &req.query
	x.mu.Lock()
	defer x.mu.Unlock()
	v := x.byID(plan)
	k := &v.root.kid
	k.links = slices.Grow(k.links, len(ids))
	for _, id := range ids {
		place, err := plan.target.placeOf(id)
		if err != nil {
			return nil, badInput("%s: %v", arg, err)
		}
		k.links = append(k.links, k.name(place, id))
	}
	x.entities = plan.entities
	x.load(k)
	return v, nil
}

// byID is the value of a root field that is objects by their ids, before there are any.
func (x *run) byID(plan *rootPlan) *Value {
	var v *Value
	if plan.lone() {
		v = x.lone(plan.target.places[0])
	} else {
		v = &Value{root: root{kid: newKid(plan.target.places)}}
	}
	v.run, v.root.key, v.root.wrote = x, plan.ast.Alias, &plan.wrote
	return v
}

// lone is the memory of a root field that is one object of one type. A query may have many of them under aliases, so theirs is
// taken in one piece.
type lone struct {
	Value
	block  block
	blocks [1]*block
	links  [1]link
}

// lone reports whether the root is one object of one type.
func (p *rootPlan) lone() bool {
	return p.target != nil && len(p.target.places) == 1 && p.ast.Definition.Type.Elem == nil
}

// lone is a value with room for one object of a place.
func (x *run) lone(p *place) *Value {
	if len(x.lones) == 0 {
		x.lones = x.request.memory.room(x.request.plan.lones)
		x.next.blocks = slices.Grow(x.next.blocks, len(x.lones))
	}
	l := &x.lones[0]
	x.lones = x.lones[1:]
	l.block = block{place: p}
	l.blocks[0] = &l.block
	l.root.kid = kid{blocks: l.blocks[:], links: l.links[:0]}
	return &l.Value
}

// placeOf is the place for an object with an id, chosen by the id's prefix.
func (t *target) placeOf(id string) (int, error) {
	var prefixes, names []string
	for i, typ := range t.types {
		if typ.entity == nil {
			continue
		}
		if slices.Contains(typ.entity.names, id) {
			return i, nil
		}
		names = append(names, typ.entity.names...)
		for _, prefix := range typ.entity.prefixes {
			if beginsWith(id, prefix) {
				return i, nil
			}
			prefixes = append(prefixes, prefix)
		}
	}
	return 0, wrongID(id, prefixes, names)
}

// beginsWith reports whether a text can be an id with a prefix.
func beginsWith(id, prefix string) bool {
	return strings.HasPrefix(id, prefix) && len(id) > len(prefix) && isID(id)
}

func wrongID(id string, prefixes, names []string) error {
	words := ""
	if len(names) > 0 {
		words = ", or is one of " + strings.Join(names, ", ")
	}
	return badInput("%s is not an id that can stand here; it begins with %s and goes on with letters and digits%s",
		shorten(id), strings.Join(prefixes, " or "), words)
}

// List is the value of the root field in ctx: a connection, of which the arguments choose the page, or a plain list.
func (e *Engine) List(ctx context.Context) (*Value, error) {
	req, plan := rootOf(ctx)
	v := &Value{run: &req.query, root: root{key: plan.ast.Alias, wrote: &plan.wrote, connection: plan.connection}}
	x := &req.query
	x.mu.Lock()
	defer x.mu.Unlock()
	x.entities = plan.entities
	args := plan.ast.ArgumentMap(req.vars)
	x.list(plan.connection, args, make([]listParent, 1), &v.root.kid)
	if err := v.root.kid.pages[0].err; err != nil {
		return nil, e.schema.refusal(ctx, plan.connection.field, args, err)
	}
	return v, nil
}

// rootOf is the request in ctx with the plan of the root field in ctx.
func rootOf(ctx context.Context) (*request, *rootPlan) {
	req := requestOf(ctx)
	return req, req.plan.roots[graphql.GetFieldContext(ctx).Field.Alias]
}

// CheckID says what is wrong with an id that cannot be one of a type; nil when it can.
func (e *Engine) CheckID(typeName, id string) error {
	t := e.schema.types[typeName]
	if t.entity == nil && !beginsWith(id, t.prefix) {
		return wrongID(id, []string{t.prefix}, nil)
	}
	if t.entity == nil {
		return nil
	}
	_, err := (&target{types: []*objectType{t}}).placeOf(id)
	return err
}
