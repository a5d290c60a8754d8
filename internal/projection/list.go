package projection

import (
	"context"
	"strconv"

	"github.com/closegraph/closegraph/closeapi"
)

// expandList asks for the list of each row.
func (x *run) expandList(b *block, it *item, k *kid) {
	k.links = make([]link, len(b.rows))
	args := it.connection.ast.ArgumentMap(x.request.vars)
	lists := map[string]int32{}
	var parents []listParent
	for i, r := range b.rows {
		if r.missing() {
			continue
		}
		id := Parent{r}.Text(it.field.reads[0])
		if !isID(id) {
			k.links[i] = link{state: linkWrong}
			continue
		}
		at, ok := lists[id]
		if !ok {
			at = int32(len(lists))
			lists[id] = at
			parents = append(parents, listParent{id, r})
		}
		k.links[i] = link{state: linkSet, at: at}
	}
	x.list(it.connection, args, parents, k)
}

// listParent is the object above a list; at the root there is none.
type listParent struct {
	id  string
	row row
}

// list asks for a list of Close once for each parent, or once at the root.
func (x *run) list(conn *connection, args map[string]any, parents []listParent, k *kid) {
	k.blocks = newKid(conn.views).blocks
	k.head = &block{place: conn.head, rows: make([]row, len(parents))}
	if len(parents) == 0 {
		return
	}
	k.pages = make([]page, len(parents))
	rows := make([][]row, len(parents))
	for n, parent := range parents {
		if conn.search != nil {
			x.search(conn, args, parent, k, n, &rows[n])
			continue
		}
		la, err := x.request.engine.schema.listArgs(conn.field, args, parent.id, x.request.engine.code.Check)
		if err != nil {
			k.pages[n].err = err
			continue
		}
		k.pages[n].skip, k.pages[n].hash = la.skip, la.hash
		if conn.field.list.operation.Cursor {
			x.follow(conn, la, &k.pages[n], &rows[n])
			continue
		}
		x.next.calls = append(x.next.calls, func(ctx context.Context) {
			var head *table
			if rows[n], head, k.pages[n].next, k.pages[n].err = x.fetchList(ctx, conn, la); head != nil {
				k.head.rows[n] = row{head, 0}
			}
		})
	}
	x.next.arrived = append(x.next.arrived, func(ctx context.Context) {
		all := rows[0]
		k.pages[0].n = len(all)
		for n := range rows[1:] {
			p := &k.pages[n+1]
			p.at, p.n = len(all), len(rows[n+1])
			all = append(all, rows[n+1]...)
		}
		for _, b := range k.blocks {
			b.rows = all
			x.expand(ctx, b)
		}
		x.expand(ctx, k.head)
	})
}

// search asks for the n-th page of a kid, which is one of a search.
func (x *run) search(conn *connection, args map[string]any, parent listParent, k *kid, n int, rows *[]row) {
	sa, err := x.request.engine.searchArgs(conn.field, args, Parent{parent.row})
	if err != nil {
		k.pages[n].err = err
		return
	}
	k.pages[n].skip, k.pages[n].hash = sa.from.n, sa.hash
	x.next.calls = append(x.next.calls, func(ctx context.Context) {
		s, err := x.fetchSearch(ctx, conn, sa)
		if err != nil {
			k.pages[n].err = err
			return
		}
		*rows, k.pages[n].next, k.pages[n].found = s.found.rows, s.more, &s.found
		if s.head != nil {
			k.head.rows[n] = row{s.head, 0}
		}
	})
}

// fetchList reads items of a list, in as many calls as Close's page takes. The head is that of the first page.
func (x *run) fetchList(ctx context.Context, conn *connection, la listArgs) (rows []row, head *table, more bool, err error) {
	op := conn.field.list.operation
	for len(rows) < la.first {
		limit := min(la.first-len(rows), op.MaxLimit)
		la.params["_limit"] = strconv.Itoa(limit)
		if skip := la.skip + len(rows); skip > 0 {
			la.params["_skip"] = strconv.Itoa(skip)
		}
		doc, err := x.request.Do(ctx, closeapi.Call{
			Operation: op.String(), Params: la.params, Fields: conn.layout.fields(), Offset: la.offset,
		})
		if err != nil {
			return nil, nil, false, err
		}
		t, beside, err := scanList(doc.Body, conn.layout, conn.head.layout)
		if err != nil {
			return nil, nil, false, malformed(err)
		}
		if more = t.more; t.rows > limit { // more than was asked for
			more = true
			t.rows = limit
		}
		if rows == nil {
			rows, head = make([]row, 0, t.rows), beside
		}
		for i := range t.rows {
			rows = append(rows, row{t, i})
		}
		if !more || t.rows == 0 {
			break
		}
	}
	return rows, head, more, nil
}
