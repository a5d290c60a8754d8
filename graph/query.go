package graph

import (
	"bytes"
	"context"
	"strings"
	"sync"

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
	roots := rootsOf(op)
	for i := range roots {
		if roots[i].isIntrospection() {
			return s.executableSchema.Exec(ctx)
		}
	}
	ec := newExecutionContext(op, s.executableSchema, nil)
	answered := false
	return func(ctx context.Context) *graphql.Response {
		if answered {
			return nil
		}
		answered = true
		data := ec.query(ctx, roots)
		if graphql.GetErrors(ctx) == nil && ctx.Err() == nil { // so nothing of it runs on
			giveBack(roots)
		}
		return &graphql.Response{Data: data}
	}
}

// root is a root field of a query.
type root struct {
	field graphql.FieldContext
	ctx   context.Context   //nolint:containedctx // of the field, once it has a value
	value *projection.Value // that its resolver answered; nil for null
}

func newRoot(field graphql.CollectedField) root {
	return root{field: graphql.FieldContext{Object: "Query", Field: field, IsMethod: true, IsResolver: true}}
}

// name is the name of the field in the schema.
func (r *root) name() string { return r.field.Field.Name }

// key is its response key.
func (r *root) key() string { return r.field.Field.Alias }

// isIntrospection reports whether the field asks for the schema.
func (r *root) isIntrospection() bool {
	return strings.HasPrefix(r.name(), "__") && r.name() != "__typename"
}

// rootsOf are the root fields of a query. They need not be collected where each stands for itself, as nearly always.
func rootsOf(op *graphql.OperationContext) []root {
	set := op.Operation.SelectionSet
	roots := roomForRoots(len(set))
	for _, selection := range set {
		field, ok := selection.(*ast.Field)
		if !ok || len(field.Directives) > 0 || hasKey(roots, field.Alias) {
			return collected(op)
		}
		roots = append(roots, newRoot(graphql.CollectedField{Field: field, Selections: field.SelectionSet, IsNonDeferrable: true}))
	}
	return roots
}

// rootLists is memory of root fields that are done with, as *[]root.
var rootLists sync.Pool

// mostRoots is how many root fields there may be in memory that is used again.
const mostRoots = 64

// roomForRoots is an empty list with room for so many.
func roomForRoots(n int) []root {
	if kept, ok := rootLists.Get().(*[]root); ok && cap(*kept) >= n {
		return *kept
	}
	return make([]root, 0, n)
}

// giveBack leaves the memory of root fields to other queries.
func giveBack(roots []root) {
	if cap(roots) > mostRoots {
		return
	}
	clear(roots)
	roots = roots[:0]
	rootLists.Put(&roots)
}

// collected are the root fields of a query, with fragments spread and fields of one key merged.
func collected(op *graphql.OperationContext) []root {
	var roots []root
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, queryImplementors) {
		roots = append(roots, newRoot(field))
	}
	return roots
}

// hasKey reports whether one of the root fields has a response key.
func hasKey(roots []root, key string) bool {
	for i := range roots {
		if roots[i].key() == key {
			return true
		}
	}
	return false
}

// smallAnswer is what room an answer has at least, in bytes.
const smallAnswer = 1 << 10

// query runs the resolvers of the fields and writes what they answer. All are called before the first value is written,
// since that is when everything is loaded.
func (ec *executionContext) query(ctx context.Context, roots []root) []byte {
	size, resolvers := smallAnswer, ec.Resolvers.Query()
	contexts := make([]fieldContext, len(roots)) // not used again: what is begun in them may outlive the query
	for i := range roots {
		contexts[i] = fieldContext{ctx, &roots[i].field}
		if ec.resolve(&contexts[i], resolvers, &roots[i]); roots[i].value != nil { //nolint:contextcheck // they are made of ctx
			size += roots[i].value.Size()
		}
	}
	out := bytes.NewBuffer(room(size))
	out.WriteByte('{')
	for i := range roots {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('"')
		out.WriteString(roots[i].key()) // a name, in which nothing has to be escaped
		out.WriteString(`":`)
		roots[i].write(out)
	}
	out.WriteByte('}')
	return out.Bytes()
}

// write writes the value, or null and an error in the answer.
func (r *root) write(out *bytes.Buffer) {
	if r.name() == "__typename" {
		out.WriteString(`"Query"`)
		return
	}
	if r.value != nil {
		err := r.value.MarshalGQLContext(r.ctx, out)
		if err == nil {
			return
		}
		graphql.AddError(r.ctx, err)
	}
	out.WriteString("null")
}

// resolve has the resolver of a root field find its value in the context of the field, or leaves an error in the answer.
func (ec *executionContext) resolve(ctx context.Context, resolvers QueryResolver, r *root) {
	if r.name() == "__typename" {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			ec.Error(ctx, ec.Recover(ctx, p))
		}
	}()
	value, err := ec.resolveQuery(ctx, resolvers, &r.field)
	if err != nil {
		ec.Error(ctx, graphql.AddFieldLocationToError(ctx, err))
		return
	}
	r.ctx, r.value = ctx, value
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
