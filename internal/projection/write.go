package projection

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxErrors is how many errors one answer reports; what fails beyond that is null without a word.
const maxErrors = 100

// writer writes one value of the answer. Its methods return false when a value that must not be null is: then the
// caller takes back what it wrote and is null itself, or hands the failure on.
type writer struct {
	ctx     context.Context //nolint:containedctx // of the one answer that the writer writes
	request *request
	buf     []byte
	most    int // how long buf may get
	root    *graphql.FieldContext
	path    []step // below root; the first one stands for the root itself
	text    []byte // that is composed
}

// tooLong ends the writing of a value when the answer gets longer than so many bytes.
type tooLong int

// step is a part of a path: a field with its place in the document, or an index of a list.
type step struct {
	field *ast.Field
	index int
}

// fail reports an error at the current path.
func (w *writer) fail(err error) {
	if w.request.errors.Add(1) > maxErrors {
		return
	}
	failure := gqlerror.WrapPath(w.root.Path(), err)
	for i, s := range w.path {
		if s.field == nil {
			failure.Path = append(failure.Path, ast.PathIndex(s.index))
			continue
		}
		if i > 0 {
			failure.Path = append(failure.Path, ast.PathName(s.field.Alias))
		}
		if at := s.field.Position; at != nil {
			failure.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
		}
	}
	graphql.AddError(w.ctx, failure)
}

var (
	errNothing      = upstream("Close sent nothing for a value that cannot be null")
	errLeadsNowhere = upstream("Close sent something that does not lead to an object")
	errNoObject     = upstream("Close sent something else than an object")
)

func (w *writer) push(s step) { w.path = append(w.path, s) }
func (w *writer) pop()        { w.path = w.path[:len(w.path)-1] }

// null writes null where the type allows it.
func (w *writer) null(nonNull bool) bool {
	if nonNull {
		return false
	}
	w.buf = append(w.buf, "null"...)
	return true
}

// object writes the object that a link leads to.
func (w *writer) object(k *kid, l link, nonNull bool) bool {
	switch l.state {
	case linkNull:
		if nonNull {
			w.fail(errNothing)
		}
		return w.null(nonNull)
	case linkWrong:
		w.fail(errLeadsNowhere)
		return w.null(nonNull)
	case linkFailed:
		w.fail(k.errs[l.at])
		return w.null(nonNull)
	}
	b := k.blocks[l.place]
	if b.errs != nil && b.errs[l.at] != nil {
		w.fail(b.errs[l.at])
		return w.null(nonNull)
	}
	return w.row(b.place, b, int(l.at), b.rows[l.at], nonNull)
}

// row writes a row as an object of a place.
func (w *writer) row(p *place, b *block, i int, r row, nonNull bool) bool {
	if r.missing() && !p.idOnly {
		w.fail(errNoObject)
		return w.null(nonNull)
	}
	return w.place(p, b, i, r) || w.null(nonNull)
}

// place writes the items of a place. Where one of them must not be null and is, nothing stays written.
func (w *writer) place(p *place, b *block, i int, r row) bool {
	if p.variants != nil {
		return w.variant(p.variants, b, i, r)
	}
	start := len(w.buf)
	if start > w.most {
		panic(tooLong(w.request.engine.maxAnswer))
	}
	for n := w.plain(p, 0, r); n < len(p.items); n = w.plain(p, n+1, r) {
		it := &p.items[n]
		w.buf = append(w.buf, it.prefix...)
		if !w.item(it, b, i, r) {
			w.buf = w.buf[:start]
			return false
		}
	}
	if len(p.items) == 0 {
		w.buf = append(w.buf, '{')
	}
	w.buf = append(w.buf, '}')
	return true
}

// plain writes items of a place from the n-th on as long as they are leaves that the row has as they should be, which nearly
// all values of an answer are. It returns the first that is something else.
func (w *writer) plain(p *place, n int, r row) int {
	if r.table == nil {
		return n
	}
	doc, spans, out := r.table.doc, r.spans(), w.buf
	for ; n < len(p.items); n++ {
		it := &p.items[n]
		switch it.kind {
		case constantItem:
			out = append(append(out, it.prefix...), it.text...)
			continue
		case inlineItem:
			w.buf = out
			if !w.plainInline(it, spans[it.slot], r) {
				w.buf = out
				return n
			}
			out = w.buf
			continue
		case leafItem:
		default:
			w.buf = out
			return n
		}
		s := spans[it.slot]
		raw := doc[s.from:s.to]
		var first firstByte
		if len(raw) > 0 {
			first = firstBytes[raw[0]]
		}
		switch {
		case first&it.copied != 0:
			out = append(append(out, it.prefix...), raw...)
		case first == 0 && it.copied&beginsNull != 0:
			out = append(append(out, it.prefix...), "null"...)
		case first == 0 || first == beginsNull || it.typ.Elem != nil:
			w.buf = out
			return n
		default:
			written, ok := it.leaf.append(append(out, it.prefix...), raw)
			if !ok {
				w.buf = out
				return n
			}
			out = written
		}
	}
	w.buf = out
	return n
}

// plainInline writes an edge that the row itself answers, if nothing is amiss with it.
func (w *writer) plainInline(it *item, id span, r row) bool {
	items := len(it.below.items)
	w.buf = append(w.buf, it.prefix...)
	if items == 0 || id.to == 0 || r.table.doc[id.from] != '"' || w.plain(it.below, 0, r) < items {
		return false
	}
	w.buf = append(w.buf, '}')
	return true
}

