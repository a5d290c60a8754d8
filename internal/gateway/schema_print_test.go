package gateway

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestPossibleTypes wants objects only among what an interface or union may be, as the specification says.
func TestPossibleTypes(t *testing.T) {
	t.Parallel()
	var answer struct {
		Data struct {
			Type struct{ PossibleTypes []struct{ Kind, Name string } } `json:"__type"`
		}
	}
	query := `{ __type(name: "Node") { possibleTypes { kind name } } }`
	if err := json.Unmarshal(post(t, newTestGateway(t, sandbox.RunT(t)), map[string]any{"query": query}, nil), &answer); err != nil {
		t.Fatal(err)
	}
	for _, typ := range answer.Data.Type.PossibleTypes {
		if typ.Kind != "OBJECT" {
			t.Errorf("a Node may be %s, which is of kind %s", typ.Name, typ.Kind)
		}
	}
	if len(answer.Data.Type.PossibleTypes) < 30 {
		t.Errorf("a Node may be of %d types only", len(answer.Data.Type.PossibleTypes))
	}
}

// TestPrintSchema reads the printed schema back: it must say the same as introspection of a running server, descriptions
// included, and the same each time.
func TestPrintSchema(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := PrintSchema(out); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("two prints differ")
	}
	for _, ours := range []string{"@rest", "@entity", "@inline"} {
		if strings.Contains(first.String(), ours) {
			t.Errorf("the print has %s, which clients do not know", ours)
		}
	}
	printed, err := gqlparser.LoadSchema(&ast.Source{Name: "printed.graphqls", Input: first.String()})
	if err != nil {
		t.Fatalf("the print is no schema: %v", err)
	}
	query, errs := gqlparser.LoadQueryWithRules(printed, introspection.Query, rules.NewDefaultRules())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	op := &graphql.OperationContext{Doc: query, Operation: query.Operations[0]}
	schema := graphql.CollectFields(op, op.Operation.SelectionSet, nil)[0]
	described, err := json.Marshal(describe(op, reflect.ValueOf(introspection.WrapSchema(served(printed))), "__Schema", schema.Selections))
	if err != nil {
		t.Fatal(err)
	}
	var served struct {
		Data struct {
			Schema any `json:"__schema"`
		}
	}
	if err := json.Unmarshal(post(t, newTestGateway(t, sandbox.RunT(t)), map[string]any{"query": introspection.Query}, nil), &served); err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(described, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(served.Data.Schema, got); diff != "" {
		t.Errorf("the print differs from what introspection says (-served +printed):\n%s", diff)
	}
}
