package projection

import (
	"bytes"
)

// The objects of one list have their members in one order, written in one way. So the scanner expects of an object what it
// saw of the one before, and compares from value to value: comma, name, colon and white space at once.

// predicted is a member as an earlier object of the table had it.
type predicted struct {
	lead   []byte // what stands between its value and the one before: `{"id": ` or `, "text": `
	slot   int    // -1 when it is not wanted
	key    span
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
		var m *predicted
		if n < len(t.order) && t.order[n].stands(b, i) {
			m = &t.order[n]
			i += len(m.lead)
		} else {
			var end bool
			var err error
			if m, n, i, end, err = t.member(n, i); err != nil {
				return i, err
			}
			if end {
				break
			}
		}
		if i < len(b) && b[i] <= ' ' {
			i = skipSpace(b, i)
		}
		from := i
		var err error
		if i < len(b) && b[i] == '"' {
			i, err = skipString(b, i)
		} else {
			i, err = skipValue(b, i, 1)
		}
		if err != nil {
			return i, err
		}
		if m.slot >= 0 {
			spans[m.slot] = span{uint32(from), uint32(i)}
		}
		if m.custom {
			id := span{m.key.from + uint32(len(customPrefix)), m.key.to}
			t.addCustom(customValue{row: t.rows - 1, id: id, value: span{uint32(from), uint32(i)}})
		}
	}
	if t.layout.whole >= 0 {
		spans[t.layout.whole] = span{uint32(start), uint32(i)}
	}
	return i, nil
}

// stands reports whether what comes before the member's value stands at b[i] too.
func (m *predicted) stands(b []byte, i int) bool {
	return len(b)-i >= len(m.lead) && string(b[i:i+len(m.lead)]) == string(m.lead)
}

// member reads, byte by byte, what stands between the value that ends before doc[i] and the next one: that of the n-th member.
// It returns the member, which number it has among those that are expected, and where its value begins; or, at the
// end of the object, the index after that.
func (t *table) member(n, i int) (m *predicted, at, value int, end bool, err error) {
	b, from := t.doc, i
	if n > 0 {
		i = skipSpace(b, i)
	}
	switch {
	case i >= len(b):
		return nil, n, i, false, errSyntax(i)
	case n > 0 && b[i] == '}':
		return nil, n, i + 1, true, nil
	case n > 0 && b[i] != ',':
		return nil, n, i, false, errSyntax(i)
	}
	if i = skipSpace(b, i+1); n == 0 && i < len(b) && b[i] == '}' {
		return nil, n, i + 1, true, nil
	}
	key, i, err := skipName(b, i)
	if err != nil {
		return nil, n, i, false, err
	}
	lead := b[from:i]
	for at := n + 1; at < min(len(t.order), n+1+maxSkipped); at++ {
		if m = &t.order[at]; string(m.lead) == string(lead) {
			return m, at, i, false, nil
		}
	}
	fresh := predicted{lead: lead, key: key, slot: t.slot(key)}
	fresh.custom = t.layout.custom && bytes.HasPrefix(b[key.from:key.to], []byte(customPrefix))
	return t.expect(n, fresh), n, i, false, nil
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
func (t *table) expect(n int, m predicted) *predicted {
	switch {
	case n < len(t.order):
		t.order[n] = m
	case n == len(t.order) && n < maxPredicted && t.alike:
		if cap(t.order) == 0 {
			t.order = make([]predicted, 0, len(t.layout.names)+2)
		}
		t.order = append(t.order, m)
	default:
		t.other = m
		return &t.other
	}
	return &t.order[n]
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
