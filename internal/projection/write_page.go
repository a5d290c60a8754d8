package projection

import "strconv"

// connection writes a page of a list as Relay's connection.
func (w *writer) connection(c *connection, k *kid, at int, nonNull bool) bool {
	p := &k.pages[at]
	if p.err != nil {
		w.fail(p.err)
		return w.null(nonNull)
	}
	return w.page(c.items, k, p, 0) || w.null(nonNull)
}

// page writes the fields of a connection, of PageInfo, or of the edge of the n-th row of the page.
func (w *writer) page(items []pageItem, k *kid, p *page, n int) bool {
	start := len(w.buf)
	for i := range items {
		it := &items[i]
		w.buf = append(w.buf, it.prefix...)
		if !w.pageItem(it, k, p, n) {
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

func (w *writer) pageItem(it *pageItem, k *kid, p *page, n int) bool {
	switch it.kind {
	case pageConstant:
		w.buf = append(w.buf, it.text...)
	case pageNodes, pageEdges:
		return w.elements(it, k, p)
	case pageNode:
		b := k.blocks[it.view]
		w.push(step{field: it.ast})
		ok := w.row(b.place, b, p.at+n, b.rows[p.at+n], true)
		w.pop()
		return ok
	case pageInfo:
		return w.page(it.items, k, p, 0)
	case pageHasNext:
		w.buf = strconv.AppendBool(w.buf, p.next)
	case pageHasPrevious:
		w.buf = strconv.AppendBool(w.buf, p.skip > 0)
	case pageCursor:
		w.cursor(p, p.skip+n+1)
	case pageStart:
		w.edgeCursor(p, p.skip+1)
	case pageEnd:
		w.edgeCursor(p, p.skip+p.n)
	}
	return true
}

// elements writes the list of a page: its nodes, or its edges.
func (w *writer) elements(it *pageItem, k *kid, p *page) bool {
	w.push(step{field: it.ast})
	defer w.pop()
	w.buf = append(w.buf, '[')
	for n := range p.n {
		if n > 0 {
			w.buf = append(w.buf, ',')
		}
		w.push(step{index: n})
		var ok bool
		if it.kind == pageEdges {
			ok = w.page(it.items, k, p, n)
		} else {
			b := k.blocks[it.view]
			ok = w.row(b.place, b, p.at+n, b.rows[p.at+n], true)
		}
		w.pop()
		if !ok {
			return false
		}
	}
	w.buf = append(w.buf, ']')
	return true
}

// edgeCursor writes the cursor of the first or last item of a page, null when the page is empty.
func (w *writer) edgeCursor(p *page, offset int) {
	if p.n == 0 {
		w.buf = append(w.buf, "null"...)
		return
	}
	w.cursor(p, offset)
}

func (w *writer) cursor(p *page, offset int) {
	w.buf = append(w.buf, '"')
	w.buf = appendCursor(w.buf, p.hash, offset)
	w.buf = append(w.buf, '"')
}
