package projection

import "bytes"

// The objects of one list have their members in one order, written in one way. So the scanner expects of an object what it
// saw of the one before, and compares from value to value: comma, name, colon and white space at once.

// predicted is a member as an earlier object of the table had it.
type predicted struct {
	lead   span // what stands between its value and the one before: `{"id": ` or `, "text": `
	key    span
	slot   int // -1 when it is not wanted
	custom bool
}

const (
	// maxPredicted is how many members of an object are expected.
	maxPredicted = 256
	// maxSkipped is how many of them may be left out at a time: some objects of a list have members that others have not.
	maxSkipped = 4
)

// scanRow reads the object that begins at doc[i] into a new row and returns the index after it.
func (t *table) scanRow(i int) (int, error) {
	b := t.doc
	if i >= len(b) || b[i] != '{' {
		return i, errSyntax(i)
	}
	start, spans := i, t.addRow()
	for n := 0; ; n++ {
		var member predicted
		if n < len(t.order) && follows(b, i, t.order[n].lead) {
			member = t.order[n]
			i = skipSpace(b, i+member.lead.size())
		} else {
			var end bool
			var err error
			if member, n, i, end, err = t.member(n, i); err != nil {
				return i, err
			}
			if end {
				break
			}
		}
		from := i
		var err error
		if i, err = skipValue(b, i, 1); err != nil {
			return i, err
		}
		if member.slot >= 0 {
			spans[member.slot] = span{uint32(from), uint32(i)}
		}
		if member.custom {
			id := span{member.key.from + uint32(len(customPrefix)), member.key.to}
			t.addCustom(customValue{row: t.rows - 1, id: id, value: span{uint32(from), uint32(i)}})
		}
	}
	if t.layout.whole >= 0 {
		spans[t.layout.whole] = span{uint32(start), uint32(i)}
	}
	return i, nil
}

// follows reports whether the bytes of a span stand at b[i] too.
func follows(b []byte, i int, s span) bool {
	size := s.size()
	return len(b)-i >= size && string(b[i:i+size]) == string(b[s.from:s.to])
}

// member reads, byte by byte, what stands between the value that ends before doc[i] and the next one: that of the n-th member.
// It returns the member, which number it has among those that are expected, and where its value begins; or, at the
// end of the object, the index after that.
func (t *table) member(n, i int) (m predicted, at, next int, end bool, err error) {
	b, from := t.doc, i
	opening := n == 0
	if !opening {
		i = skipSpace(b, i)
	}
	switch {
	case i >= len(b):
		return m, n, i, false, errSyntax(i)
	case !opening && b[i] == '}':
		return m, n, i + 1, true, nil
	case !opening && b[i] != ',':
		return m, n, i, false, errSyntax(i)
	}
	if i = skipSpace(b, i+1); opening && i < len(b) && b[i] == '}' {
		return m, n, i + 1, true, nil
	}
	key, i, err := skipName(b, i)
	if err != nil {
		return m, n, i, false, err
	}
	lead := span{uint32(from), uint32(i)}
	for at := n + 1; at < min(len(t.order), n+1+maxSkipped); at++ {
		if m = t.order[at]; m.lead.size() == lead.size() && follows(b, from, m.lead) {
			return m, at, i, false, nil
		}
	}
	m = predicted{lead: lead, key: key, slot: t.slot(key)}
	m.custom = t.layout.custom && bytes.HasPrefix(b[key.from:key.to], []byte(customPrefix))
	t.expect(n, m)
	return m, n, i, false, nil
}

// slot is the slot of a member by its name, or -1.
func (t *table) slot(key span) int {
	name := t.doc[key.from:key.to]
	slot, ok := t.layout.slots[string(name)]
	if bytes.IndexByte(name, '\\') >= 0 {
		slot, ok = t.layout.slots[unquote(t.doc[key.from-1:key.to+1])]
	}
	if !ok {
		return -1
	}
	return slot
}

// expect expects of later objects that their n-th member is like this one.
func (t *table) expect(n int, m predicted) {
	switch {
	case n < len(t.order):
		t.order[n] = m
	case n == len(t.order) && n < maxPredicted && t.alike:
		if t.order == nil {
			t.order = make([]predicted, 0, len(t.layout.names)+2)
		}
		t.order = append(t.order, m)
	}
}

// addCustom adds a custom field to the last row. Of two of one id the last one counts.
func (t *table) addCustom(c customValue) {
	for i := t.customAt[c.row]; i < len(t.custom); i++ {
		if have := t.custom[i].id; bytes.Equal(t.doc[have.from:have.to], t.doc[c.id.from:c.id.to]) {
			t.custom[i].value = c.value
			return
		}
	}
	t.custom = append(t.custom, c)
}
