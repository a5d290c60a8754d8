package gateway

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestKnownDocuments sends what may be right or wrong with a document, to a gateway that sees the document for the first time,
// and to one that has answered it before. It must not make a difference.
func TestKnownDocuments(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{})
	knows := newTestGateway(t, s)
	var first struct {
		Data struct {
			Tasks struct{ Nodes []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(post(t, knows, map[string]any{"query": `{tasks(first:1){nodes{id}}}`}, nil), &first); err != nil {
		t.Fatal(err)
	}
	id := first.Data.Tasks.Nodes[0].ID

	type vars = map[string]any
	type request struct {
		operation string
		variables vars
	}
	deep := strings.Repeat("{lead{tasks(first:1){nodes", 6) + "{id}" + strings.Repeat("}}}", 6)
	for name, tc := range map[string]struct {
		query string
		good  request // which is answered before
		then  []request
	}{
		"a text for an ID": {
			`query($id: ID!){task(id:$id){id text}}`, request{"", vars{"id": id}},
			[]request{
				{"", vars{"id": id}}, {"", vars{"id": "task_other"}}, {"", vars{"id": 5}}, {"", vars{"id": nil}}, {"", nil},
				{"", vars{"id": id, "other": "x"}}, {"", vars{"other": id}}, {"", vars{"id": []any{id}}}, {"", vars{"id": true}}, {"other", vars{"id": id}},
			},
		},
		"a text that may be left out": {
			`query($cursor: String){tasks(first:1, after:$cursor){nodes{id}}}`, request{"", nil},
			[]request{{"", vars{"cursor": "?"}}, {"", vars{"cursor": 1}}, {"", vars{"cursor": nil}}},
		},
		"a default": {
			`query($id: ID! = "` + id + `"){task(id:$id){id}}`, request{"", vars{"id": id}},
			[]request{{"", nil}, {"", vars{"id": nil}}, {"", vars{"id": "x"}}},
		},
		"a number": {
			`query($n: Int!){tasks(first:$n){nodes{id}}}`, request{"", vars{"n": 1}},
			[]request{{"", vars{"n": 2}}, {"", vars{"n": "2"}}, {"", vars{"n": 1.5}}, {"", vars{"n": 1 << 40}}},
		},
		"a truth": {
			`query($is: Boolean!){tasks(first:1){nodes{id text @include(if:$is)}}}`, request{"", vars{"is": true}},
			[]request{{"", vars{"is": false}}, {"", vars{"is": "true"}}, {"", vars{"is": "x"}}},
		},
		"a list": {
			`query($ids: [ID!]!){tasks(first:1, filter:{ids:$ids}){nodes{id}}}`, request{"", vars{"ids": []any{id}}},
			[]request{{"", vars{"ids": id}}, {"", vars{"ids": []any{id, 1, nil}}}},
		},
		"a time": {
			`query($since: DateOrDateTime){tasks(first:1, filter:{dateCreated:{gte:$since}}){nodes{id}}}`, request{"", vars{"since": "2020-01-01"}},
			[]request{{"", vars{"since": "2021-01-01T00:00:00Z"}}, {"", vars{"since": "yesterday"}}, {"", vars{"since": 5}}},
		},
		"two operations": {
			`query A{task(id:"` + id + `"){id}} query B{task(id:"` + id + `")` + deep + `}`, request{"A", nil},
			[]request{{"A", nil}, {"B", nil}, {"", nil}, {"C", nil}},
		},
		"of the schema": {`{__type(name:"Task"){name}}`, request{"", nil}, []request{{"", nil}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ask := func(g *Gateway, r request) []byte {
				return post(t, g, map[string]any{"query": tc.query, "operationName": r.operation, "variables": r.variables}, nil)
			}
			if answer := ask(knows, tc.good); bytes.Contains(answer, []byte(`"errors"`)) {
				t.Fatalf("the good request is refused: %s", answer)
			}
			for _, r := range tc.then {
				got, want := ask(knows, r), ask(newTestGateway(t, s), r)
				if !bytes.Equal(got, want) {
					t.Errorf("operation %q with %v:\n%s\nwhen the document is known, else\n%s", r.operation, r.variables, got, want)
				}
			}
		})
	}
}
