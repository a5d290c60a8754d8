package gateway

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph"
	"github.com/closegraph/closegraph/internal/loaders"
	"github.com/closegraph/closegraph/internal/projection"
)

const operationsFile = "../../docs/operations.md"

// complete are the groups of Close's operations, by the first part of their paths, of which every one is served.
var complete = []string{
	"lead", "contact", "opportunity", "task", "files", "custom_object", "comment", "comment_thread", "activity", "saved_search",
	"report", "data", "me", "user", "organization", "membership", "role", "group", "custom_field", "custom_field_schema", "custom_activity",
	"custom_object_type", "pipeline", "status", "integration_link", "form",
}

// TestOperations keeps docs/operations.md, which says by which fields each operation of Close is served.
func TestOperations(t *testing.T) {
	t.Parallel()
	served := servedOperations(graph.Schema())
	var doc strings.Builder
	n := 0
	for _, op := range closeapi.Operations() {
		if len(served[op.String()]) > 0 {
			n++
		}
	}
	fmt.Fprintf(&doc, "# Operations of Close\n\n"+
		"Every operation of Close's REST API and the fields that serve it: %d of %d so far. This page is made from the schema\n"+
		"and from `closeapi/operations.txt` by `make golden`.\n", n, len(closeapi.Operations()))
	group := ""
	for _, op := range closeapi.Operations() {
		if g, _, _ := strings.Cut(op.Path[1:], "/"); g != group {
			group = g
			fmt.Fprintf(&doc, "\n## %s\n\n| operation | served by |\n| --- | --- |\n", strings.ReplaceAll(group, "_", " "))
		}
		fields := "not yet"
		if len(served[op.String()]) == 0 && slices.Contains(complete, group) {
			t.Errorf("%s is not served any more", op)
		}
		if names := slices.Sorted(maps.Keys(served[op.String()])); len(names) > 0 {
			fields = "`" + strings.Join(names, "`, `") + "`"
		}
		fmt.Fprintf(&doc, "| `%s` | %s |\n", op, fields)
	}
	if *update {
		if err := os.WriteFile(operationsFile, []byte(doc.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(operationsFile)
	if err != nil || string(have) != doc.String() {
		t.Errorf("docs/operations.md is not current (%v); `make golden` makes it anew", err)
	}
}

// servedOperations are the fields by operation: those that name it with @rest, and the types whose objects it reads.
func servedOperations(schema *ast.Schema) map[string]map[string]bool {
	served := map[string]map[string]bool{}
	add := func(operation, field string) {
		if served[operation] == nil {
			served[operation] = map[string]bool{}
		}
		served[operation][field] = true
	}
	for name, def := range schema.Types {
		if d := def.Directives.ForName("entity"); d != nil {
			add(d.Arguments.ForName("operation").Value.Raw, name)
		}
		for _, operation := range loaders.Operations(name) {
			add(operation, name)
		}
		for _, field := range def.Fields {
			for _, operation := range projection.Operations(schema, field) {
				add(operation, name+"."+field.Name)
			}
		}
	}
	return served
}

// TestOperationsExist finds operations in the schema that Close does not have.
func TestOperationsExist(t *testing.T) {
	t.Parallel()
	for operation, fields := range servedOperations(graph.Schema()) {
		if _, ok := closeapi.LookupOperation(operation); !ok {
			t.Errorf("%v name %q, which is not an operation of Close", slices.Sorted(maps.Keys(fields)), operation)
		}
	}
}
