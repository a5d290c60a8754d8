package projection

import (
	"bytes"
	"errors"
	"slices"
	"sync"
	"unicode/utf8"
)

// layout says which REST members of an object are wanted, each in a slot of its own.
type layout struct {
	names  []string
	slots  map[string]int
	custom bool     // all custom fields are wanted, whatever their ids
	whole  int      // the slot of the object itself, or -1
	needed []string // the names of the needs since the last look, for who wants to know whose they are

	once   sync.Once
	sorted []string
}

// Close writes custom fields as members named custom.<id>; the member "custom" in _fields asks for all of them (Close docs:
// Custom Fields). The member "_all" stands for the object itself, with everything that is in it, as it does in _fields.
const (
	customMember = "custom"
	customPrefix = "custom."
	wholeMember  = "_all"
)

func newLayout(names ...string) *layout {
	l := &layout{slots: map[string]int{}, whole: -1}
	needAll(l, names)
	return l
}

// need is the slot of a REST member.
func (l *layout) need(name string) int {
	slot, ok := l.slots[name]
	if !ok {
		slot = len(l.names)
		l.custom = l.custom || name == customMember
		if name == wholeMember {
			l.whole = slot
		}
		l.slots[name] = slot
		l.names = append(l.names, name)
	}
	l.needed = append(l.needed, name)
	return slot
}

// fields are the names for Close's _fields parameter, sorted. Nothing may be needed any more once they were asked for.
func (l *layout) fields() []string {
	l.once.Do(func() { l.sorted = slices.Sorted(slices.Values(l.names)) })
	return l.sorted
}

// span is where a value stands in a document. The zero span stands for a value that is not there.
type span struct{ from, to uint32 }

// table holds where the wanted members of many objects stand in one document.
type table struct {
	doc    []byte
	layout *layout
	spans  []span // of row i: spans[i*len(layout.names):]
	rows   int
	broken map[int]struct{} // rows that are not objects
	more   bool             // has_more of the list
	alike  bool             // the objects that are read into rows are of one kind
	order  []predicted
	other  predicted // the last member that is not expected of others
	// custom are the custom fields of all rows, in their order; customAt is where those of a row begin.
	custom   []customValue
	customAt []int
	list     []row // room for rows
}

// customValue is a custom field of a row.
type customValue struct {
	row       int
	id, value span
}

// row is one object of a table. The zero row stands for an object that is not there.
type row struct {
	table *table
	index int
}

// take are the rows from one index up to another.
func (t *table) take(from, to int) []row {
	t.list = slices.Grow(t.list[:0], max(to-from, 0))
	for i := from; i < to; i++ {
		t.list = append(t.list, row{t, i})
	}
	return t.list
}

// spans are where the values of the row stand in the document, by slot.
func (r row) spans() []span {
	n := len(r.table.layout.names)
	return r.table.spans[r.index*n : r.index*n+n]
}

// span is where the value in a slot stands in the document.
func (r row) span(slot int) span {
	return r.table.spans[r.index*len(r.table.layout.names)+slot]
}

// raw returns the value in a slot, or nil when the object has no such member.
func (r row) raw(slot int) []byte {
	s := r.span(slot)
	if s.to == 0 {
		return nil
	}
	return r.table.doc[s.from:s.to:s.to]
}

// missing reports whether there is no object in the row.
func (r row) missing() bool {
	if r.table == nil || r.table.broken == nil {
		return r.table == nil
	}
	_, broken := r.table.broken[r.index]
	return broken
}

var (
	errScanObject = errors.New("it is not an object")
	errScanList   = errors.New("it is not a list with data")
)

// over prepares a table for a document of Close. A document that is not UTF-8 is mended first, since an answer of
// ours must be.
func (t *table) over(doc []byte, l *layout) {
	if !utf8.Valid(doc) {
		doc = bytes.ToValidUTF8(doc, []byte("\uFFFD"))
	}
	t.doc, t.layout = doc, l
}

// scanObject reads a document that is one object into a table of its own.
func scanObject(doc []byte, l *layout) (*table, error) {
	t := new(table)
	err := t.scanObject(doc, l)
	return t, err
}

