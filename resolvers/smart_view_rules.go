package resolvers

import (
	"cmp"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// viewQuery wants the query of a Smart View in Close's form, and about the objects that the view is of (Close docs: Smart
// Views). How the objects of the rarer types are called in queries is not documented, so those are left to Close.
func viewQuery(input map[string]any) []projection.Fault {
	if input["query"] == nil {
		return nil
	}
	whole, _ := input["query"].(map[string]any)
	query, ok := whole["query"].(map[string]any)
	switch {
	case !ok:
		return wrong("give an object with the member query, as in {query: {type: \"and\", queries: [...]}}", "query")
	case len(objectTypes(query, nil)) == 0:
		return wrong("the query must say what it finds, by a condition of the type object_type", "query")
	}
	return nil
}

// newViewQuery wants a new view to be of what its query finds; views are of leads unless they say otherwise.
func newViewQuery(input map[string]any) []projection.Fault {
	if faults := viewQuery(input); faults != nil {
		return faults
	}
	kind, _ := input["type"].(string)
	kind = strings.ToLower(cmp.Or(kind, "LEAD"))
	whole, _ := input["query"].(map[string]any)
	query, _ := whole["query"].(map[string]any)
	kinds := objectTypes(query, nil)
	if slices.Contains([]string{"lead", "contact", "opportunity"}, kind) && !slices.Contains(kinds, kind) {
		return wrong("the query finds "+strings.Join(kinds, " and ")+", but the view is of the kind "+kind, "query")
	}
	return nil
}

// objectTypes are the objects that a query is about, wherever in it that is said.
func objectTypes(query map[string]any, found []string) []string {
	if kind, ok := query["object_type"].(string); ok && query["type"] == "object_type" {
		found = append(found, kind)
	}
	queries, _ := query["queries"].([]any)
	for _, below := range queries {
		if q, ok := below.(map[string]any); ok {
			found = objectTypes(q, found)
		}
	}
	return found
}
