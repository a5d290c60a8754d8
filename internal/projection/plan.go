package projection

import (
	"sync/atomic"

	"github.com/vektah/gqlparser/v2/ast"
)

// plan is one operation, compiled: what to ask of Close and what to write, with nothing left to look up. It hangs on the
// document and on the variables of @skip and @include, so it serves every request with the same ones.
type plan struct {
	roots map[string]*rootPlan // by response key
	items int                  // fields
}

// rootPlan is one root field. Of a query it is an object, some objects or a connection; of a mutation it is the fields
// of the payload that hold objects of Close.
type rootPlan struct {
	ast        *ast.Field
	field      *field // nil for a mutation
	target     *target
	connection *connection
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

// target is what a field with fields of its own leads to: one place, or one for each type that an object may have.
type target struct {
	places []*place
	types  []*objectType // of the places
	// slot and table of a union whose objects are told apart by a member of the parent.
	slot    int
	byValue map[string]int
	other   int
}

// index is the place of a type, or -1.
func (t *target) index(typ *objectType) int {
	for i, candidate := range t.types {
		if candidate == typ {
			return i
		}
	}
	return -1
}

// index of the place that the discriminator of a row names.
func (t *target) choose(r row) int {
	if t.byValue == nil {
		return 0
	}
	if raw := r.raw(t.slot); len(raw) > 0 && raw[0] == '"' {
		if i, ok := t.byValue[string(raw[1:len(raw)-1])]; ok {
			return i
		}
	}
	return t.other
}

// place is somewhere in the answer where objects of one type appear.
type place struct {
	typ    *objectType
	layout *layout
	items  []item
	kids   int  // how many items need more than the row itself
	idOnly bool // nothing is selected that the id alone does not answer
}

// itemKind says how an item is written.
type itemKind int

const (
	constantItem itemKind = iota // __typename
	leafItem                     // a member of the row
	idItem                       // the id by which the object was named
	computedItem
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
	prefix []byte // what comes before the value: `{"id":` or `,"id":`
	ast    *ast.Field
	field  *field
	typ    *ast.Type
	text   []byte // of constantItem
	slot   int    // the member that is read; of inlineItem and edgeItem the one with the id
	leaf   *leaf
	kid    int // index among the kids of a block, or -1

	target     *target
	connection *connection
}

// connection is a list of Close as Relay's connection.
type connection struct {
	ast    *ast.Field
	field  *field
	layout *layout
	views  []*place // nodes and edges.node, each a view of the same rows
	items  []pageItem
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
)

// pageItem is a field of a connection, of an edge or of PageInfo.
type pageItem struct {
	kind   pageItemKind
	prefix []byte
	ast    *ast.Field
	text   []byte
	view   int // of pageNodes and pageNode
	items  []pageItem
}
