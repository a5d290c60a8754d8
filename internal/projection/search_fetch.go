package projection

import (
	"context"
	"encoding/json"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/closegraph/closegraph/closeapi"
)

// searchBody is the body of a search (Close docs: Advanced Filtering).
type searchBody struct {
	Query   map[string]any      `json:"query"`
	Fields  map[string][]string `json:"_fields,omitempty"`
	Sort    []any               `json:"sort,omitempty"`
	Limit   int                 `json:"_limit"`
	Results *int                `json:"results_limit,omitempty"`
	Counts  bool                `json:"include_counts,omitempty"`
	Cursor  string              `json:"cursor,omitempty"`
}

// searching is one search on its way.
type searching struct {
	run    *run
	plan   *connection
	args   searchArgs
	fields map[string][]string
	counts bool // the count comes with the first call

	found foundPage
	head  *table
	more  bool
}

// fetchSearch reads a page of a search, in as many calls as it takes.
func (x *run) fetchSearch(ctx context.Context, conn *connection, args searchArgs) (*searching, error) {
	s := &searching{run: x, plan: conn, args: args, fields: conn.search.fieldsFor(args.Search)}
	s.found.order, s.found.from = args.Order, args.from
	wanted := args.first
	if args.Limit > 0 {
		wanted = min(wanted, args.Limit-args.from.n)
	}
	if !conn.search.rows {
		wanted = 0
	}
	counted := len(conn.head.items) > 0
	s.counts = counted && wanted > 0 && args.from.n == 0 && !s.inParts()
	group, ctx := errgroup.WithContext(ctx)
	if counted && !s.counts {
		group.Go(func() error { return s.count(ctx) })
	}
	group.Go(func() error { return s.read(ctx, wanted) })
	err := group.Wait()
	if args.Limit > 0 && args.from.n+len(s.found.rows) >= args.Limit {
		s.more = false
	}
	return s, err
}

// inParts reports whether the objects without a value of the order are searched for by themselves, so that they surely
// come last.
func (s *searching) inParts() bool {
	return s.args.Order.followable() && !s.args.Order.complete()
}

// read reads so many objects: those that have a value of the order, then the rest.
func (s *searching) read(ctx context.Context, wanted int) error {
	f := &s.found
	if from := s.args.from; !from.rest {
		query := s.args.Query
		if s.inParts() {
			query = also(query, s.args.Order.hasValue(true))
		}
		sort := s.args.Sort
		if len(sort) == 0 {
			sort = s.args.Order.sort()
		}
		if err := s.part(ctx, s.args.Order, query, sort, from, wanted); err != nil {
			return err
		}
	}
	f.rest = len(f.rows)
	if s.more || !s.inParts() {
		return nil
	}
	from := s.args.from
	if !from.rest {
		from = position{rest: true}
	}
	newest := s.args.Order.created(true)
	query := also(s.args.Query, s.args.Order.hasValue(false))
	if wanted > len(f.rows) {
		return s.part(ctx, newest, query, newest.sort(), from, wanted)
	}
	return s.peek(ctx, query)
}

// part reads objects of a query in an order from a position on, until there are so many on the page.
func (s *searching) part(ctx context.Context, o Order, query map[string]any, sort []any, from position, wanted int) error {
	if from.at.kind != noUnit {
		query = also(query, o.from(from.at))
	}
	body := searchBody{Query: query, Fields: s.fields, Sort: sort, Counts: s.counts}
	skip, walked := from.skip, 0
	s.more = false
	for wanted > len(s.found.rows) {
		body.Limit = min(wanted-len(s.found.rows)+len(from.seen)+skip, searchPageSize)
		t, cursor, err := s.call(ctx, body)
		if err != nil {
			return err
		}
		for i := range t.rows {
			r := row{t, i}
			switch {
			case len(from.seen) > 0 && slices.Contains(from.seen, seenOf(Parent{r}.Text("id"))):
			case skip > 0:
				skip--
			case len(s.found.rows) == wanted:
				s.more = true
				return nil
			default:
				s.found.rows = append(s.found.rows, r)
			}
		}
		walked += t.rows
		s.more = cursor != ""
		if body.Cursor, body.Counts = cursor, false; cursor == "" || t.rows == 0 {
			break
		}
	}
	if !s.more && walked >= maxSearchWalk {
		if s.more = len(s.found.rows) > 0; !s.more {
			return badInput("after: in this order Close's search goes no further than %d objects; order it by a date or a number, or narrow it", maxSearchWalk)
		}
	}
	return nil
}

// peek finds out whether a query finds anything.
func (s *searching) peek(ctx context.Context, query map[string]any) error {
	if !s.plan.next {
		return nil
	}
	t, _, err := s.call(ctx, searchBody{Query: query, Limit: 1})
	s.more = err == nil && t.rows > 0
	return err
}

// count asks how many objects there are in all.
func (s *searching) count(ctx context.Context) error {
	none := 0
	_, _, err := s.call(ctx, searchBody{Query: s.args.Query, Limit: 1, Results: &none, Counts: true})
	return err
}

// call makes one call and returns its rows and Close's cursor to the rows after them.
func (s *searching) call(ctx context.Context, body searchBody) (*table, string, error) {
	doc, err := s.run.request.Do(ctx, closeapi.Call{Operation: searchOperation, Body: body, Offset: s.args.offset})
	if err != nil {
		return nil, "", err
	}
	t, beside, err := scanList(doc.Body, s.plan.layout, searchHead)
	if err != nil {
		return nil, "", malformed(err)
	}
	head := Parent{row{beside, 0}}
	if body.Counts {
		if err := s.setCount(head.Raw("count")); err != nil {
			return nil, "", err
		}
	}
	return t, head.Text("cursor"), nil
}

// searchHead is the layout of what a search answers beside its rows.
var searchHead = newLayout("cursor", "count")

// setCount keeps how many objects the search finds in all, in the form of a list of Close.
func (s *searching) setCount(raw []byte) error {
	var count struct {
		Total *int `json:"total"`
	}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &count); err != nil {
			return malformed(err)
		}
	}
	if count.Total != nil && s.args.Limit > 0 {
		*count.Total = min(*count.Total, s.args.Limit)
	}
	doc, err := json.Marshal(map[string]any{"count": count.Total})
	if err != nil {
		return err
	}
	s.head, err = scanObject(doc, s.plan.head.layout)
	return err
}
