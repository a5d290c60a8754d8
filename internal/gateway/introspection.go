package gateway

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/ast"
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

// answer answers the operation from what is kept, if it asks for nothing but the schema and has no variables. Other
// operations are answered by run.
func (i introspections) answer(op *graphql.OperationContext, run func() *graphql.Response) *graphql.Response {
	if len(op.Variables) > 0 || !asksForSchema(op) {
		return run()
	}
	key := op.Operation.Name + "\x00" + op.RawQuery
	if kept, ok := i.answers.Get(key); ok {
		return &graphql.Response{Data: slices.Clone(kept)}
	}
	resp := run()
	if resp != nil && len(resp.Errors) == 0 && len(resp.Data) <= maxKeptIntrospection {
		i.answers.Add(key, slices.Clone(resp.Data))
	}
	return resp
}

// asksForSchema reports whether an operation asks for nothing but the schema.
func asksForSchema(op *graphql.OperationContext) bool {
	if f, ok := op.Operation.SelectionSet[0].(*ast.Field); ok && len(f.Directives) == 0 && !strings.HasPrefix(f.Name, "__") {
		return false // as nearly all begin
	}
	for _, field := range graphql.CollectFields(op, op.Operation.SelectionSet, nil) {
		if !strings.HasPrefix(field.Name, "__") {
			return false
		}
	}
	return true
}
