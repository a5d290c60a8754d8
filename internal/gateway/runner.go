package gateway

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// runner runs operations. Parsing, validation and coercion are gqlgen's. The run is not, since gqlgen's goes through chains
// of functions, and sets of errors and extensions, that it makes anew for each operation: here it is one function.
type runner struct {
	*executor.Executor
	known       knownOperations
	schema      graphql.ExecutableSchema
	engine      *projection.Engine
	client      *closeapi.Client
	telemetry   *telemetry.Telemetry
	aboutSchema introspections
	present     graphql.ErrorPresenterFunc
	explains    bool // its calls, to those who ask
}

var _ graphql.GraphExecutor = (*runner)(nil)

// DispatchOperation makes ready to run the operation.
func (r *runner) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	ctx = graphql.WithOperationContext(ctx, op)
	return func(ctx context.Context) *graphql.Response { return r.run(ctx, op) }, ctx
}

// run answers an operation; nil when its context has ended before.
func (r *runner) run(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	who := identityOf(ctx)
	if who.ReadOnly != "" && op.Operation.Operation == ast.Mutation {
		return refuseOperation(&projection.Error{Code: codeForbidden, Message: "this caller may query only: " + who.ReadOnly})
	}
	ctx, told := r.telemetry.Operation(ctx, string(op.Operation.Operation), op.Operation.Name)
	defer told.End()
	toClose := r.client.For(who.Caller)
	var explained *explainer
	if r.explains && first(op.Headers, explainHeader) == "1" {
		explained = &explainer{close: toClose, calls: []explainedCall{}}
		toClose = toClose.Observing(explained.add)
	}
	ctx, err := r.engine.Begin(ctx, told.Client(toClose))
	if err != nil {
		return refuseOperation(err)
	}
	resp := r.aboutSchema.answer(op, func() *graphql.Response { return r.answer(ctx) })
	if resp != nil && len(resp.Errors) == 0 && ctx.Err() == nil && op.Operation.Operation == ast.Query {
		projection.Finish(ctx)
	}
	if explained != nil {
		explained.explain(resp, projection.Estimated(ctx))
	}
	return resp
}

// answer has the schema answer the operation in ctx; nil when ctx has ended.
func (r *runner) answer(ctx context.Context) *graphql.Response {
	ctx = graphql.WithResponseContext(ctx, r.present, recovered)
	answer := r.schema.Exec(ctx)
	if errs := graphql.GetErrors(ctx); errs != nil {
		return &graphql.Response{Errors: errs}
	}
	if ctx.Err() != nil {
		return nil
	}
	resp := answer(ctx)
	if resp != nil {
		resp.Errors = append(resp.Errors, graphql.GetErrors(ctx)...)
		slices.SortStableFunc(resp.Errors, inDocument)
	}
	return resp
}

// refuseOperation answers an operation that is not run with the error alone.
func refuseOperation(err error) *graphql.Response {
	return &graphql.Response{Errors: errorList(err)}
}
