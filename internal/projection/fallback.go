package projection

import (
	"cmp"
	"context"
	"errors"
	"maps"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/loaders"
)

// fallback says how the objects of an embedded list are had where the member that embeds them is absent. One of its two ways
// is there.
type fallback struct {
	ids  string      // the member with their ids
	list *listSource // the list that has them
}

// readFallback learns it.
func (r *schemaReader) readFallback(f *field) {
	d := f.def.Directives.ForName("fallback")
	if d == nil {
		return
	}
	f.gone = &fallback{ids: argString(d, "ids")}
	if f.gone.ids == "" {
		f.gone.list = r.listSource(f, d)
	}
	if f.target.entity == nil || f.def.Type.Elem == nil || f.gone.list != nil && f.gone.list.parentParam == "" {
		r.errorf("%s: a fallback is for a list of objects with ids, and names the member with the ids, or a list and its parameter", f.name())
	}
}

// compile asks for the member that leads to the objects.
func (f *fallback) compile(it *item, l *layout) {
	if f == nil {
		return
	}
	it.below.layout.need("id")
	it.other = l.need(cmp.Or(f.ids, "id"))
}

// found are the objects of one parent, or why they cannot be had.
type found struct {
	rows []row
	err  error
}

// fallBack asks for the objects of an item where a row does not have the member that should embed them. It reports whether
// there was such a row; then what lies below all rows is worked out once the objects have come.
func (x *run) fallBack(b *block, it *item, k *kid) bool {
	var gone []int
	for i, r := range b.rows {
		if !r.missing() && r.raw(it.slot) == nil && !isNull(r.raw(it.other)) {
			gone = append(gone, i)
		}
	}
	if len(gone) == 0 {
		return false
	}
	objects := make([]found, len(gone))
	if it.field.gone.ids != "" {
		x.next.calls = append(x.next.calls, func(ctx context.Context) { x.embeddedByID(ctx, b, it, gone, objects) })
	} else {
		for n, i := range gone {
			x.next.calls = append(x.next.calls, func(ctx context.Context) { objects[n] = x.embeddedList(ctx, it, b.rows[i]) })
		}
	}
	x.next.arrived = append(x.next.arrived, func(ctx context.Context) {
		child := k.blocks[0]
		for n, i := range gone {
			if err := objects[n].err; err != nil {
				k.fail(i, err)
				continue
			}
			k.links[i] = link{state: linkSet, at: int32(len(child.rows)), n: int32(len(objects[n].rows))}
			child.rows = append(child.rows, objects[n].rows...)
		}
		x.expand(ctx, child)
	})
	return true
}

// embeddedList reads the list of a parent, whole.
func (x *run) embeddedList(ctx context.Context, it *item, parent row) found {
	source := it.field.gone.list
	id := Parent{parent}.Text("id")
	if !isID(id) {
		return found{err: errLeadsNowhere}
	}
	args := listArgs{operation: source.operation, params: maps.Clone(source.defaults), first: maxFirst}
	args.params[source.parentParam] = id
	whole := &connection{field: &field{list: source}, layout: it.below.layout, head: &place{layout: noHead}}
	rows, _, more, err := x.fetchList(ctx, whole, args)
	if err == nil && more {
		err = upstream("%s has more than %d objects; Close does not embed them any more, so use a list with pages", it.field.name(), maxFirst)
	}
	return found{rows, err}
}

// embeddedByID reads the objects of all parents by their ids. Those that are not there any more are left out, as they are
// where objects are embedded.
func (x *run) embeddedByID(ctx context.Context, b *block, it *item, gone []int, objects []found) {
	var all loaders.IDs
	lists := make([][]string, len(gone))
	for n, i := range gone {
		k := newKid([]*place{it.below})
		list := k.nameList(b.rows[i].raw(it.other), &naming{})
		if list.state == linkWrong || hasWrong(k.refs) {
			objects[n].err = errLeadsNowhere
			continue
		}
		lists[n] = k.blocks[0].ids.List()
		all.AddNew(lists[n])
	}
	results := x.newLoader(it.field.target, it.below.layout).Load(ctx, &all)
	for n, ids := range lists {
		for _, id := range ids {
			switch at := all.At(id); {
			case results.Errs == nil || results.Errs[at] == nil:
				objects[n].rows = append(objects[n].rows, results.Rows[at])
			case !errors.Is(results.Errs[at], loaders.ErrNotFound) && !closeapi.IsNotFound(results.Errs[at]):
				objects[n].err = results.Errs[at]
			}
		}
	}
}

// hasWrong reports whether one of the links leads nowhere, or is null.
func hasWrong(links []link) bool {
	for _, l := range links {
		if l.state != linkSet {
			return true
		}
	}
	return false
}
