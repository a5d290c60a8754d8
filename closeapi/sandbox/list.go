package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// defaultLimit is the size of a page when _limit is not given (Close docs: pagination).
const defaultLimit = 100

// defaultMaxSkip is the highest _skip where Close publishes none: the number seen on e-mail activities.
const defaultMaxSkip = 250_000

// A listing declares what GET on a resource's path takes.
type listing struct {
	filters  []filter
	orders   map[string]order // by the value of _order_by, without a minus
	exact    bool             // the values of _order_by are a list of their own: no minus
	ignored  []string         // parameters that are taken and change nothing
	maxLimit int
	maxSkip  int
	unpaged  bool     // a small list: all of it, whatever the paging
	bare     bool     // a list without has_more
	noFields bool     // does not know _fields, though GET by id does
	repeated []string // parameters that may come more than once

	oldestFirst bool  // sorts by age without _order_by; otherwise the newest come first
	usual       order // sorts without _order_by, in the place of age

	// rules refuses combinations of parameters that Close refuses, and adds what the parameters imply.
	rules func(c *call) ([]predicate, *apiError)
	// envelope writes the members beside data, which are over all matches.
	envelope func(v *view, b []byte, matches []*object) []byte

	// group tells the group of an object, for the value of _group_by; nil for a value that there is not.
	group func(v *view, by string) func(o *object) group

	params map[string]param
}

// A param is what a parameter of the query means: a filter with an operator, or paging (no filter).
type param struct {
	filter *filter
	op     string
}

// An order gives the key by which objects are sorted.
type order func(v *view, o *object) sortKey

// A sortKey sorts by rank, then number, then text.
type sortKey struct {
	rank   int
	number int64
	text   string
}

func (l *listing) prepare() {
	l.params = map[string]param{"_limit": {}, "_skip": {}}
	if l.orders != nil {
		l.params["_order_by"] = param{}
	}
	for _, name := range l.ignored {
		l.params[name] = param{}
	}
	for i := range l.filters {
		f := &l.filters[i]
		for _, op := range f.ops {
			l.params[f.name+op] = param{f, op}
		}
	}
}

func (r *resource) handleList(c *call, b []byte) ([]byte, *apiError) {
	matches, refused := r.match(c)
	if refused != nil {
		return nil, refused
	}
	return r.page(c, b, matches)
}

// page writes one page of the matches.
func (r *resource) page(c *call, b []byte, matches []*object) ([]byte, *apiError) {
	sel, refused := r.selection(c)
	if refused != nil {
		return nil, refused
	}
	v := c.view()
	if refused := r.list.sort(c, &v, matches); refused != nil {
		return nil, refused
	}
	if r.list.group != nil && c.params.Get("_group_by") != "" {
		return r.grouped(c, b, matches, sel)
	}
	limit, skip, refused := r.paging(c)
	if refused != nil {
		return nil, refused
	}
	from := min(skip, len(matches))
	to := min(from+limit, len(matches))
	if r.list.unpaged {
		from, to = 0, len(matches)
	}
	b = append(b, `{"data":`...)
	b = list(b, matches[from:to], func(b []byte, o *object) []byte { return v.object(b, o, sel) })
	if !r.list.bare {
		b = append(b, `,"has_more":`...)
		b = strconv.AppendBool(b, to < len(matches))
	}
	if r.list.envelope != nil {
		b = r.list.envelope(&v, b, matches)
	}
	return append(b, '}'), nil
}

