package projection

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
)

// Some lists of Close are walked with cursors that Close makes, each for the page that follows (Close docs: Event Log). A
// cursor of ours holds the one of Close, and how many items of that page come before.

// trailPosition is where a page of such a list begins.
type trailPosition struct {
	cursor string // Close's, "" for the first page
	skip   int    // items of Close's page that come before
}

const (
	trailCursorVersion = 3
	// maxTrailCursor is the longest cursor, in characters.
	maxTrailCursor = 2048
)

// append appends the cursor of the position in a list.
func (p trailPosition) append(out []byte, list uint64) []byte {
	plain := binary.BigEndian.AppendUint64([]byte{trailCursorVersion}, list)
	plain = append(binary.AppendUvarint(plain, uint64(p.skip)), p.cursor...)
	return base64.RawURLEncoding.AppendEncode(out, plain)
}

// parseTrailPosition reads a cursor of a list.
func parseTrailPosition(cursor string, list uint64) (trailPosition, error) {
	const advice = "use endCursor or an edge's cursor of an earlier page, unchanged"
	invalid := badInput("after: not a cursor of this API; %s", advice)
	if len(cursor) > maxTrailCursor {
		return trailPosition{}, invalid
	}
	plain, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(plain) <= cursorHead || plain[0] != trailCursorVersion {
		return trailPosition{}, invalid
	}
	if binary.BigEndian.Uint64(plain[1:]) != list {
		return trailPosition{}, badInput("after: the cursor belongs to another list, or to other arguments of this one; give the same filter with which it was made")
	}
	skip, n := binary.Uvarint(plain[cursorHead:])
	if n <= 0 || skip > maxFirst {
		return trailPosition{}, invalid
	}
	return trailPosition{string(plain[cursorHead+n:]), int(skip)}, nil
}

// trail is a page of ours, which is made of one or more pages of Close.
type trail struct {
	parts []trailPart
	next  string // Close's cursor of what comes after
}

// trailPart is what a page of Close gave.
type trailPart struct {
	from trailPosition
	rows int
}

// after is the position after the first so many items of the page.
func (t *trail) after(n int) trailPosition {
	for i, part := range t.parts {
		next := t.next
		if i+1 < len(t.parts) {
			next = t.parts[i+1].from.cursor
		}
		switch {
		case n == part.rows && next != "":
			return trailPosition{cursor: next}
		case n <= part.rows:
			return trailPosition{part.from.cursor, part.from.skip + n}
		}
		n -= part.rows
	}
	return trailPosition{}
}

// trailHead is the layout of what such a list has beside its rows.
var trailHead = func() *layout {
	l := newLayout()
	l.need("cursor_next")
	return l
}()

// follow asks for a page of a list that Close walks with cursors.
func (x *run) follow(conn *connection, la listArgs, p *page, rows *[]row) {
	if la.from != (trailPosition{}) {
		p.skip = 1 // something comes before
	}
	p.trail = &trail{}
	x.next.calls = append(x.next.calls, func(ctx context.Context) {
		*rows, p.next, p.err = x.fetchTrail(ctx, conn, la, p.trail)
	})
}

// fetchTrail reads items of a list, in as many calls as Close's page takes.
func (x *run) fetchTrail(ctx context.Context, conn *connection, la listArgs, way *trail) (rows []row, more bool, err error) {
	op := conn.field.list.operation
	from := la.from
	for len(rows) < la.first {
		limit := min(la.first-len(rows)+from.skip, op.MaxLimit)
		doc, err := x.request.Do(ctx, closeapi.Call{
			Operation: op.String(), Params: la.trailPage(from.cursor, limit), Fields: conn.layout.fields(), Offset: la.offset,
		})
		if err != nil {
			return nil, false, err
		}
		t, beside, err := scanList(doc.Body, conn.layout, trailHead)
		if err != nil {
			return nil, false, malformed(err)
		}
		part := trailPart{from: from}
		for i := from.skip; i < min(t.rows, limit); i++ {
			rows = append(rows, row{t, i})
			part.rows++
		}
		way.parts = append(way.parts, part)
		way.next = Parent{row{beside, 0}}.Text("cursor_next")
		if more = way.next != "" || t.rows > limit; way.next == "" || t.rows == 0 {
			break
		}
		from = trailPosition{cursor: way.next}
	}
	return rows, more, nil
}

// trailPage are the parameters of one page. With a cursor the bounds in time are left out, since the cursor has them
// (Close docs: Event Log).
func (l *listArgs) trailPage(cursor string, limit int) map[string]string {
	params := l.page(0, limit)
	if cursor != "" {
		params["_cursor"] = cursor
		maps.DeleteFunc(params, func(name, _ string) bool { return strings.HasPrefix(name, "date_updated") })
	}
	return params
}