// scanObject reads a document that is one object. Where the document itself is wanted, whatever it holds, it may be
// something else.
func (t *table) scanObject(doc []byte, l *layout) error {
	t.over(doc, l)
	i := skipSpace(t.doc, 0)
	var end int
	var err error
	switch {
	case i == len(t.doc) || t.doc[i] == '{':
		end, err = t.scanRow(i)
	case l.whole >= 0:
		end, err = skipValue(t.doc, i, 0)
		t.addRow()[l.whole] = span{uint32(i), uint32(end)}
	default:
		err = errScanObject
	}
	if err != nil {
		return err
	}
	if end = skipSpace(t.doc, end); end != len(t.doc) {
		return errSyntax(end)
	}
	return nil
}

// scanList reads a document that is a list of Close into a table of its own.
func scanList(doc []byte, l, headLayout *layout) (t, head *table, err error) {
	t = new(table)
	head, err = t.scanList(doc, l, headLayout)
	return t, head, err
}

// scanList reads a document that is a list of Close: an object with data and, perhaps, has_more and other members, of
// which it notes those of the head; there is none when nothing is wanted of it.
func (t *table) scanList(doc []byte, l, headLayout *layout) (head *table, err error) {
	t.over(doc, l)
	var beside []span
	if len(headLayout.names) > 0 {
		head = &table{doc: t.doc, layout: headLayout}
		beside = head.addRow()
	}
	b := t.doc
	i := skipSpace(b, 0)
	if i < len(b) && b[i] != '{' {
		return nil, errScanList
	}
	if i >= len(b) {
		return nil, errSyntax(i)
	}
	found := false
	w := enter(b, i)
	for w.more() {
		key, err := w.key()
		if err != nil {
			return nil, err
		}
		from := w.i
		switch string(b[key.from:key.to]) {
		case "data":
			if found = w.i < len(b) && b[w.i] == '['; found {
				t.spans, t.rows, t.broken = t.spans[:0], 0, nil // of two members of one name the last one counts
				t.custom, t.customAt = nil, nil
				w.i, err = t.scanRows(w.i)
			} else {
				w.i, err = skipValue(b, w.i, 1)
			}
		case "has_more":
			w.i, err = skipValue(b, w.i, 1)
			t.more = string(b[from:w.i]) == "true"
		default:
			w.i, err = skipValue(b, w.i, 1)
			if slot, ok := headLayout.slots[string(b[key.from:key.to])]; ok {
				beside[slot] = span{uint32(from), uint32(w.i)}
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if w.err != nil {
		return nil, w.err
	}
	if end := skipSpace(b, w.i); end != len(b) {
		return nil, errSyntax(end)
	}
	if !found {
		return nil, errScanList
	}
	return head, nil
}

// scanRows reads the array of objects that begins at doc[i], each into a row, and returns the index after it. What is
// not an object becomes a broken row.
func (t *table) scanRows(i int) (int, error) {
	w := enter(t.doc, i)
	t.alike = true
	for first := true; w.more(); first = false {
		var err error
		if !first && t.rows == 1 { // the rows of a list are much alike: make room for the rest at once
			t.spans = slices.Grow(t.spans, (len(t.doc)-w.i)/(w.i-i)*len(t.layout.names)+len(t.layout.names))
		}
		if w.i < len(t.doc) && t.doc[w.i] == '{' {
			w.i, err = t.scanRow(w.i)
		} else {
			w.i, err = skipValue(t.doc, w.i, 1)
			t.addBroken()
		}
		if err != nil {
			return w.i, err
		}
	}
	return w.i, w.err
}

// addBroken adds a row that is not an object.
func (t *table) addBroken() {
	if t.broken == nil {
		t.broken = map[int]struct{}{}
	}
	t.broken[t.rows] = struct{}{}
	t.addRow()
}

func (t *table) addRow() []span {
	n := len(t.layout.names)
	if t.layout.custom {
		t.customAt = append(t.customAt, len(t.custom))
	}
	t.spans = slices.Grow(t.spans, n)[:len(t.spans)+n]
	t.rows++
	fresh := t.spans[len(t.spans)-n:]
	clear(fresh)
	return fresh
}
