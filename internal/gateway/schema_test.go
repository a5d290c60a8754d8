package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// tinySchema is a schema for tests of what lies around the schema.
const tinySchema = `
"The root of what can be asked."
type Query {
  "A greeting."
  hello: String!
  "Says back what it is told."
  echo(text: String!, big: Long): String
  "Ends when its time is over."
  slow: String
  "Always fails."
  fail: String
  "Always panics."
  boom: String
  "Something with an inside."
  box: Box
}
"Something with another of its kind inside."
type Box { box: Box, name: String }
"A whole number of any size."
scalar Long
type Mutation { "Changes nothing." touch: String }
type Subscription { "Never comes." tick: String }
`

// tiny runs tinySchema.
type tiny struct{ schema *ast.Schema }

func (s tiny) Schema() *ast.Schema { return s.schema }

func (s tiny) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (s tiny) Exec(context.Context) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		op := graphql.GetOperationContext(ctx)
		data := map[string]any{}
		for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query", "Mutation"}) {
			value, err := s.field(ctx, op, f)
			if err != nil {
				graphql.AddError(ctx, &gqlerror.Error{
					Message: err.Error(), Path: ast.Path{ast.PathName(f.Alias)}, Extensions: map[string]any{"code": codeUpstreamError},
				})
			}
			data[f.Alias] = value
		}
		text, err := json.Marshal(data)
		if err != nil {
			panic(err)
		}
		return &graphql.Response{Data: text}
	}
}

func (s tiny) field(ctx context.Context, op *graphql.OperationContext, f graphql.CollectedField) (any, error) {
	args := f.ArgumentMap(op.Variables)
	switch f.Name {
	case "__typename":
		return strings.ToUpper(string(op.Operation.Operation[:1])) + string(op.Operation.Operation[1:]), nil
	case "__schema":
		return describe(op, reflect.ValueOf(introspection.WrapSchema(s.schema)), "__Schema", f.Selections), nil
	case "__type":
		def := s.schema.Types[args["name"].(string)]
		return describe(op, reflect.ValueOf(introspection.WrapTypeFromDef(s.schema, def)), "__Type", f.Selections), nil
	case "hello", "touch":
		return "world", nil
	case "echo":
		if args["big"] != nil {
			return args["big"], nil
		}
		return args["text"], nil
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "fail":
		return nil, errors.New("it failed")
	case "boom":
		panic("boom")
	case "box":
		return map[string]any{}, nil
	}
	return nil, errors.New("no such field")
}

// describe answers introspection by calling the methods that are named like the fields.
func describe(op *graphql.OperationContext, value reflect.Value, typeName string, set ast.SelectionSet) any {
	if value.Kind() == reflect.Pointer && value.IsNil() {
		return nil
	}
	switch {
	case value.Kind() == reflect.Slice:
		list := make([]any, value.Len())
		for i := range list {
			item := value.Index(i)
			if item.Kind() == reflect.Struct {
				item = item.Addr()
			}
			list[i] = describe(op, item, typeName, set)
		}
		return list
	case len(set) == 0:
		return value.Interface()
	}
	object := map[string]any{}
	for _, f := range graphql.CollectFields(op, set, nil) {
		if f.Name == "__typename" {
			object[f.Alias] = typeName
			continue
		}
		name := strings.ToUpper(f.Name[:1]) + f.Name[1:]
		var result reflect.Value
		if method := value.MethodByName(name); method.IsValid() {
			var in []reflect.Value
			if method.Type().NumIn() == 1 {
				in = []reflect.Value{reflect.ValueOf(true)}
			}
			result = method.Call(in)[0]
		} else {
			result = value.Elem().FieldByName(name)
		}
		if !result.IsValid() {
			object[f.Alias] = nil
			continue
		}
		object[f.Alias] = describe(op, result, f.Definition.Type.Name(), f.Selections)
	}
	return object
}

func newTinyExecutor(t testing.TB) *executor.Executor {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "tiny.graphqls", Input: tinySchema})
	if err != nil {
		t.Fatal(err)
	}
	exec := executor.New(tiny{schema})
	exec.SetQueryCache(newQueryCache(10))
	exec.Use(depthLimit(15))
	return exec
}
