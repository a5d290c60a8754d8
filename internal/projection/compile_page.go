package projection

import (
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// connection compiles a list of Close.
func (c *compiler) connection(sel *selected, f *field) *connection {
	conn := &connection{ast: sel.ast, field: f, layout: newLayout()}
	conn.head = &place{layout: newLayout()}
	conn.layout.need("id")
	if f.def.Type.Elem != nil {
		conn.views = []*place{c.place(sel.sets, f.target, conn.layout)}
	} else {
		conn.items = c.page(conn, sel.sets, f.target)
	}
	if f.search != nil {
		conn.layout.need(wholeMember)
		conn.search = newSearchPlan(conn)
	}
	conn.share()
	return conn
}

// page compiles the fields of a connection, of an edge or of PageInfo.
func (c *compiler) page(conn *connection, sets []ast.SelectionSet, t *objectType) []pageItem {
	var items []pageItem
	for _, sel := range collect(sets, t, c.vars) {
		if c.items++; c.items > c.maxItems {
			return items
		}
		it := pageItem{ast: sel.ast, prefix: prefix(len(items), sel.key), text: []byte(strconv.Quote(t.name))}
		if sel.ast.Name != "__typename" {
			f := t.fields[sel.ast.Name]
			switch it.kind = f.page; it.kind {
			case pageHasNext:
				conn.next = true
			case pageNodes, pageNode:
				it.index = len(conn.views)
				conn.views = append(conn.views, c.place(sel.sets, f.target, conn.layout))
			case pageEdges, pageInfo:
				it.items = c.page(conn, sel.sets, f.target)
			case pageHead:
				it.index = len(conn.head.items)
				c.add(conn.head, sel, f)
			}
		}
		items = append(items, it)
	}
	return items
}

// pageKinds are the fields that connections, edges and PageInfo have.
var pageKinds = map[string]pageItemKind{
	"nodes": pageNodes, "edges": pageEdges, "node": pageNode, "cursor": pageCursor, "pageInfo": pageInfo,
	"hasNextPage": pageHasNext, "hasPreviousPage": pageHasPrevious, "startCursor": pageStart, "endCursor": pageEnd,
}
