package projection_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// searchQuery is a query of a search, as far as the world understands it.
type searchQuery struct {
	Type       string        `json:"type"`
	ObjectType string        `json:"object_type"`
	Value      string        `json:"value"`
	Queries    []searchQuery `json:"queries"`
}

// search answers a search: for objects by their ids, or for all objects of a type.
func (w *world) search(req *http.Request) (*http.Response, error) {
	var body struct {
		Query  searchQuery         `json:"query"`
		Fields map[string][]string `json:"_fields"`
		Limit  int                 `json:"_limit"`
	}
	if err := json.NewDecoder(req.Body).Decode(&body); err != nil {
		return nil, err
	}
	object := body.Query.ObjectType
	var ids []searchQuery
	for _, q := range body.Query.Queries {
		object += q.ObjectType
		ids = append(ids, q.Queries...)
	}
	name := w.searchedType(object)
	query := url.Values{"_fields": {strings.Join(body.Fields[object], ",")}}
	var rows []json.RawMessage
	head := map[string]json.RawMessage{}
	if len(ids) > 0 {
		w.ask(name, query)
		for i, q := range ids {
			if row := w.project(w.object(name, q.Value), query); row != nil && i != 1 { // the index lags behind
				rows = append(rows, row)
			}
		}
		return w.answer(req, name, w.listOf(head, rows, false))
	}
	for typ, fields := range body.Fields {
		w.ask("search "+w.searchedType(typ), url.Values{"_fields": {strings.Join(fields, ",")}})
	}
	rows = w.found(object)
	if len(rows) > body.Limit {
		rows = rows[:body.Limit]
		head["cursor"] = json.RawMessage(`"more"`)
	}
	head["count"] = w.count(object)
	return w.answer(req, name, w.listOf(head, rows, false))
}

// found are the objects that a search for a type finds: whole, with the type that a search adds.
func (w *world) found(object string) []json.RawMessage {
	var rows []json.RawMessage
	for i, row := range w.rows(w.searchedType(object), "found") {
		var members map[string]json.RawMessage
		if json.Unmarshal(row, &members) == nil && members != nil {
			members["__object_type"], _ = json.Marshal(object)
			if object == "" {
				members["__object_type"] = json.RawMessage(`"something_new"`)
			}
			row = w.render(w.random("found", object, fmt.Sprint(i)), members)
		}
		rows = append(rows, row)
	}
	return rows
}

// count is what a search says about how many there are.
func (w *world) count(object string) json.RawMessage {
	return json.RawMessage([]string{`{"limited":7,"total":7}`, `{"limited":3,"total":3000000000}`, `null`, `{}`}[w.random("count", object).IntN(4)])
}

// searchedType is the type of the schema that searches call so; leads stand for what they do not say.
func (w *world) searchedType(object string) string {
	for _, def := range w.schema.GetPossibleTypes(w.schema.Types["SearchResult"]) {
		if slices.Contains(variantValues(def, "SearchResult"), object) {
			return def.Name
		}
	}
	return "Lead"
}

// variantValues are the values of a discriminator that stand for a type.
func variantValues(def *ast.Definition, of string) []string {
	var values []string
	for _, d := range def.Directives.ForNames("variant") {
		named, list := d.Arguments.ForName("of"), d.Arguments.ForName("values")
		if list == nil || (named == nil) == (of == "SearchResult") {
			continue
		}
		for _, child := range list.Value.Children {
			values = append(values, child.Value.Raw)
		}
	}
	return values
}
