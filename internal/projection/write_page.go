package projection

import "strconv"

// connection writes a page of a list as Relay's connection.
func (w *writer) connection(c *connection, k *kid, at int, nonNull bool) bool {
	p := &k.pages[at]
	if p.err != nil {
		w.fail(p.err)
		return w.null(nonNull)
	}
	if t := c.field.def.Type; t.Elem != nil {
		return w.rows(k.blocks[0], p.at, p.n, t)
	}
	return w.page(c, c.items, k, at, 0) || w.null(nonNull)
}

// page writes the fields of a connection, of PageInfo, or of the edge of the n-th row of the page.
func (w *writer) page(c *connection, items []pageItem, k *kid, at, n int) bool {
	start := len(w.buf)
	for i := range items {
		it := &items[i]
		w.buf = append(w.buf, it.prefix...)
		if !w.pageItem(c, it, k, at, n) {
			w.buf = w.buf[:start]
			return false
		}
	}
	if len(items) == 0 {
		w.buf = append(w.buf, '{')
	}
	w.buf = append(w.buf, '}')
	return true
}

func (w *writer) pageItem(c *connection, it *pageItem, k *kid, at, n int) bool {
	p := &k.pages[at]
	switch it.kind {
	case pageConstant:
		w.buf = append(w.buf, it.text...)
	case pageNodes, pageEdges:
		return w.pageList(c, it, k, at)
	case pageNode:
		b := k.blocks[it.index]
		w.push(step{field: it.ast})
		ok := w.row(b.place, b, p.at+n, b.rows[p.at+n], true)
		w.pop()
		return ok
	case pageInfo:
		return w.page(c, it.items, k, at, 0)
	case pageHead:
		if k.head.rows[at].missing() {
			return w.null(it.ast.Definition.Type.NonNull)
		}
		return w.item(&c.head.items[it.index], k.head, at, k.head.rows[at])
	case pageHasNext:
		w.buf = strconv.AppendBool(w.buf, p.next)
	case pageHasPrevious:
		w.buf = strconv.AppendBool(w.buf, p.skip > 0)
	case pageCursor:
		w.cursor(p, n+1)
	case pageStart:
		w.edgeCursor(p, 1)
	case pageEnd:
		w.edgeCursor(p, p.n)
	}
	return true
}

// pageList writes the list of a page: its nodes, or its edges.
func (w *writer) pageList(c *connection, it *pageItem, k *kid, at int) bool {
	p, t := &k.pages[at], it.ast.Definition.Type
	w.push(step{field: it.ast})
	defer w.pop()
	if it.kind == pageNodes {
		return w.rows(k.blocks[it.index], p.at, p.n, t)
	}
	return w.elements(p.n, t, func(n int) bool { return w.page(c, it.items, k, at, n) || w.null(t.Elem.NonNull) })
}

// edgeCursor writes the cursor of the first or last item of a page, null when the page is empty.
func (w *writer) edgeCursor(p *page, n int) {
	if p.n == 0 {
		w.buf = append(w.buf, "null"...)
		return
	}
	w.cursor(p, n)
}

// cursor writes the cursor after the first n items of a page.
func (w *writer) cursor(p *page, n int) {
	w.buf = append(w.buf, '"')
	switch {
	case p.found != nil:
		w.buf = p.found.after(n).append(w.buf, p.hash)
	case p.trail != nil:
		w.buf = p.trail.after(n).append(w.buf, p.hash)
	default:
		w.buf = appendCursor(w.buf, p.hash, p.skip+n)
	}
	w.buf = append(w.buf, '"')
}
