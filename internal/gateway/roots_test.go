package gateway

import (
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestRootFields writes root fields and their ids in all ways that there are.
func TestRootFields(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	task := s.IDs("task")[0]
	one := `{"data":{"task":{"id":"` + task + `"}}}`
	for name, tc := range map[string]struct {
		query     string
		variables map[string]any
		want      string // what the answer begins with, or the message that it has
	}{
		"a literal":              {query: `{ task(id: "ID") { id } }`, want: one},
		"a literal with escapes": {query: `{ task(id: "\u0074ID") { id } }`, want: `id: \"ttask_`},
		"a block":                {query: `{ task(id: """ID""") { id } }`, want: one},
		"a number":               {query: `{ task(id: 5) { id } }`, want: `id: \"5\" is not an id that can stand here`},
		"a variable":             {query: `query($id: ID!) { task(id: $id) { id } }`, variables: map[string]any{"id": task}, want: one},
		"a default":              {query: `query($id: ID! = "ID") { task(id: $id) { id } }`, want: one},
		"a number in a variable": {query: `query($id: ID!) { task(id: $id) { id } }`, variables: map[string]any{"id": 5}, want: `id: \"5\" is not an id that can stand here`},
		"no variable":            {query: `query($id: ID!) { task(id: $id) { id } }`, want: `variable $id: must be defined`},
		"aliases":                {query: `{ a: task(id: "ID") { id } b: task(id: "ID") { id } }`, want: `{"data":{"a":{"id":"` + task + `"},"b":{"id":"` + task + `"}}}`},
		"one key twice":          {query: `{ task(id: "ID") { id } task(id: "ID") { __typename } }`, want: `{"data":{"task":{"id":"` + task + `","__typename":"Task"}}}`},
		"fragments":              {query: `{ ...F ... on Query { b: __typename } } fragment F on Query { task(id: "ID") { id } }`, want: `{"data":{"task":{"id":"` + task + `"},"b":"Query"}}`},
		"skipped":                {query: `query($no: Boolean!) { task(id: "ID") @include(if: $no) { id } a: __typename }`, variables: map[string]any{"no": false}, want: `{"data":{"a":"Query"}}`},
		"all skipped":            {query: `{ task(id: "ID") @skip(if: true) { id } }`, want: `{"data":{}}`},
		"one of two is no id":    {query: `{ a: task(id: "lead_x") { id } b: task(id: "ID") { id } }`, want: `"data":{"a":null,"b":{"id":"` + task + `"}}`},
		"its place":              {query: `{ a: task(id: "lead_x") { id } }`, want: `"path":["a"],"locations":[{"line":1,"column":3}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := map[string]any{"query": strings.ReplaceAll(tc.query, "ID\"", task+`"`), "variables": tc.variables}
			if got := string(post(t, g, body, nil)); !strings.Contains(got, tc.want) {
				t.Errorf("%s\nanswers %s, want %s", body["query"], got, tc.want)
			}
		})
	}
}
