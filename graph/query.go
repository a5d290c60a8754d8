package graph

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/internal/projection"
)

// NewProjectedSchema is NewExecutableSchema for a schema whose queries have projected roots only. gqlgen resolves the root
// fields of a query in goroutines of their own and gathers their values in a set of fields; a resolver of ours only notes
// what it wants, so that here one calls them one after the other and writes their values as they come. What is answered is
// the same, but that errors of arguments have their location too.
func NewProjectedSchema(cfg Config) graphql.ExecutableSchema {
	return projectedSchema{NewExecutableSchema(cfg).(*executableSchema)}
}

type projectedSchema struct{ *executableSchema }

// Exec runs the operation in ctx. Mutations and introspection are gqlgen's.
func (s projectedSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation != ast.Query {
		return s.executableSchema.Exec(ctx)
	}
	fields := rootFields(op)
	if slices.ContainsFunc(fields, isIntrospection) {
		return s.executableSchema.Exec(ctx)
	}
	ec := newExecutionContext(op, s.executableSchema, nil)
	answered := false
	return func(ctx context.Context) *graphql.Response {
		if answered {
			return nil
		}
		answered = true
		return &graphql.Response{Data: ec.query(ctx, fields)}
	}
}

// rootFields are the fields of a query. They need not be collected where each stands for itself, as nearly always.
func rootFields(op *graphql.OperationContext) []graphql.CollectedField {
	set := op.Operation.SelectionSet
	fields := make([]graphql.CollectedField, 0, len(set))
	for _, selection := range set {
		field, ok := selection.(*ast.Field)
		again := func(f graphql.CollectedField) bool { return f.Alias == field.Alias }
		if !ok || len(field.Directives) > 0 || slices.ContainsFunc(fields, again) {
			return graphql.CollectFields(op, set, queryImplementors)
		}
		fields = append(fields, graphql.CollectedField{Field: field, Selections: field.SelectionSet, IsNonDeferrable: true})
	}
	return fields
}

// isIntrospection reports whether a root field asks for the schema.
func isIntrospection(f graphql.CollectedField) bool {
	return strings.HasPrefix(f.Name, "__") && f.Name != "__typename"
}

// smallAnswer is what room an answer has at least, in bytes.
const smallAnswer = 1 << 10

// query runs the resolvers of the fields and writes what they answer. All are called before the first value is written,
// since that is when everything is loaded.
func (ec *executionContext) query(ctx context.Context, fields []graphql.CollectedField) []byte {
	values := make([]rootValue, len(fields))
	for i, field := range fields {
		values[i] = ec.root(ctx, field)
	}
	size := smallAnswer
	for _, v := range values {
		if v.value != nil {
			size += v.value.Size()
		}
	}
	out := bytes.NewBuffer(room(size))
	out.WriteByte('{')
	for i, field := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		out.WriteString(field.Alias) // a name, in which nothing has to be escaped
		out.WriteString(`":`)
		values[i].write(out, field)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// rootValue is the value of a root field.
type rootValue struct {
	ctx   context.Context   //nolint:containedctx // of the field
	value *projection.Value // nil for null
}

// write writes the value, or null and an error in the answer.
func (v rootValue) write(out *bytes.Buffer, field graphql.CollectedField) {
	if field.Name == "__typename" {
		out.WriteString(`"Query"`)
		return
	}
	if v.value != nil {
		err := v.value.MarshalGQLContext(v.ctx, out)
		if err == nil {
			return
		}
		graphql.AddError(v.ctx, err)
	}
	out.WriteString("null")
}

// root is the value of a root field, or null and an error in the answer.
func (ec *executionContext) root(ctx context.Context, field graphql.CollectedField) (v rootValue) {
	if field.Name == "__typename" {
		return rootValue{}
	}
	fc := &graphql.FieldContext{Object: "Query", Field: field, IsMethod: true, IsResolver: true}
	ctx = graphql.WithFieldContext(ctx, fc)
	defer func() {
		if p := recover(); p != nil {
			ec.Error(ctx, ec.Recover(ctx, p))
			v = rootValue{}
		}
	}()
	value, err := ec.resolveQuery(ctx, fc)
	if err != nil {
		ec.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
		return rootValue{}
	}
	return rootValue{ctx, value}
}

// id is the only argument of a field, an id. A text is one as it is, and nearly all are texts; what else may stand for one
// is read by gqlgen's function for the arguments of the field.
func (ec *executionContext) id(
	ctx context.Context, fc *graphql.FieldContext,
	arguments func(context.Context, map[string]any) (map[string]any, error),
) (string, error) {
	if given := fc.Field.Arguments.ForName("id"); given != nil {
		switch given.Value.Kind {
		case ast.StringValue:
			return given.Value.Raw, nil
		case ast.Variable:
			if text, ok := ec.Variables[given.Value.Raw].(string); ok {
				return text, nil
			}
		}
	}
	var err error
	if fc.Args, err = arguments(ctx, fc.Field.ArgumentMap(ec.Variables)); err != nil {
		return "", err
	}
	return fc.Args["id"].(string), nil
}
