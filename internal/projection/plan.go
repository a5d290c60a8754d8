package projection

import (
	"bytes"
	"slices"
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
)

// plan is one operation, compiled: what to ask of Close and what to write, with nothing left to look up. It hangs on the
// document and on the variables of @skip and @include, so it serves every request with the same ones.
type plan struct {
	roots map[string]*rootPlan // by response key
	lones int                  // roots that are one object of one type
	items int                  // fields
	costs *costs
}

// rootPlan is one root field. Of a query it is an object, some objects, a connection or what a document of Close holds; of
// a mutation it is the fields of the payload that hold objects of Close.
type rootPlan struct {
	ast        *ast.Field
	field      *field      // nil for a mutation
	target     *target     // of objects by id
	document   *place      // of what an operation answers, with the field as its one item
	connection *connection // of a list; with views alone when the field is a plain list
	payload    []*payloadPlan
	// entities are the layouts of objects that are loaded by id: one a type, so that one call fetches what all places
	// of the operation need. The fields of a mutation run one after the other, each with layouts of its own.
	entities map[*objectType]*layout
	wrote    atomic.Int64 // how many bytes it had the last time
}

// payloadPlan is a field of a mutation's payload that holds an object of Close, or a list of them.
type payloadPlan struct {
	key    string // response key
	name   string
	target *target
	wrote  atomic.Int64 // how many bytes it had the last time
}

// target is what a field with fields of its own leads to by an id: a place for each type that the object may have.
type target struct {
	places []*place
	types  []*objectType // of the places
}

// index is the place of a type, or -1.
func (t *target) index(typ *objectType) int {
	return slices.Index(t.types, typ)
}

// place is somewhere in the answer where objects of one type appear.
type place struct {
	typ    *objectType
	layout *layout
	items  []item
	kids   int   // how many items need more than the row itself
	late   []int // slots of members that Close sends on request alone
	// variants are the places of an interface or union whose rows tell their type; there are no items then.
	variants *variants
	idOnly   bool // nothing is selected that the id alone does not answer
}

// variants are the types that the rows of a place may have.
type variants struct {
	places  []*place
	needs   [][]string // the members that each place needs
	slot    int        // of the member that tells
	byValue map[string]int
	other   int
}

// of is the variant of a row.
func (v *variants) of(r row) int {
	if raw := r.raw(v.slot); len(raw) > 0 && raw[0] == '"' {
		if i, ok := v.byValue[string(raw[1:len(raw)-1])]; ok {
			return i
		}
		if bytes.IndexByte(raw, '\\') >= 0 {
			if i, ok := v.byValue[unquote(raw)]; ok {
				return i
			}
		}
	}
	return v.other
}

// deep reports whether objects of the place need more than their rows.
func (p *place) deep() bool {
	return p.kids > 0 || p.variants != nil && slices.ContainsFunc(p.variants.places, (*place).deep)
}

// itemKind says how an item is written.
type itemKind uint8

const (
	constantItem itemKind = iota // __typename
	leafItem                     // a member of the row
	idItem                       // the id by which the object was named
	computedItem
	composedItem // a text that Go makes of the row
	inlineItem   // an edge that the row itself answers
	edgeItem     // an object by id, or a list of them
	referItem    // an object that Go named
	embeddedItem // an object inside the row, or a list of them
	sameItem     // the row as another type
	listItem     // a connection of its own
)

// item is one field of an answer.
type item struct {
	kind   itemKind
	copied firstByte // of leafItem: what begins so is written as it is
	slot   int       // the member that is read; of inlineItem and edgeItem the one with the id
	prefix []byte    // what comes before the value: `{"id":` or `,"id":`
	leaf   *leaf
	typ    *ast.Type
	ast    *ast.Field
	field  *field
	text   []byte // of constantItem
	kid    int    // index among the kids of a block, or -1

	target     *target // of edgeItem and referItem
	below      *place  // of inlineItem, embeddedItem and sameItem
	connection *connection
	// other is the slot of a second member: of embeddedItem with a fallback the one that leads to the objects, of listItem the
	// one that is null where the list is empty.
	other int
}

// copies says which values of a leaf are written as they are.
func (it *item) copies() {
	if it.typ.Elem == nil {
		it.copied = it.leaf.copied
	}
	if !it.typ.NonNull {
		it.copied |= beginsNull
	}
}

// connection is a list of Close as Relay's connection.
type connection struct {
	ast    *ast.Field
	field  *field
	layout *layout
	views  []*place // nodes and edges.node, each a view of the same rows
	head   *place   // fields that the document of the list has beside its rows
	items  []pageItem
	search *searchPlan // of a search
	next   bool        // whether the list goes on is selected
	shared *layout     // of the rows of many objects in one answer; nil for lists that share none
}

// pageItemKind says how a field of a connection is written.
type pageItemKind int

const (
	pageConstant pageItemKind = iota
	pageNodes
	pageEdges
	pageNode
	pageCursor
	pageInfo
	pageHasNext
	pageHasPrevious
	pageStart
	pageEnd
	pageHead
)

// pageItem is a field of a connection, of an edge or of PageInfo.
type pageItem struct {
	kind   pageItemKind
	prefix []byte
	ast    *ast.Field
	text   []byte
	index  int // of pageNodes and pageNode among the views, of pageHead among the items of the head
	items  []pageItem
}
