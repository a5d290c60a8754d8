package projection

import (
	"encoding/json"
	"errors"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/closegraph/closegraph/closeapi"
)

// Searcher says what a field searches for: from its arguments, which have Close's names and values already, and the
// object above it, which is the zero Parent at the root. Its error says what would be right.
type Searcher func(args map[string]any, parent Parent) (Search, error)

// Search is a search in Close's index (Close docs: Advanced Filtering).
type Search struct {
	// Query is the query in Close's form.
	Query map[string]any
	// Types are the types of objects that it can find, as Close names them; none when they may be any.
	Types []string
	// Order is the field by which the objects are sorted; the zero Order leaves it to Close, or to Sort.
	Order Order
	// Sort is an order in Close's form that is more than one field.
	Sort []any
	// Limit is the most objects that it finds; 0 for no limit.
	Limit int
}

// Order is an order by one field of a type of objects.
type Order struct {
	Type       string // as Close names it
	Field      string // Close's name of the field, or of a custom field its id
	Custom     bool
	Descending bool
}

// searchOperation is what serves a search.
const searchOperation = "POST /data/search/"

// What Close's search allows.
const (
	searchPageSize = 200    // rows of one call (client code)
	maxSearchWalk  = 10_000 // rows that cursors of Close lead to (Close docs: Advanced Filtering)
)

// searchPlan is what a search asks of each type of objects.
type searchPlan struct {
	fields  map[string][]string // members, by Close's name of the type; of types of which more than the id is needed
	rows    bool                // anything that hangs on the rows is selected
	cursors bool                // cursors are
}

// newSearchPlan gathers what the views of a search need of each type.
func newSearchPlan(conn *connection) *searchPlan {
	p := &searchPlan{
		fields:  map[string][]string{},
		rows:    selectsAny(conn.items, pageNodes, pageEdges, pageInfo),
		cursors: selectsAny(conn.items, pageCursor, pageStart, pageEnd),
	}
	for _, view := range conn.views {
		for name, typ := range view.typ.variants {
			needs := view.variants.needs[slices.Index(view.typ.possible, typ)]
			if len(needs) > 0 {
				p.fields[name] = append(p.fields[name], needs...)
			}
		}
	}
	for name, needs := range p.fields {
		p.fields[name] = sortedNames(append(needs, "id"))
	}
	return p
}

// selectsAny reports whether fields of some kinds are among those of a connection.
func selectsAny(items []pageItem, kinds ...pageItemKind) bool {
	return slices.ContainsFunc(items, func(it pageItem) bool {
		return slices.Contains(kinds, it.kind) || selectsAny(it.items, kinds...)
	})
}

// fieldsFor are the members to ask for, those for the cursors included.
func (p *searchPlan) fieldsFor(s Search) map[string][]string {
	fields := maps.Clone(p.fields)
	if len(s.Types) > 0 {
		maps.DeleteFunc(fields, func(name string, _ []string) bool { return !slices.Contains(s.Types, name) })
	}
	if o := s.Order; p.cursors && o.Type != "" {
		fields[o.Type] = sortedNames(slices.Concat(fields[o.Type], []string{"id", "date_created", o.member()}))
	}
	return fields
}

func sortedNames(names []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(names)))
}

// searchArgs are the arguments of a search.
type searchArgs struct {
	Search
	first  int
	from   position
	hash   uint64
	offset *closeapi.Offset // the time zone, when the arguments name one
}

// searchArgs turns the arguments of a search into what to search for, and from where on.
func (e *Engine) searchArgs(f *field, args map[string]any, parent Parent) (searchArgs, error) {
	a := searchArgs{first: 50}
	given, b := map[string]any{}, e.body()
	for _, def := range f.def.Arguments {
		value := args[def.Name]
		if value == nil {
			continue
		}
		var err error
		switch def.Name {
		case "first":
			a.first, err = firstArg(value)
		case "after":
		case "timeZone":
			a.offset, err = timeZone(value)
		default:
			given[paramName(def.Name, def.Directives)] = b.member([]string{def.Name}, def.Type, value)
		}
		if err != nil {
			return a, err
		}
	}
	err := b.wrong()
	if err != nil {
		return a, err
	}
	if a.Search, err = f.search(given, parent); err != nil {
		if _, known := errors.AsType[*Error](err); !known {
			err = badInput("%v", err)
		}
		return a, err
	}
	if a.hash, err = a.listHash(); err != nil {
		return a, err
	}
	if after, ok := args["after"].(string); ok && after != "" {
		a.from, err = parsePosition(after, a.hash)
	}
	return a, err
}

// listHash is what binds a cursor to a search.
func (s Search) listHash() (uint64, error) {
	h := fnv.New64a()
	err := json.NewEncoder(h).Encode(s)
	return h.Sum64(), err
}
