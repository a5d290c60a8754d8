package gateway

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Answers about the schema alone are kept, as working one out for all of it takes a fifth of a second: as many as there are
// tools, none of them larger than this, in bytes.
const (
	maxKeptIntrospections = 8
	maxKeptIntrospection  = 2 << 20
)

// introspections keeps answers about the schema, which are the same as long as the process runs.
type introspections struct {
	answers *lru.Cache[string, json.RawMessage]
}

func newIntrospections() (introspections, error) {
	answers, err := lru.New[string, json.RawMessage](maxKeptIntrospections)
	return introspections{answers}, err
}

// answer answers the operation in ctx from what is kept, if it asks for nothing but the schema and has no variables. Other
// operations go on to next.
func (i introspections) answer(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if len(op.Variables) > 0 || !asksForSchema(op) {
		return next(ctx)
	}
	key := op.Operation.Name + "\x00" + op.RawQuery
	if kept, ok := i.answers.Get(key); ok {
		return graphql.OneShot(&graphql.Response{Data: kept})
	}
	answer := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		resp := answer(ctx)
		if resp != nil && len(resp.Errors) == 0 && len(resp.Data) <= maxKeptIntrospection {
			i.answers.Add(key, resp.Data)
		}
		return resp
	}
}

// asksForSchema reports whether an operation asks for nothing but the schema.
func asksForSchema(op *graphql.OperationContext) bool {
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
		if !strings.HasPrefix(field.Name, "__") {
			return false
		}
	}
	return true
}