// match finds the objects that the filters of a call let through, in no order.
func (r *resource) match(c *call) ([]*object, *apiError) {
	var tests []predicate
	if r.list.rules != nil {
		more, refused := r.list.rules(c)
		if refused != nil {
			return nil, refused
		}
		tests = more
	}
	errs := fieldErrors{}
	for name, values := range c.params {
		p := r.list.params[name]
		if p.filter == nil || slices.Contains(c.skip, name) {
			continue
		}
		test, text := p.filter.test(c, p.op, values[0])
		if text != "" {
			errs[name] = text
		}
		if test != nil {
			tests = append(tests, test)
		}
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	var matches []*object
	for _, o := range r.candidates(c) {
		if c.sees(o) && passes(o, tests) {
			matches = append(matches, o)
		}
	}
	return matches, nil
}

func passes(o *object, tests []predicate) bool {
	for _, test := range tests {
		if !test(o) {
			return false
		}
	}
	return true
}

// candidates are the objects among which the matches are: by id or lead where the parameters say so.
func (r *resource) candidates(c *call) []*object {
	t := c.s.store.tables[r.name]
	if given, ok := r.list.params["id__in"]; ok && given.filter != nil && c.params.Has("id__in") && !slices.Contains(c.skip, "id__in") {
		var found []*object
		seen := map[string]bool{}
		for id := range strings.SplitSeq(c.params.Get("id__in"), ",") {
			if o := t.byID[id]; o != nil && !seen[id] {
				seen[id] = true
				found = append(found, o)
			}
		}
		return found
	}
	if given, ok := r.list.params["lead_id"]; ok && given.filter != nil {
		if lead := c.params.Get("lead_id"); lead != "" && !strings.Contains(lead, ",") {
			return t.byLead[lead]
		}
	}
	return t.all
}

// sort puts the newest first, unless _order_by says otherwise. A value that it does not know is ignored, as Close does.
func (l *listing) sort(c *call, v *view, matches []*object) *apiError {
	key, descending := order(byCreation), !l.oldestFirst
	if l.usual != nil {
		key, descending = l.usual, false
	}
	if by := c.params.Get("_order_by"); by != "" && l.orders != nil {
		name, minus := by, false
		if !l.exact {
			name, minus = strings.CutPrefix(by, "-")
		}
		if o, ok := l.orders[name]; ok {
			key, descending = o, minus
		} else if refused := c.strict("unknown value %q of _order_by", by); refused != nil {
			return refused
		}
	}
	sortObjects(v, matches, key, descending)
	return nil
}

// sortObjects sorts by a key; objects with equal keys come in the order in which they were made, or its reverse.
func sortObjects(v *view, objects []*object, key order, descending bool) {
	type keyed struct {
		sortKey
		o *object
	}
	rows := make([]keyed, len(objects))
	for i, o := range objects {
		rows[i] = keyed{key(v, o), o}
	}
	slices.SortFunc(rows, func(a, b keyed) int {
		if descending {
			a, b = b, a
		}
		switch {
		case a.rank != b.rank:
			return cmp.Compare(a.rank, b.rank)
		case a.number != b.number:
			return cmp.Compare(a.number, b.number)
		case a.text != b.text:
			return cmp.Compare(a.text, b.text)
		}
		return cmp.Compare(a.o.seq, b.o.seq)
	})
	for i, row := range rows {
		objects[i] = row.o
	}
}

func byCreation(v *view, o *object) sortKey { return byMoment("date_created")(v, o) }

// byMoment sorts by a stored moment; days come before the moments of the same day, and what has none comes last.
func byMoment(name string) order {
	return func(v *view, o *object) sortKey {
		m, ok := o.moment(name)
		if !ok {
			return sortKey{rank: 1}
		}
		number := m.at(v.offset).UnixMicro() * 2
		if !m.day {
			number++
		}
		return sortKey{number: number}
	}
}

// paging reads _limit and _skip, and refuses in the words of older or newer endpoints (Close docs: pagination).
func (r *resource) paging(c *call) (limit, skip int, refused *apiError) {
	number := func(name string, preset, highest int) int {
		text := c.params.Get(name)
		if text == "" || refused != nil || r.list.unpaged {
			return preset
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > highest {
			refused = r.badNumber(name, text, n, highest, err != nil)
		}
		return n
	}
	limit = number("_limit", min(defaultLimit, r.list.maxLimit), r.list.maxLimit)
	skip = number("_skip", 0, r.list.maxSkip)
	return limit, skip, refused
}

func (r *resource) badNumber(name, text string, n, highest int, notANumber bool) *apiError {
	most := strconv.Itoa(highest)
	if r.modern {
		switch {
		case notANumber:
			return refuseField(name, "Input should be a valid integer, unable to parse string as an integer")
		case n < 0:
			return refuseField(name, "Input should be greater than or equal to 0")
		case name == "_skip":
			return refuseField(name, "The maximum skip is "+most+". Use advanced filtering or an export to get more.")
		}
		return refuseField(name, "Input should be less than or equal to "+most)
	}
	switch {
	case name == "_limit" && (notANumber || n < 0):
		return refuse(http.StatusBadRequest, `_limit must be an integer (got "`+text+`" instead).`)
	case name == "_limit":
		return refuse(http.StatusBadRequest, "The limit you set is larger than the maximum limit for this resource (max_limit = "+most+").")
	case notANumber || n < 0:
		return refuse(http.StatusBadRequest, `_skip must be a non-negative integer (got "`+text+`" instead).`)
	}
	return refuse(http.StatusBadRequest, "The skip you set is larger than the maximum skip for this resource (max_skip = "+most+"). Please refine your search query.")
}
