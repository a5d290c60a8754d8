package gateway

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// TestExamplesFitTheSchema wants every example of the playground to be valid.
func TestExamplesFitTheSchema(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../graph/schema/*.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var sources []*ast.Source
	for _, name := range append(names, "../../schema.graphqls") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: name, Input: string(text)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples() {
		if _, err := gqlparser.LoadQueryWithRules(schema, e.Query, rules.NewDefaultRules()); err != nil {
			t.Errorf("%s: %v", e.Title, err)
		}
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	all := examples()
	if len(all) < 8 {
		t.Fatalf("%d examples", len(all))
	}
	for _, e := range all {
		if e.Title == "" || e.Description == "" || strings.HasPrefix(e.Title, "#") || strings.HasPrefix(e.Query, "#") || e.Query == "" {
			t.Errorf("not read well: %+v", e)
		}
		if e.Variables != "" && !json.Valid([]byte(e.Variables)) {
			t.Errorf("%s: variables %s", e.Title, e.Variables)
		}
	}
}
