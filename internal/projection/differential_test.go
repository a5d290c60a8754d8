package projection_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/graph"
	"github.com/closegraph/closegraph/internal/cache"
	"github.com/closegraph/closegraph/internal/projection"
	"github.com/closegraph/closegraph/resolvers"
)

// randomQueries is how many queries a plain run of the tests tries.
const randomQueries = 600

// TestRandomQueries holds the projection against the reference executor on random queries and random documents, also where
// definitions are kept.
func TestRandomQueries(t *testing.T) {
	t.Parallel()
	for name, g := range map[string]*graphUnderTest{"nothing kept": newGraph(t), "kept": newKeepingGraph(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tried := 0
			for seed := uint64(1); tried < randomQueries/2; seed++ {
				if g.compare(t, seed) {
					tried++
				}
			}
		})
	}
}

// FuzzProjection goes on where TestRandomQueries stops.
func FuzzProjection(f *testing.F) {
	g := newGraph(f)
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { g.compare(t, seed) })
}

// graphUnderTest is the schema with its projection, without the HTTP around it.
type graphUnderTest struct {
	full   *ast.Schema
	engine *projection.Engine
	exec   graphql.GraphExecutor
	keeps  bool
}

type clientKey struct{}

func newGraph(t testing.TB) *graphUnderTest {
	t.Helper()
	return newGraphOf(t, &graphUnderTest{}, projection.Options{Code: resolvers.Code(), MaxCalls: 10_000})
}

// newKeepingGraph is one whose calls for definitions are answered once in each query, and whole.
func newKeepingGraph(t testing.TB) *graphUnderTest {
	t.Helper()
	g := &graphUnderTest{keeps: true}
	return newGraphOf(t, g, projection.Options{Code: resolvers.Code(), MaxCalls: 10_000, Whole: g.client(t, nil).Whole})
}

func newGraphOf(t testing.TB, g *graphUnderTest, o projection.Options) *graphUnderTest {
	t.Helper()
	g.full = graph.Schema()
	var err error
	if g.engine, err = projection.New(g.full, o); err != nil {
		t.Fatal(err)
	}
	exec := executor.New(graph.NewProjectedSchema(graph.Config{Resolvers: &resolvers.Resolver{Projection: g.engine}}))
	exec.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		ctx, err := g.engine.Begin(ctx, ctx.Value(clientKey{}).(projection.Doer))
		if err != nil {
			return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{gqlerror.Wrap(err)}})
		}
		return next(ctx)
	})
	g.exec = exec
	return g
}

// client calls a Close behind a transport.
func (g *graphUnderTest) client(t testing.TB, transport http.RoundTripper) *closeapi.Client {
	t.Helper()
	cfg := closeapi.Config{
		Transport: transport,
		Caller:    closeapi.Caller{Credential: closeapi.APIKey(sandbox.DemoKey)},
		Retry:     closeapi.RetryPolicy{MaxAttempts: 1, BaseDelay: time.Millisecond, MaxDelay: time.Millisecond},
	}
	if g.keeps {
		cfg.Store = cache.NewMemory(1 << 20)
	}
	client, err := closeapi.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// do runs a query against a Close behind a transport.
func (g *graphUnderTest) do(t *testing.T, transport http.RoundTripper, query string, vars map[string]any) (*graphql.Response, *ast.OperationDefinition) {
	t.Helper()
	return g.doBy(t, g.client(t, transport), query, vars)
}

// doBy runs a query against what makes its calls.
func (g *graphUnderTest) doBy(t *testing.T, close projection.Doer, query string, vars map[string]any) (*graphql.Response, *ast.OperationDefinition) {
	t.Helper()
	ctx := graphql.StartOperationTrace(context.WithValue(t.Context(), clientKey{}, close))
	op, errs := g.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: vars})
	if errs != nil {
		return nil, nil
	}
	responses, ctx := g.exec.DispatchOperation(ctx, op)
	return responses(ctx), op.Operation
}

// compare tries one query; it reports whether it was a valid one.
func (g *graphUnderTest) compare(t *testing.T, seed uint64) bool {
	t.Helper()
	query, vars := newQueryMaker(seed, g.full).query()
	w := newWorld(seed, g.full)
	resp, op := g.do(t, w, query, vars)
	if resp == nil {
		return false
	}
	ref := &reference{world: w, vars: vars}
	want := ref.run(op)
	if !json.Valid(resp.Data) {
		t.Fatalf("seed %d: the answer is not JSON\n%s\n%s", seed, query, resp.Data)
	}
	if string(resp.Data) != want {
		t.Fatalf("seed %d: query %s\ncalls\n%s\ngot  %s\nwant %s\nerrors %v", seed, query, strings.Join(w.calls, "\n"), resp.Data, want, resp.Errors)
	}
	var paths []string
	for _, e := range resp.Errors {
		if inner := (*projection.Error)(nil); strings.Contains(e.Message, "panic") || errors.As(e, &inner) && inner.Code == "" {
			t.Fatalf("seed %d: error without a code: %v", seed, e)
		}
		paths = append(paths, pathText(e.Path))
	}
	slices.Sort(paths)
	slices.Sort(ref.errors)
	if diff := cmp.Diff(ref.errors, paths); diff != "" && len(paths) < 90 { // errors are cut at 100 a value
		t.Fatalf("seed %d: query %s\nanswer %s\npaths of errors (-want +got)\n%s", seed, query, resp.Data, diff)
	}
	n := needs{ref, map[string]map[string]bool{}}
	n.root(op)
	for typeName, asked := range w.asked {
		for member := range asked {
			if !n.members[typeName][member] {
				t.Fatalf("seed %d: query %s\nasked for %s of %s, which only needs %v",
					seed, query, member, typeName, slices.Sorted(maps.Keys(n.members[typeName])))
			}
		}
	}
	return true
}

func pathText(path ast.Path) string {
	return strings.NewReplacer("[", ".", "]", "").Replace(path.String())
}
