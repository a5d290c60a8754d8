package projection

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
)

// Some operations of Close differ by one word of their paths alone, such as GET /custom_field/lead/ and GET
// /custom_field/contact/. A field may stand for all of them: its operation has a variable in the place of the word, and an
// argument, an enum whose values are the words, says which one is meant.

// choice are the operations that a field chooses from.
type choice struct {
	argument string // the variable in the place of the word: "{of}"
	first    closeapi.Operation
	byWord   map[string]closeapi.Operation
}

// choice reads the operation of a field that stands for several; nil for one that stands for itself.
func (r *schemaReader) choice(f *field, operation string) *choice {
	arg := choosing(r.ast, f.def, operation)
	if arg == nil {
		return nil
	}
	c := &choice{argument: paramName(arg.Name, arg.Directives), byWord: map[string]closeapi.Operation{}}
	for i, value := range r.ast.Types[arg.Type.Name()].EnumValues {
		op := r.operation(f.name(), strings.Replace(operation, c.argument, enumText(value), 1))
		if c.byWord[enumText(value)] = op; i == 0 {
			c.first = op
		}
	}
	return c
}

// choosing is the argument that chooses between the operations that a field stands for; nil when it stands for one.
func choosing(schema *ast.Schema, field *ast.FieldDefinition, operation string) *ast.ArgumentDefinition {
	for _, arg := range field.Arguments {
		name := paramName(arg.Name, arg.Directives)
		if isVariable(name) && strings.Contains(operation, name) && schema.Types[arg.Type.Name()].Kind == ast.Enum {
			return arg
		}
	}
	return nil
}

// chosen is the operation that the variables of a path choose.
func (s *listSource) chosen(variables map[string]string) closeapi.Operation {
	if s.choice == nil {
		return s.operation
	}
	return s.choice.byWord[variables[s.choice.argument]]
}

// Operations are the names of the operations that a field stands for by its directives: one, several that an argument chooses
// between, or none.
func Operations(schema *ast.Schema, field *ast.FieldDefinition) []string {
	operation := argString(field.Directives.ForName("rest"), "operation")
	if operation == "" {
		return nil
	}
	arg := choosing(schema, field, operation)
	if arg == nil {
		return []string{operation}
	}
	var names []string
	for _, value := range schema.Types[arg.Type.Name()].EnumValues {
		names = append(names, strings.Replace(operation, paramName(arg.Name, arg.Directives), enumText(value), 1))
	}
	return names
}

// Operation is the name of the operation that the schema declares for the root field in ctx, as its arguments choose it.
func (e *Engine) Operation(ctx context.Context) string {
	req := requestOf(ctx)
	field := graphql.GetFieldContext(ctx).Field
	operation := argString(field.Definition.Directives.ForName("rest"), "operation")
	arg := choosing(e.schema.ast, field.Definition, operation)
	if arg == nil {
		return operation
	}
	word, err := e.schema.paramText(arg.Name, arg.Type, field.ArgumentMap(req.vars)[arg.Name])
	if err != nil {
		return operation // which is none, and is refused as such
	}
	return strings.Replace(operation, paramName(arg.Name, arg.Directives), word, 1)
}
