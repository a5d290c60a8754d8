package gateway

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"github.com/closegraph/closegraph/graph"
)

// known reports whether clients know a directive; the others say how the schema stands to REST.
func known(directive string) bool {
	switch directive {
	case "skip", "include", "deprecated", "specifiedBy", "oneOf":
		return true
	}
	return false
}

// served is the schema as clients see it: without the directives that say how it stands to REST. The possible types of an
// interface are objects alone, in the order of their names; gqlparser counts the interfaces below it too.
func served(full *ast.Schema) *ast.Schema {
	shown := *full
	shown.Directives = maps.Clone(full.Directives)
	maps.DeleteFunc(shown.Directives, func(name string, _ *ast.DirectiveDefinition) bool { return !known(name) })
	shown.PossibleTypes = make(map[string][]*ast.Definition, len(full.PossibleTypes))
	for name, types := range full.PossibleTypes {
		objects := slices.DeleteFunc(slices.Clone(types), (*ast.Definition).IsAbstractType)
		slices.SortFunc(objects, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
		shown.PossibleTypes[name] = objects
	}
	return &shown
}

// PrintSchema writes the schema as clients see it in GraphQL's schema language: the types by their names, their fields as
// they are declared. It is the same text each time.
func PrintSchema(w io.Writer) error {
	schema := graph.Schema()
	var text bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if def.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte('\n')
		}
		formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchema(&ast.Schema{Types: map[string]*ast.Definition{name: bare(def)}})
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("print the schema: %w", err)
	}
	return nil
}

// bare is a copy of a type without the directives that clients do not know.
func bare(def *ast.Definition) *ast.Definition {
	shown := *def
	shown.Directives = bareOf(def.Directives)
	shown.Fields = copyAll(def.Fields, func(field *ast.FieldDefinition) {
		field.Directives = bareOf(field.Directives)
		field.Arguments = copyAll(field.Arguments, func(arg *ast.ArgumentDefinition) { arg.Directives = bareOf(arg.Directives) })
	})
	shown.EnumValues = copyAll(def.EnumValues, func(value *ast.EnumValueDefinition) { value.Directives = bareOf(value.Directives) })
	return &shown
}

func bareOf(directives ast.DirectiveList) ast.DirectiveList {
	return slices.DeleteFunc(slices.Clone(directives), func(d *ast.Directive) bool { return !known(d.Name) })
}

// copyAll copies what a list points to, and changes the copies.
func copyAll[L ~[]*T, T any](list L, change func(*T)) L {
	copies := make(L, len(list))
	for i, item := range list {
		one := *item
		change(&one)
		copies[i] = &one
	}
	return copies
}
