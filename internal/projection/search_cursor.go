package projection

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"time"
)

// position is where a page of a search begins. The zero position is the beginning.
type position struct {
	n    int      // how many objects come before
	rest bool     // among the objects that have no value of the order; they come last
	at   unit     // the unit at which the page begins; that of noUnit is the beginning
	seen []seenID // objects from the unit on that come before the page
	skip int      // how many more of them come before it
}

// seenID stands for the id of an object that was seen.
type seenID [5]byte

const (
	searchCursorVersion = 2
	// maxSeen is how many objects of one unit a cursor remembers; beyond, it counts them.
	maxSeen = 500
	// maxSearchCursor is the longest cursor, in characters.
	maxSearchCursor = 4096
)

func seenOf(id string) seenID {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	var sum [8]byte
	return seenID(h.Sum(sum[:0])[:5])
}

// append appends the cursor of the position in a search.
func (p position) append(out []byte, search uint64) []byte {
	plain := binary.BigEndian.AppendUint64([]byte{searchCursorVersion}, search)
	plain = binary.AppendUvarint(plain, uint64(p.n))
	plain = binary.AppendUvarint(plain, uint64(p.skip))
	rest := byte(0)
	if p.rest {
		rest = 1
	}
	plain = append(plain, rest, byte(p.at.kind))
	for _, text := range []string{p.at.value, p.at.tie} {
		plain = append(binary.AppendUvarint(plain, uint64(len(text))), text...)
	}
	for _, id := range p.seen {
		plain = append(plain, id[:]...)
	}
	return base64.RawURLEncoding.AppendEncode(out, plain)
}

// parsePosition reads a cursor of a search.
func parsePosition(cursor string, search uint64) (position, error) {
	const advice = "use endCursor or an edge's cursor of an earlier page, unchanged"
	invalid := badInput("after: not a cursor of this API; %s", advice)
	if len(cursor) > maxSearchCursor {
		return position{}, invalid
	}
	plain, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(plain) < cursorHead || plain[0] != searchCursorVersion {
		return position{}, invalid
	}
	if binary.BigEndian.Uint64(plain[1:]) != search {
		return position{}, badInput("after: the cursor belongs to another list, or to other arguments of this one; give the same arguments with which it was made")
	}
	r := cursorReader{plain[cursorHead:], true}
	p := position{n: r.number(), skip: r.number(), rest: r.byte() == 1}
	p.at = unit{unitKind(r.byte()), r.text(), r.text()}
	for len(r.left) >= len(seenID{}) {
		p.seen = append(p.seen, seenID(r.left))
		r.left = r.left[len(seenID{}):]
	}
	if !r.ok || len(r.left) > 0 || len(p.seen) > maxSeen || !p.at.sound() {
		return position{}, invalid
	}
	return p, nil
}

// sound reports whether a unit is one that can have been made.
func (u unit) sound() bool {
	isSecond := func(text string) bool {
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	}
	switch u.kind {
	case noUnit:
		return u == unit{}
	case momentUnit:
		return isSecond(u.value) && u.tie == ""
	case dayUnit:
		return IsDate(u.value) && u.tie == ""
	case numberUnit:
		end, err := skipNumber([]byte(u.value), 0)
		return err == nil && end == len(u.value) && isSecond(u.tie)
	}
	return false
}

// cursorReader reads the parts of a cursor. Once one is not there, it is not ok.
type cursorReader struct {
	left []byte
	ok   bool
}

func (r *cursorReader) number() int {
	n, size := binary.Uvarint(r.left)
	if size <= 0 || n > maxOffset {
		r.left, r.ok = nil, false
		return 0
	}
	r.left = r.left[size:]
	return int(n)
}

func (r *cursorReader) byte() byte {
	if len(r.left) == 0 {
		r.ok = false
		return 0
	}
	b := r.left[0]
	r.left = r.left[1:]
	return b
}

func (r *cursorReader) text() string {
	n := r.number()
	if n > len(r.left) {
		r.left, r.ok = nil, false
		return ""
	}
	text := string(r.left[:n])
	r.left = r.left[n:]
	return text
}

// foundPage is the page of a search that was read, with what its cursors are made of.
type foundPage struct {
	order Order
	from  position
	rows  []row
	rest  int // index of the first row that has no value of the order
}

// after is the position after the first so many objects of the page.
func (f *foundPage) after(n int) position {
	if n == 0 {
		return f.from
	}
	order, begin, base := f.order, 0, f.from
	if n > f.rest || f.from.rest {
		order = f.order.created(true)
		if !f.from.rest {
			begin, base = f.rest, position{rest: true}
		}
	}
	p := position{n: f.from.n + n, rest: base.rest, at: f.unit(order, n-1)}
	i := n - 1
	for ; i >= begin && f.unit(order, i) == p.at; i-- {
		p.seen = append(p.seen, seenOf(Parent{f.rows[i]}.Text("id")))
	}
	if i < begin && base.at == p.at {
		p.seen = append(p.seen, base.seen...)
	}
	if p.at.kind == noUnit || len(p.seen) > maxSeen {
		p.at, p.seen, p.skip = base.at, base.seen, base.skip+n-begin
	}
	return p
}

// unit is the unit of a row.
func (f *foundPage) unit(o Order, i int) unit {
	r := f.rows[i]
	if !o.followable() || r.missing() {
		return unit{}
	}
	var value, created []byte
	eachMember(r.table.doc, int(r.span(r.table.layout.whole).from), func(name string, raw []byte) {
		if name == o.member() {
			value = raw
		}
		if name == "date_created" {
			created = raw
		}
	})
	return o.unitOf(value, created)
}

// eachMember calls f with the members of the JSON object at doc[at], which was scanned before.
func eachMember(doc []byte, at int, f func(name string, raw []byte)) {
	w := enter(doc, at)
	for w.more() {
		key, err := w.key()
		if err != nil {
			return
		}
		from := w.i
		if w.i, err = skipValue(doc, w.i, 1); err != nil {
			return
		}
		f(string(doc[key.from:key.to]), doc[from:w.i:w.i])
	}
}
