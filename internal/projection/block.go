package projection

import (
	"context"

	"github.com/closegraph/closegraph/internal/loaders"
)

// block holds the objects of one place while an operation runs.
type block struct {
	place *place
	rows  []row
	ids   loaders.IDs // by row, of objects that are named by id
	errs  []error     // by row, of objects that could not be loaded; nil when all could
	kids  []kid       // by item.kid
	// variants are the rows of a place with variants, sorted by variant; of says which one a row is, and where it stands.
	variants []*block
	of       []link
}

// kid is what an item needs beyond the rows of its block.
type kid struct {
	links  []link   // by row of the block
	blocks []*block // by place of the target, or by view of the connection
	refs   []link   // of lists of ids: what the elements lead to
	pages  []page   // of connections
	empty  []bool   // of connections: by page, whether it is known to be empty
	head   *block   // of connections: by page, what the list has beside its rows
	values [][]byte // of computed fields: JSON by row
	err    error    // of computed fields
	errs   []error  // to which links lead
}

// link says where the objects below a row stand.
type link struct {
	state linkState
	place int32 // index of the block
	at    int32 // first row of the block, or of refs, or index of the page
	n     int32 // how many, of a list
}

type linkState uint8

const (
	linkNull linkState = iota
	linkSet
	linkWrong  // Close sent something that leads nowhere
	linkFailed // at is the index of an error
)

// page is a page of a connection, whose rows stand in the blocks of its views.
type page struct {
	at, n int
	skip  int // items of the list before the page
	next  bool
	hash  uint64
	found *foundPage // of a search
	trail *trail     // of a list that Close walks with cursors
	err   error
}

// newKid prepares the blocks below an item.
func newKid(places []*place) kid {
	if len(places) == 1 {
		only := &struct {
			block
			list [1]*block
			link [1]link
		}{block: block{place: places[0]}}
		only.list[0] = &only.block
		return kid{blocks: only.list[:], links: only.link[:0]}
	}
	k := kid{blocks: make([]*block, len(places))}
	for i, p := range places {
		k.blocks[i] = &block{place: p}
	}
	return k
}

// name adds an object that is named by its id, unless it is there already, and returns the way to it.
func (k *kid) name(place int, id string) link {
	b := k.blocks[place]
	at := b.ids.At(id)
	if at < 0 {
		at = b.ids.Add(id)
	}
	return link{state: linkSet, place: int32(place), at: int32(at)}
}

// fail notes that what a row leads to cannot be had.
func (k *kid) fail(row int, err error) {
	k.links[row] = link{state: linkFailed, at: int32(len(k.errs))}
	k.errs = append(k.errs, err)
}

// expand works out what lies below the rows of a block: what is there already it opens, what is not it asks for.
func (x *run) expand(ctx context.Context, b *block) {
	if len(b.rows) == 0 || !b.place.deep() {
		return
	}
	if b.place.variants != nil {
		x.expandVariants(ctx, b)
		return
	}
	b.kids = make([]kid, b.place.kids)
	for i := range b.place.items {
		it := &b.place.items[i]
		if it.kid < 0 {
			continue
		}
		k := &b.kids[it.kid]
		switch it.kind {
		case edgeItem:
			x.expandEdge(b, it, k)
		case referItem:
			x.expandRefer(ctx, b, it, k)
		case embeddedItem:
			x.expandEmbedded(ctx, b, it, k)
		case sameItem:
			x.expandSame(ctx, b, it, k)
		case listItem:
			x.expandList(ctx, b, it, k)
		case computedItem:
			x.compute(ctx, b, it, k)
		}
	}
}

// expandVariants sorts the rows of a block by their types.
func (x *run) expandVariants(ctx context.Context, b *block) {
	v := b.place.variants
	b.of = make([]link, len(b.rows))
	b.variants = make([]*block, len(v.places))
	for i, p := range v.places {
		b.variants[i] = &block{place: p}
	}
	for i, r := range b.rows {
		if r.missing() {
			continue
		}
		n := v.of(r)
		variant := b.variants[n]
		b.of[i] = link{state: linkSet, place: int32(n), at: int32(len(variant.rows))}
		variant.rows = append(variant.rows, r)
	}
	for _, variant := range b.variants {
		x.expand(ctx, variant)
	}
}

