// Package projection answers GraphQL selections from Close's own bytes. An operation is compiled once into a plan; the
// plan loads what it needs level by level and writes the answer from the spans of the documents that came. No object of
// Close is decoded on the way.
package projection

import (
	"context"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/loaders"
)

// Options are the settings of an Engine.
type Options struct {
	// Code is what the schema's directives cannot say.
	Code Code
	// MaxFields is how many fields an operation may select, those of fragments counted wherever they are spread; default 20,000.
	MaxFields int
	// MaxObjects is how many objects the lists of an operation may hold if all are full; default 100,000.
	MaxObjects int
	// MaxCalls is how many REST calls one operation may make; default 250. One that is likely to need more is refused before
	// the first of them.
	MaxCalls int
	// MaxAnswer is how many bytes the values of one answer may have; default 32 MiB.
	MaxAnswer int
	// PlanCache is how many operations have their plans kept; default 1,000.
	PlanCache int
	// Others are the other processes that serve the same accounts; default none.
	Others loaders.Others
	// Whole reports whether answers of an operation are kept for a while and hold all members, so that it is best asked for
	// as much as it gives; default no operation.
	Whole func(operation string) bool
}

// Engine projects Close on a schema. It is safe for concurrent use and shared by all requests.
type Engine struct {
	schema   *schema
	code     Code
	plans    *planCache
	observed *loaders.Observed

	maxObjects, maxCalls, maxAnswer int
	whole                           func(operation string) bool
}

// New learns the schema. Its error names what is wrong with the directives.
func New(s *ast.Schema, o Options) (*Engine, error) {
	if o.MaxFields == 0 {
		o.MaxFields = 20_000
	}
	if o.MaxObjects == 0 {
		o.MaxObjects = 100_000
	}
	if o.MaxCalls == 0 {
		o.MaxCalls = 250
	}
	if o.MaxAnswer == 0 {
		o.MaxAnswer = 32 << 20
	}
	if o.PlanCache == 0 {
		o.PlanCache = 1000
	}
	if o.Whole == nil {
		o.Whole = func(string) bool { return false }
	}
	learnt, err := readSchema(s, o.Code)
	if err != nil {
		return nil, err
	}
	plans, err := newPlanCache(learnt, o.PlanCache, o.MaxFields)
	if err != nil {
		return nil, err
	}
	return &Engine{
		schema: learnt, code: o.Code, plans: plans, observed: &loaders.Observed{Others: o.Others},
		maxObjects: o.MaxObjects, maxCalls: o.MaxCalls, maxAnswer: o.MaxAnswer, whole: o.Whole,
	}, nil
}

// request is one operation on its way.
type request struct {
	engine  *Engine
	close   Doer
	vars    map[string]any
	plan    *plan
	cost    Estimate
	query   run          // of a query: all its roots, loaded together
	calls   atomic.Int64 // what they weigh
	errors  atomic.Int64
	written atomic.Int64 // bytes
	memory  memory
	reads   reads
}

type requestKey struct{}

// Begin prepares the operation in ctx for its resolvers. close makes calls to Close for the caller; *closeapi.Client does. It
// fails when the operation selects too much, or is likely to need too many calls.
func (e *Engine) Begin(ctx context.Context, close Doer) (context.Context, error) {
	op := graphql.GetOperationContext(ctx)
	p, err := e.plans.get(op.Operation, op.Variables)
	if err != nil {
		return ctx, err
	}
	cost, err := p.costs.estimate(e, op.Variables)
	if err != nil {
		return ctx, err
	}
	r := &request{engine: e, close: close, vars: op.Variables, plan: p, cost: cost}
	r.query.request = r
	return context.WithValue(ctx, requestKey{}, r), nil
}

// Estimated is what the operation in ctx was thought to cost before its first call.
func Estimated(ctx context.Context) Estimate { return requestOf(ctx).cost }

func requestOf(ctx context.Context) *request {
	r, ok := ctx.Value(requestKey{}).(*request)
	if !ok {
		panic("projection: Begin was not called for this operation")
	}
	return r
}

// callWeight is what a call to Close weighs. One that Close was not asked for weighs a tenth of it: it costs Close nothing,
// but still has an end.
const callWeight = 10

// send makes a call to Close, one of those that the operation may make. Its whole weight counts until it is known that it
// was answered from what was kept.
func (r *request) send(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	if err := r.weigh(callWeight); err != nil {
		return closeapi.Document{}, err
	}
	doc, err := r.close.Do(ctx, call)
	if doc.Cached {
		r.calls.Add(1 - callWeight)
	}
	r.memory.keep(doc)
	return doc, err
}

// weigh counts a call, and refuses it when it is one too many.
func (r *request) weigh(weight int64) error {
	if r.calls.Add(weight) > int64(r.engine.maxCalls)*callWeight {
		return exceeds(LimitCalls,
			"the operation needs more than %d calls to Close, the most that one may make; ask for fewer objects, or for less below them", r.engine.maxCalls)
	}
	return nil
}

// Do makes a call to Close for the caller of the operation in ctx, for resolvers of mutations. What it writes is read by its
// id for a while, since Close's lists and index lag behind.
func (e *Engine) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	doc, err := requestOf(ctx).send(ctx, call)
	if err == nil && !strings.HasPrefix(call.Operation, "GET ") {
		written := slices.Clone(call.Vars)
		if body, ok := call.Body.(map[string]any); ok { // a comment changes the object that it is about
			if about, ok := body["object_id"].(string); ok {
				written = append(written, about)
			}
		}
		e.observed.Wrote(ctx, written...)
	}
	return doc, err
}
