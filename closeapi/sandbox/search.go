package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

const (
	maxSearchPage = 200    // (client code; not documented)
	maxSearchWalk = 10_000 // objects that one cursor leads to (Close docs: advanced filtering)
)

func searchEndpoint() *endpoint {
	return &endpoint{group: "search", status: http.StatusOK, handle: search}
}

// A searching is the body of a search, understood.
type searching struct {
	test         func(o *object) bool
	types        []*searchType // that the query can find
	selections   map[string]*selection
	sorts        []searchSort
	limit, from  int
	resultsLimit int // -1 for none
	counts       bool
	hash         string // of what a cursor is bound to
}

// search is POST /data/search/ (Close docs: advanced filtering).
func search(c *call, b []byte) ([]byte, *apiError) {
	q, refused := readSearch(c)
	if refused != nil {
		return nil, refused
	}
	v := c.view()
	found := slices.DeleteFunc(q.find(c.s.store), func(o *object) bool { return !c.sees(o) })
	sortBy(found, q.sorts)
	total := len(found)
	if q.resultsLimit >= 0 {
		found = found[:min(q.resultsLimit, total)]
	}
	limited := len(found)
	found = found[:min(maxSearchWalk, limited)]
	from := min(q.from, len(found))
	to := min(from+q.limit, len(found))
	b = append(b, `{"data":`...)
	b = list(b, found[from:to], func(b []byte, o *object) []byte { return q.row(&v, b, o) })
	b = append(b, `,"cursor":`...)
	if to < len(found) {
		b = appendString(b, makeCursor(to, c.now, q.hash))
	} else {
		b = append(b, "null"...)
	}
	if q.counts {
		b = append(b, `,"count":`...)
		b = v.fields(b, fields{{"limited", limited}, {"total", total}})
	}
	return append(b, '}'), nil
}

// row writes an object as search does: its type first, and only what _fields names for that type.
func (q *searching) row(v *view, b []byte, o *object) []byte {
	name := searchName(o)
	start := len(b)
	b = v.object(b, o, q.selections[name])
	object := append(append([]byte(`{"__object_type":`), appendString(nil, name)...), ',')
	if b[start+1] == '}' {
		object = object[:len(object)-1] // no members follow
	}
	return slices.Replace(b, start, start+1, object...)
}

// find are the objects that the query finds, in no order.
func (q *searching) find(st *store) []*object {
	var found []*object
	for _, t := range q.types {
		for _, o := range st.tables[t.res.name].all {
			if t.is(o) && q.test(o) {
				found = append(found, o)
			}
		}
	}
	return found
}

func readSearch(c *call) (*searching, *apiError) {
	if refused := c.members("query", "_fields", "_limit", "cursor", "results_limit", "include_counts", "sort"); refused != nil {
		return nil, refused
	}
	q := &searching{resultsLimit: -1, limit: defaultLimit}
	errs := fieldErrors{}
	query, ok := c.body["query"].(map[string]any)
	if !ok {
		errs["query"] = "Field required"
	} else {
		compiler := &compiler{c: c, v: c.view()}
		test, refusal := compiler.query(query)
		if refusal != nil {
			errs["query"] = refusal
		}
		q.test, q.types = test, compiler.types()
	}
	q.readNumbers(c, errs)
	var refusal any
	if q.sorts, refusal = readSorts(c, c.body["sort"], q.types); refusal != nil {
		errs["sort"] = refusal
	}
	refused := q.readFields(c, errs)
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	if refused != nil {
		return nil, refused
	}
	q.hash = hashOf(c.body["query"], c.body["sort"], c.body["results_limit"])
	if text, ok := c.body["cursor"].(string); ok {
		from, problem := readCursor(text, c.now, q.hash)
		if problem != "" {
			return nil, &apiError{status: http.StatusBadRequest, body: fields{{"field-errors", fields{{"cursor", problem}}}}}
		}
		q.from = from
	}
	return q, nil
}

func (q *searching) readNumbers(c *call, errs fieldErrors) {
	number := func(name string, least, most int) (int, bool) {
		v := c.body[name]
		if v == nil {
			return 0, false
		}
		given, _ := v.(json.Number)
		n, err := strconv.Atoi(given.String())
		switch {
		case err != nil:
			errs[name] = "Input should be a valid integer"
		case n < least:
			errs[name] = "Input should be greater than or equal to " + strconv.Itoa(least)
		case n > most:
			errs[name] = "Input should be less than or equal to " + strconv.Itoa(most)
		}
		return n, true
	}
	if n, given := number("_limit", 0, maxSearchPage); given {
		q.limit = n
	}
	if n, given := number("results_limit", 0, 1<<31); given {
		q.resultsLimit = n
	}
	switch counts := c.body["include_counts"].(type) {
	case nil:
	case bool:
		q.counts = counts
	default:
		errs["include_counts"] = "Input should be a valid boolean"
	}
}

// readFields reads which members to return of each type: only the id, unless they are named.
func (q *searching) readFields(c *call, errs fieldErrors) *apiError {
	q.selections = map[string]*selection{}
	for name := range c.s.api.searchable {
		q.selections[name] = selectNames([]string{"id"})
	}
	if c.body["_fields"] == nil {
		return nil
	}
	given, ok := c.body["_fields"].(map[string]any)
	if !ok {
		errs["_fields"] = "Input should be a valid dictionary"
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		list, ok := given[name].([]any)
		t := c.s.api.searchable[name]
		if !ok || t == nil || t.part != nil {
			errs["_fields"] = "Input should be a valid list for a known object type"
			return nil
		}
		var names []string
		for _, item := range list {
			text, _ := item.(string)
			if !t.res.knows(text) {
				if refused := c.strict("unknown name %q in _fields", text); refused != nil {
					return refused
				}
			}
			names = append(names, text)
		}
		q.selections[name] = selectNames(names)
	}
	return nil
}
