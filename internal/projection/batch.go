package projection

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
)

// A list below an object that can be read for many objects at once is one global page of Close, newest first. It holds all
// that is wanted of an object if it holds everything, or if it holds as many rows of that object as are wanted. What is not
// certain by that is asked for again.

// batch says how a list is read for many objects at once.
type batch struct {
	param string   // takes their ids
	with  []string // the parameters that go with it
}

// readBatch learns it from @rest.
func readBatch(rest *ast.Directive) *batch {
	param := argString(rest, "batch")
	if param == "" {
		return nil
	}
	return &batch{param: param, with: argStrings(rest, "batchWith")}
}

// takes reports whether a parameter goes along.
func (b *batch) takes(name, value string) bool {
	name, _, _ = strings.Cut(name, "__")
	return slices.Contains(b.with, name) || slices.Contains(b.with, name+"="+value)
}

// share prepares the layout of rows that have to tell which object they belong to. What the list has beside its rows is
// about one object, so a list of which that is wanted shares nothing.
func (c *connection) share() {
	if c.field.list.batch == nil || len(c.head.items) > 0 {
		return
	}
	c.shared = newLayout()
	for _, name := range append(slices.Clone(c.layout.names), c.field.list.parentParam) {
		c.shared.need(name)
	}
}

// shares reports whether a page of the list may share a call with those of other objects.
func (c *connection) shares(args listArgs) bool {
	if c.shared == nil || args.skip > 0 {
		return false
	}
	for name, value := range args.params {
		if name != c.field.list.parentParam && !c.field.list.batch.takes(name, value) {
			return false
		}
	}
	return true
}

// ask is the first page of an object's list.
type ask struct {
	conn   *connection
	args   listArgs
	parent string
	rows   *[]row
	page   *page
	alone  func(ctx context.Context) // reads it by a call of its own
}

// want is how many rows of the object make the page certain.
func (a *ask) want() int {
	if a.conn.next {
		return a.args.first + 1
	}
	return a.args.first
}

// give fills the page from the rows that are there of the object.
func (a *ask) give(rows []row) {
	a.page.next = len(rows) > a.args.first
	*a.rows = rows[:min(len(rows), a.args.first)]
}

// sharing is a list with the parameters that some asks have in common.
type sharing struct {
	source *listSource
	params map[string]string // without the object
	offset closeapi.Offset
	zoned  bool // the offset is given
	want   int
	asks   map[string][]*ask // by object
}

// share makes the calls for asks: in common as far as that can save some, else one by one.
func (x *run) share(asks []*ask) []func(ctx context.Context) {
	var all []*sharing
	byKey := map[string]*sharing{}
	for _, a := range asks {
		fresh := newSharing(a)
		key := fmt.Sprintf("%p %q %+v", fresh.source, fresh.params, fresh.offset)
		s := byKey[key]
		if s == nil {
			s = fresh
			byKey[key] = s
			all = append(all, s)
		}
		s.want = max(s.want, a.want())
		s.asks[a.parent] = append(s.asks[a.parent], a)
	}
	var calls []func(ctx context.Context)
	for _, s := range all {
		calls = append(calls, x.shareCalls(s)...)
	}
	return calls
}

func newSharing(a *ask) *sharing {
	s := &sharing{source: a.conn.field.list, params: maps.Clone(a.args.params), asks: map[string][]*ask{}}
	delete(s.params, s.source.parentParam)
	if a.args.offset != nil {
		s.offset, s.zoned = *a.args.offset, true
	}
	return s
}

// shareCalls cuts the objects of a list into calls. Of so many objects as fit on a page with all that is wanted of them, a
// full page holds enough of one at least: so sharing never takes more calls than there are objects.
func (x *run) shareCalls(s *sharing) []func(ctx context.Context) {
	size := max(1, s.source.operation.MaxLimit/s.want)
	if x.request.engine.observed.Ignores(s.source.operation.String(), s.source.batch.param) {
		size = 1
	}
	var calls []func(ctx context.Context)
	for parents := range slices.Chunk(slices.Sorted(maps.Keys(s.asks)), size) {
		if len(parents) == 1 {
			calls = append(calls, s.alone(parents)...)
		} else {
			calls = append(calls, func(ctx context.Context) { x.fetchShared(ctx, s, parents) })
		}
	}
	return calls
}