// variant writes a row as what it is.
func (w *writer) variant(v *variants, b *block, i int, r row) bool {
	if b == nil || b.variants == nil {
		return w.place(v.places[v.of(r)], nil, i, r)
	}
	of := b.of[i]
	return w.place(v.places[of.place], b.variants[of.place], int(of.at), r)
}

// item writes one field of an object.
func (w *writer) item(it *item, b *block, i int, r row) bool {
	switch it.kind {
	case constantItem:
		w.buf = append(w.buf, it.text...)
		return true
	case idItem:
		w.buf = append(append(append(w.buf, '"'), b.ids.List()[i]...), '"')
		return true
	}
	w.push(step{field: it.ast})
	ok := w.field(it, b, i, r)
	w.pop()
	return ok
}

// field writes one field of an object under its own path.
func (w *writer) field(it *item, b *block, i int, r row) bool {
	switch it.kind {
	case leafItem:
		return w.value(it, it.typ, r.raw(it.slot))
	case composedItem:
		return w.composed(it, r)
	case inlineItem:
		return w.inline(it, r)
	case sameItem:
		var below *block
		if it.kid >= 0 {
			below = b.kids[it.kid].blocks[0]
		}
		return w.row(it.below, below, i, r, it.typ.NonNull)
	}
	k := &b.kids[it.kid]
	switch {
	case it.kind == computedItem && k.err != nil:
		w.fail(k.err)
		return w.null(it.typ.NonNull)
	case it.kind == computedItem && it.below == nil:
		return w.value(it, it.typ, k.values[i])
	case k.links[i].state != linkSet:
		return w.object(k, k.links[i], it.typ.NonNull)
	case it.kind == listItem:
		return w.connection(it.connection, k, int(k.links[i].at), it.typ.NonNull)
	case it.typ.Elem != nil && it.kind == edgeItem:
		l := k.links[i]
		return w.objects(k, k.refs[l.at:l.at+l.n], it.typ)
	case it.typ.Elem != nil:
		return w.rows(k.blocks[0], int(k.links[i].at), int(k.links[i].n), it.typ)
	}
	return w.object(k, k.links[i], it.typ.NonNull)
}

// inline writes an edge from the row itself.
func (w *writer) inline(it *item, r row) bool {
	raw := r.raw(it.slot)
	switch {
	case isNull(raw):
		return w.object(nil, link{state: linkNull}, it.typ.NonNull)
	case raw[0] != '"':
		return w.object(nil, link{state: linkWrong}, it.typ.NonNull)
	}
	return w.row(it.below, nil, 0, r, it.typ.NonNull)
}

// objects writes the list of objects that links lead to.
func (w *writer) objects(k *kid, links []link, t *ast.Type) bool {
	return w.elements(len(links), t, func(n int) bool { return w.object(k, links[n], t.Elem.NonNull) })
}

// rows writes a list of rows that stand together in a block.
func (w *writer) rows(b *block, at, n int, t *ast.Type) bool {
	return w.elements(n, t, func(i int) bool { return w.row(b.place, b, at+i, b.rows[at+i], t.Elem.NonNull) })
}

// elements writes a list.
func (w *writer) elements(n int, t *ast.Type, element func(n int) bool) bool {
	start := len(w.buf)
	w.buf = append(w.buf, '[')
	w.push(step{})
	defer w.pop()
	for i := range n {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		w.path[len(w.path)-1].index = i
		if !element(i) {
			w.buf = w.buf[:start]
			return w.null(t.NonNull)
		}
	}
	w.buf = append(w.buf, ']')
	return true
}

// value writes a leaf, or a list of leaves, under the current path.
func (w *writer) value(it *item, t *ast.Type, raw []byte) bool {
	start := len(w.buf)
	switch {
	case isNull(raw):
		if t.NonNull {
			w.fail(errNothing)
		}
		return w.null(t.NonNull)
	case t.Elem != nil:
		if raw[0] != '[' {
			w.fail(upstream("%s: want a list from Close, not %s", it.field.name(), jsonKind(raw)))
			return w.null(t.NonNull)
		}
		if !w.values(it, t, raw) {
			w.buf = w.buf[:start]
			return w.null(t.NonNull)
		}
		return true
	}
	var ok bool
	if w.buf, ok = it.leaf.append(w.buf, raw); ok {
		return true
	}
	w.buf = w.buf[:start]
	w.fail(upstream("%s: want %s from Close, not %s", it.field.name(), it.leaf.wants, describe(raw)))
	return w.null(t.NonNull)
}

func (w *writer) values(it *item, t *ast.Type, raw []byte) bool {
	w.buf = append(w.buf, '[')
	n, ok := 0, true
	eachElement(raw, func(element []byte) {
		if !ok {
			return
		}
		if n > 0 {
			w.buf = append(w.buf, ',')
		}
		w.push(step{index: n})
		ok = w.value(it, t.Elem, element)
		w.pop()
		n++
	})
	w.buf = append(w.buf, ']')
	return ok
}

// describe says what stands in a JSON text that is not what it should be: its kind, and of a short one the text.
func describe(raw []byte) string {
	const short = 24
	if raw[0] == '{' || raw[0] == '[' || len(raw) > short {
		return jsonKind(raw)
	}
	return string(raw)
}
