package projection

import (
	"context"
	"slices"

	"github.com/closegraph/closegraph/closeapi"
)

// expandList asks for the list of each row.
func (x *run) expandList(ctx context.Context, b *block, it *item, k *kid) {
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
			k.empty = append(k.empty, it.field.list.empty != "" && tellsEmpty(r.raw(it.other)))
		}
		k.links[i] = link{state: linkSet, at: at}
	}
	x.doubtEmpty(ctx, parents, k.empty)
	x.list(it.connection, args, parents, k)
}

// listParent is the object above a list; at the root there is none.
type listParent struct {
	id  string
	row row
}

// tellsEmpty reports whether a member of an object says that a list of the object is empty: it is there, and null.
func tellsEmpty(raw []byte) bool { return len(raw) > 0 && isNull(raw) }

// doubtEmpty does not believe objects that their lists are empty, for a while after something was written about them.
func (x *run) doubtEmpty(ctx context.Context, parents []listParent, empty []bool) {
	var ids []string
	for i, parent := range parents {
		if empty[i] {
			ids = append(ids, parent.id)
		}
	}
	if len(ids) == 0 {
		return
	}
	lately := x.request.engine.observed.WrittenLately(ctx, ids)
	for i, parent := range parents {
		empty[i] = empty[i] && !slices.Contains(lately, parent.id)
	}
}

// list asks for a list of Close once for each parent, or once at the root.
func (x *run) list(conn *connection, args map[string]any, parents []listParent, k *kid) {
	k.blocks = newKid(conn.views).blocks
	k.head = &block{place: conn.head}
	if len(conn.head.items) > 0 {
		k.head.rows = make([]row, len(parents))
	}
	if len(parents) == 0 {
		return
	}
	k.pages = make([]page, len(parents))
	rows := make([][]row, len(parents)) // by page
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
		if n < len(k.empty) && k.empty[n] && la.skip == 0 && len(conn.head.items) == 0 {
			continue
		}
		if conn.field.def.Type.Elem != nil {
			x.next.calls = append(x.next.calls, func(ctx context.Context) {
				rows[n], k.pages[n].err = x.fetchAll(ctx, conn, la)
			})
			continue
		}
		if conn.field.list.operation.Cursor {
			x.follow(conn, la, &k.pages[n], &rows[n])
			continue
		}
		call := func(ctx context.Context) {
			var head *table
			if rows[n], head, k.pages[n].next, k.pages[n].err = x.fetchList(ctx, conn, la); head != nil && len(conn.head.items) > 0 {
				k.head.rows[n] = row{head, 0}
			}
		}
		if conn.shares(la) {
			x.next.asks = append(x.next.asks, &ask{conn: conn, args: la, parent: parent.id, rows: &rows[n], page: &k.pages[n], alone: call})
		} else {
			x.next.calls = append(x.next.calls, call)
		}
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
		if s.head != nil && len(conn.head.items) > 0 {
			k.head.rows[n] = row{s.head, 0}
		}
	})
}

// fetchList reads items of a list, in as many calls as Close's page takes. The head is that of the first page. Of a list
// that is kept whole the pages are the same ones for all, as large as there are, so that one call serves whoever comes.
func (x *run) fetchList(ctx context.Context, conn *connection, la listArgs) (rows []row, head *table, more bool, err error) {
	op := la.operation
	whole := x.request.engine.whole(op.String())
	for pages := 0; len(rows) < la.first; pages++ {
		wanted := la.first - len(rows)
		skip, limit, before := la.skip+len(rows), min(wanted, op.MaxLimit), 0
		if whole {
			limit = op.MaxLimit
			before = skip % limit
			skip -= before
		}
		page, beside, err := x.fetchPage(ctx, conn, &la, skip, limit)
		if err != nil {
			return nil, nil, false, err
		}
		if more = page.more; page.rows > limit { // more than was asked for: a list that knows no pages comes whole each time
			before, more = min(before+skip, page.rows), false
		}
		end := min(page.rows, before+wanted)
		if pages == 0 {
			rows, head = page.take(before, end), beside
		} else {
			rows = append(rows, page.take(before, end)...)
		}
		if whole && more && page.rows < limit { // Close's pages are smaller than is known
			whole = false
			continue
		}
		if more = more || end < page.rows; !more || end <= before {
			break
		}
	}
	return rows, head, more, nil
}

// maxPages is how many pages of a list are read that is read to its end.
const maxPages = 10

// fetchAll reads a list that is short to its end. Close gives it at once, but would say if there were more.
func (x *run) fetchAll(ctx context.Context, conn *connection, la listArgs) ([]row, error) {
	var rows []row
	for range maxPages {
		page, _, err := x.fetchPage(ctx, conn, &la, len(rows), 0)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.take(0, page.rows)...)
		if !page.more || page.rows == 0 {
			break
		}
	}
	return rows, nil
}

// fetchPage reads a page of a list; a limit of 0 leaves its size to Close.
func (x *run) fetchPage(ctx context.Context, conn *connection, la *listArgs, skip, limit int) (page, head *table, err error) {
	doc, err := x.request.Do(ctx, closeapi.Call{
		Operation: la.operation.String(), Params: la.page(skip, limit), Fields: conn.layout.fields(), Offset: la.offset,
	})
	if err != nil {
		return nil, nil, err
	}
	page = x.request.memory.table()
	if head, err = page.scanList(doc.Body, conn.layout, conn.head.layout); err != nil {
		return nil, nil, malformed(err)
	}
	return page, head, nil
}