// alone are the calls for the lists of objects one by one.
func (s *sharing) alone(parents []string) []func(ctx context.Context) {
	var calls []func(ctx context.Context)
	for _, parent := range parents {
		for _, a := range s.asks[parent] {
			calls = append(calls, a.alone)
		}
	}
	return calls
}

// rounds is how often lists are asked for together before they are asked for one by one. What the first page leaves open
// are the lists of quiet objects, pushed off it by busy ones; without those, the second page holds nearly all of them.
const rounds = 2

// fetchShared reads the lists of objects together, and what stays open one by one.
func (x *run) fetchShared(ctx context.Context, s *sharing, parents []string) {
	for range rounds {
		if len(parents) < 2 {
			break
		}
		open, err := x.readShared(ctx, s, parents)
		if mayBeOne(err) {
			break
		}
		if err != nil {
			for _, parent := range parents {
				for _, a := range s.asks[parent] {
					a.page.err = err
				}
			}
			return
		}
		parents = open
	}
	atOnce(ctx, s.alone(parents))
}

// errUnclear says that an answer does not tell which object a row belongs to.
var errUnclear = errors.New("a row does not tell which object it belongs to")

// mayBeOne reports whether an error may be about one of the objects, or about asking for many of them.
func mayBeOne(err error) bool {
	return errors.Is(err, errUnclear) || closeapi.IsBadRequest(err) || closeapi.IsForbidden(err) || closeapi.IsNotFound(err)
}

// spare is how many times as many rows are asked for as are wanted, since busy objects take more than their part.
const spare = 4

// readShared reads the lists of objects in one call. It returns the objects whose lists are not certain by it.
func (x *run) readShared(ctx context.Context, s *sharing, parents []string) (open []string, err error) {
	source := s.source
	call := closeapi.Call{Operation: source.operation.String(), Params: maps.Clone(s.params)}
	call.Params[source.batch.param] = strings.Join(parents, ",")
	call.Params["_limit"] = strconv.Itoa(min(source.operation.MaxLimit, spare*s.want*len(parents)))
	if s.zoned {
		call.Offset = &s.offset
	}
	views := map[*layout]map[string][]row{}
	for _, parent := range parents {
		for _, a := range s.asks[parent] {
			views[a.conn.shared] = map[string][]row{}
			call.Fields = append(call.Fields, a.conn.shared.fields()...)
		}
	}
	doc, err := x.request.Do(ctx, call)
	if err != nil {
		return nil, err
	}
	more := false
	for l, rows := range views {
		if more, err = x.sortRows(s, parents, doc.Body, l, rows); err != nil {
			return nil, err
		}
	}
	for _, parent := range parents {
		for _, a := range s.asks[parent] {
			a.give(views[a.conn.shared][parent])
		}
		if more && len(views[s.asks[parent][0].conn.shared][parent]) < s.want {
			open = append(open, parent)
		}
	}
	return open, nil
}

// sortRows sorts the rows of a document by the object that they belong to. It reports whether the list goes on. Rows of other
// objects show that Close does not know the parameter, which is remembered.
func (x *run) sortRows(s *sharing, parents []string, doc []byte, l *layout, rows map[string][]row) (more bool, err error) {
	t, _, err := scanList(doc, l, noHead)
	if err != nil {
		return false, malformed(err)
	}
	for i := range t.rows {
		r := row{t, i}
		if r.missing() {
			return false, errUnclear
		}
		parent := Parent{r}.Text(s.source.parentParam)
		if !slices.Contains(parents, parent) {
			x.request.engine.observed.SawIgnored(s.source.operation.String(), s.source.batch.param)
			return false, errUnclear
		}
		rows[parent] = append(rows[parent], r)
	}
	return t.more, nil
}
