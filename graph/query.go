package graph

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
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
	fields := graphql.CollectFields(op, op.Operation.SelectionSet, queryImplementors)
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

// isIntrospection reports whether a root field asks for the schema.
func isIntrospection(f graphql.CollectedField) bool {
	return strings.HasPrefix(f.Name, "__") && f.Name != "__typename"
}

// query runs the resolvers of the fields and writes what they answer. All are called before the first value is written,
// since that is when everything is loaded.
func (ec *executionContext) query(ctx context.Context, fields []graphql.CollectedField) []byte {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: "Query"})
	values := make([]graphql.Marshaler, len(fields))
	for i, field := range fields {
		values[i] = ec.root(ctx, field)
	}
	var out bytes.Buffer
	out.WriteByte('{')
	for i, field := range fields {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		out.WriteString(field.Alias) // a name, in which nothing has to be escaped
		out.WriteString(`":`)
		values[i].MarshalGQL(&out)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// root is the value of a root field, or null and an error in the answer.
func (ec *executionContext) root(ctx context.Context, field graphql.CollectedField) (value graphql.Marshaler) {
	if field.Name == "__typename" {
		return graphql.MarshalString("Query")
	}
	fc := &graphql.FieldContext{Object: "Query", Field: field, IsMethod: true, IsResolver: true}
	ctx = graphql.WithFieldContext(ctx, fc)
	defer func() {
		if p := recover(); p != nil {
			ec.Error(ctx, ec.Recover(ctx, p))
			value = graphql.Null
		}
	}()
	v, err := ec.resolveQuery(ctx, fc)
	switch {
	case err != nil:
		ec.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
		return graphql.Null
	case v == nil:
		return graphql.Null
	}
	return graphql.WrapContextMarshaler(ctx, v)
}
