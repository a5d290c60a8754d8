package gateway

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// check is something that an operation is held to, once its document is valid.
type check interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
}

// knownOperations makes operations of documents that were seen before. There is nothing to be parsed or validated then, and in most of
// them nothing to be coerced.
type knownOperations struct {
	documents graphql.Cache[*ast.QueryDocument]
	checks    []check
	like      *graphql.OperationContext // one that the executor made
}

// operation is what a request asks for of its document; nil when the executor has to see to it, and to what is wrong with it.
func (k knownOperations) operation(ctx context.Context, doc *ast.QueryDocument, params *graphql.RawParams) *graphql.OperationContext {
	asked := doc.Operations.ForName(params.OperationName)
	if asked == nil || !arePlain(asked.VariableDefinitions, params.Variables) {
		return nil
	}
	op := &graphql.OperationContext{
		RawQuery: params.Query, OperationName: params.OperationName, Extensions: params.Extensions, Headers: params.Headers,
		Doc: doc, Operation: asked, Variables: params.Variables, DisableIntrospection: true,
		RecoverFunc: k.like.RecoverFunc, ResolverMiddleware: k.like.ResolverMiddleware, RootResolverMiddleware: k.like.RootResolverMiddleware,
	}
	for _, check := range k.checks {
		if check.MutateOperationContext(ctx, op) != nil {
			return nil
		}
	}
	return op
}

// arePlain reports whether variables are their own values: each is given, and is a text for a scalar that takes any text.
func arePlain(variables ast.VariableDefinitionList, given map[string]any) bool {
	if len(given) != len(variables) {
		return false
	}
	for _, v := range variables {
		_, text := given[v.Variable].(string)
		if !text || v.Type.Elem != nil || v.Definition.Kind != ast.Scalar {
			return false
		}
		switch v.Type.NamedType {
		case "Int", "Float", "Boolean":
			return false
		}
	}
	return true
}

// CreateOperationContext finds the operation that a request asks for, and its variables.
func (r *runner) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	if doc, seen := r.known.documents.Get(ctx, params.Query); !seen {
		params.Query = strings.Clone(params.Query) // which is kept now, and may be a part of the whole request
	} else if op := r.known.operation(ctx, doc, params); op != nil {
		return op, nil
	}
	return r.Executor.CreateOperationContext(ctx, params)
}
