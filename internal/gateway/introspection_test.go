package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/introspection"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestIntrospectionAgain asks for the schema again, in ways that must not be taken for each other.
func TestIntrospectionAgain(t *testing.T) {
	t.Parallel()
	g := newTestGateway(t, sandbox.RunT(t))
	ask := func(body map[string]any, header http.Header) string {
		t.Helper()
		return string(post(t, g, body, header))
	}
	whole := map[string]any{"query": introspection.Query}
	first := ask(whole, nil)
	if again := ask(whole, nil); again != first || !strings.Contains(first, `"OpportunityGroups"`) {
		t.Errorf("the schema is %d bytes long at first, and %d again", len(first), len(again))
	}

	two := `query A { __type(name: "Task") { name } } query B { __type(name: "Lead") { name } }`
	byName := `query($of: String!) { __type(name: $of) { name } }`
	for range 2 {
		for name, tt := range map[string]struct {
			body map[string]any
			want string
		}{
			"one operation":      {map[string]any{"query": two, "operationName": "A"}, `{"data":{"__type":{"name":"Task"}}}`},
			"another":            {map[string]any{"query": two, "operationName": "B"}, `{"data":{"__type":{"name":"Lead"}}}`},
			"a variable":         {map[string]any{"query": byName, "variables": map[string]any{"of": "Task"}}, `{"data":{"__type":{"name":"Task"}}}`},
			"another variable":   {map[string]any{"query": byName, "variables": map[string]any{"of": "Lead"}}, `{"data":{"__type":{"name":"Lead"}}}`},
			"what is no type":    {map[string]any{"query": `{ __type(name: "Nothing") { name } }`}, `{"data":{"__type":null}}`},
			"not only of itself": {map[string]any{"query": `{ __typename leadStatuses { label } }`}, `{"data":{"__typename":"Query","leadStatuses":[{"label":"Potential"}`},
		} {
			if got := ask(tt.body, nil); !strings.HasPrefix(got, tt.want) {
				t.Errorf("%s: %.200s, want %s", name, got, tt.want)
			}
		}
	}
	explained := ask(map[string]any{"query": `{ __typename }`}, http.Header{explainHeader: {"1"}})
	if plain := ask(map[string]any{"query": `{ __typename }`}, nil); !strings.Contains(explained, `"closegraph"`) || plain != `{"data":{"__typename":"Query"}}` {
		t.Errorf("explained %s, then plain %s", explained, plain)
	}
}

// TestIntrospectionOff keeps nothing from a server that does not tell.
func TestIntrospectionOff(t *testing.T) {
	t.Parallel()
	options := testOptions(sandbox.RunT(t))
	options.Config.Introspection = false
	g := newGateway(t, options)
	for range 2 {
		if got := string(post(t, g, map[string]any{"query": `{ __schema { queryType { name } } }`}, nil)); !strings.Contains(got, "errors") {
			t.Errorf("introspection is off, but: %s", got)
		}
	}
}
