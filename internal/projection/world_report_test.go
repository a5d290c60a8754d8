package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The objects of metrics in reports, and of text queries, whose members have the names of metrics.
var (
	metricsType = ast.NamedType("metrics", nil)
	queriesType = ast.NamedType("queries", nil)
)

// metrics makes up an object of metrics, or of text queries for them.
func (w *world) metrics(r *rand.Rand, t *ast.Type) map[string]json.RawMessage {
	object := map[string]json.RawMessage{}
	if t == queriesType {
		for _, name := range someMetrics[:r.IntN(3)] {
			object[name] = json.RawMessage([]string{`["call()"]`, `[]`, `null`, `"call()"`, `["a", null]`}[r.IntN(5)])
		}
		return object
	}
	w.addMetrics(r, object)
	return object
}

// addMetrics adds metrics to the members of an object.
func (w *world) addMetrics(r *rand.Rand, object map[string]json.RawMessage) {
	for _, name := range someMetrics {
		if _, ok := object[name]; !ok && r.IntN(3) > 0 {
			object[name] = json.RawMessage([]string{"17", "0", "2.5", "-1e3", "null", `"odd"`, "[1]"}[r.IntN(7)])
		}
	}
}

// rootOf is the root field that a report, or a definition, serves.
func (w *world) rootOf(method, path string) *ast.FieldDefinition {
	if strings.HasPrefix(path, "/custom_field/") {
		if strings.Contains(path, "/association/") {
			return w.schema.Query.Fields.ForName("customFieldAssociation")
		}
		return w.schema.Query.Fields.ForName("customField")
	}
	var found *ast.FieldDefinition
	for _, root := range w.roots {
		want, _, variable := strings.Cut(operationOf(root), "{org_id}/")
		switch have := method + " " + path; {
		case have == want:
			return root
		case variable && strings.HasPrefix(have, want):
			found = root
		}
	}
	return found
}

// document makes up the document in which a root field stands.
func (w *world) document(root *ast.FieldDefinition) json.RawMessage {
	r := w.random("document", root.Name)
	if root.Name == "customFieldSchema" {
		return json.RawMessage(customDefinitions)
	}
	if root.Type.Elem == nil {
		return w.render(r, w.members(r, w.schema.Types[root.Type.Name()], 4))
	}
	object := map[string]json.RawMessage{}
	if value := w.value(r, readsOf(root)[0], root.Type, 4); value != nil {
		object[readsOf(root)[0]] = value
	}
	return w.render(r, object)
}

// grouped is an opportunity of a grouped list, with the number of its group.
type grouped struct {
	group int
	row   json.RawMessage
}

// grouped are the opportunities of the grouped list, in their order.
func (w *world) grouped() []grouped {
	r := w.random("grouped")
	var list []grouped
	group := 0
	for _, name := range []string{"a", "b", "c"} {
		for _, row := range w.rows("Opportunity", "grouped "+name) {
			list = append(list, grouped{group, row})
			group += r.IntN(2)
		}
	}
	return list
}

// group writes a group with some of its opportunities. All but those is the same on every page.
func (w *world) group(number int, rows []json.RawMessage) json.RawMessage {
	r := w.random("group", strconv.Itoa(number))
	object := w.members(r, w.schema.Types["OpportunityGroup"], 2)
	object["key"] = json.RawMessage(fmt.Sprintf(`"2026-%d"`, number))
	object["objects"] = json.RawMessage("[" + string(bytes.Join(toBytes(rows), []byte(","))) + "]")
	return w.render(r, object)
}

// groupPage is a page of the grouped list, which may have fewer opportunities than were asked for.
func (w *world) groupPage(query url.Values) json.RawMessage {
	all := w.grouped()
	skip, _ := strconv.Atoi(query.Get("_skip"))
	limit, _ := strconv.Atoi(query.Get("_limit"))
	from := min(skip, len(all))
	to := min(from+min(limit, 1+w.random("page").IntN(4)), len(all))
	var page []grouped
	for _, g := range all[from:to] {
		page = append(page, grouped{g.group, w.projectRow(g.row, query)})
	}
	return w.listOf(w.head("Opportunity"), w.groups(page), to < len(all))
}

// groups are opportunities in their groups.
func (w *world) groups(list []grouped) []json.RawMessage {
	var groups []json.RawMessage
	for len(list) > 0 {
		var rows []json.RawMessage
		number := list[0].group
		for len(list) > 0 && list[0].group == number {
			rows = append(rows, list[0].row)
			list = list[1:]
		}
		groups = append(groups, w.group(number, rows))
	}
	return groups
}
