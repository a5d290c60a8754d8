package projection

import (
	"context"
	"sync"

	"github.com/closegraph/closegraph/closeapi"
)

// memory is what an operation holds that can be used again: the documents that came, the tables over them, and its root fields.
type memory struct {
	mu        sync.Mutex
	documents []closeapi.Document
	tables    []*table
	lones     *[]lone

	fewDocuments [3]closeapi.Document
	fewTables    [3]*table
}

// keep holds a document.
func (m *memory) keep(doc closeapi.Document) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.documents == nil {
		m.documents = m.fewDocuments[:0]
	}
	m.documents = append(m.documents, doc)
}

// table is one to read a document into.
func (m *memory) table() *table {
	t := tables.Get().(*table)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tables == nil {
		m.tables = m.fewTables[:0]
	}
	m.tables = append(m.tables, t)
	return t
}

// room is memory for root fields that are one object each, of which a query has so many.
func (m *memory) room(n int) []lone {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lones = lones.Get().(*[]lone)
	if len(*m.lones) < n {
		*m.lones = make([]lone, n)
	}
	return (*m.lones)[:n]
}

// lones are those that were given back.
var lones = sync.Pool{New: func() any { return new([]lone) }}

// maxLones is how many root fields there may be in memory that is used again.
const maxLones = 64

// tables are those that were given back.
var tables = sync.Pool{New: func() any { return new(table) }}

// maxSpans is how many spans a table may have room for that is used again.
const maxSpans = 32 << 10

// giveBack leaves a table to others, with its room and nothing else: who still reads it finds no rows.
func (t *table) giveBack() {
	if cap(t.spans) > maxSpans || cap(t.list) > maxSpans {
		return
	}
	clear(t.order)
	clear(t.list)
	*t = table{spans: t.spans[:0], order: t.order[:0], list: t.list[:0]}
	tables.Put(t)
}

// Finish gives back what the operation in ctx has held, when its answer is written and nothing of it runs any more. It need not
// be called.
func Finish(ctx context.Context) {
	m := &requestOf(ctx).memory
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.tables {
		t.giveBack()
	}
	for _, doc := range m.documents {
		doc.Release()
	}
	if m.lones != nil && len(*m.lones) <= maxLones {
		clear(*m.lones)
		lones.Put(m.lones)
	}
	m.tables, m.documents, m.lones = nil, nil, nil
}