// eachElement calls f with the elements of a JSON array that was scanned before.
func eachElement(raw []byte, f func(element []byte)) {
	w := enter(raw, 0)
	for w.more() {
		from := w.i
		var err error
		if w.i, err = skipValue(raw, w.i, 0); err != nil {
			return
		}
		f(raw[from:w.i:w.i])
	}
}

// expandRefer asks for the objects that Go names.
func (x *run) expandRefer(ctx context.Context, b *block, it *item, k *kid) {
	*k = newKid(it.target.places)
	k.links = make([]link, len(b.rows))
	rows, parents := b.parents()
	for n, ref := range it.field.refer(parents) {
		i := rows[n]
		if ref.Type == "" {
			continue
		}
		place := it.target.index(x.request.engine.schema.types[ref.Type])
		switch {
		case place >= 0 && it.target.types[place].entity == nil:
			k.links[i] = k.add(place, b.rows[i])
		case place >= 0 && it.target.types[place].hasID(ref.ID):
			k.links[i] = k.name(place, ref.ID)
		default:
			k.links[i] = link{state: linkWrong}
		}
	}
	for _, child := range k.blocks {
		if child.place.idOnly {
			child.rows = make([]row, child.ids.Len())
		} else if child.ids.Len() == 0 {
			x.expand(ctx, child)
		}
	}
	x.load(k)
}

// add adds a row that is there already and returns the way to it.
func (k *kid) add(place int, r row) link {
	b := k.blocks[place]
	b.rows = append(b.rows, r)
	return link{state: linkSet, place: int32(place), at: int32(len(b.rows) - 1)}
}

// parents are the rows of a block that hold an object, with their indexes.
func (b *block) parents() ([]int, []Parent) {
	rows := make([]int, 0, len(b.rows))
	parents := make([]Parent, 0, len(b.rows))
	for i, r := range b.rows {
		if !r.missing() {
			rows = append(rows, i)
			parents = append(parents, Parent{r})
		}
	}
	return rows, parents
}

// expandEmbedded opens the objects inside a member.
func (x *run) expandEmbedded(ctx context.Context, b *block, it *item, k *kid) {
	var last, below *table
	k.open(b, it, func(i int) (*table, span) {
		r := b.rows[i]
		if r.table != last {
			last, below = r.table, &table{doc: r.table.doc, layout: it.below.layout, alike: true}
		}
		return below, r.span(it.slot)
	})
	if it.field.gone == nil || !x.fallBack(b, it, k) {
		x.expand(ctx, k.blocks[0])
	}
}

// open opens, for each row, the object or list of objects that stands at a span of a table's document.
func (k *kid) open(b *block, it *item, at func(i int) (*table, span)) {
	*k = newKid([]*place{it.below})
	k.links = make([]link, len(b.rows))
	child := k.blocks[0]
	list := it.typ.Elem != nil
	for i, r := range b.rows {
		if r.missing() {
			continue
		}
		t, s := at(i)
		raw := t.doc[s.from:s.to]
		switch {
		case isNull(raw):
			continue
		case list != (raw[0] == '[') || !list && raw[0] != '{':
			k.links[i] = link{state: linkWrong}
			continue
		}
		from := t.rows
		if list {
			_, _ = t.scanRows(int(s.from)) // it was scanned before, as a value
		} else {
			_, _ = t.scanRow(int(s.from))
		}
		k.links[i] = link{state: linkSet, at: int32(len(child.rows)), n: int32(t.rows - from)}
		for ; from < t.rows; from++ {
			child.rows = append(child.rows, row{t, from})
		}
	}
}

// expandSame opens what lies below the rows themselves.
func (x *run) expandSame(ctx context.Context, b *block, it *item, k *kid) {
	*k = newKid([]*place{it.below})
	k.blocks[0].rows = b.rows
	x.expand(ctx, k.blocks[0])
}
