// Package gateway assembles Closegraph: HTTP in front, GraphQL and the projection in the middle, Close or the sandbox
// behind.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/graph"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/loaders"
	"github.com/closegraph/closegraph/internal/projection"
	"github.com/closegraph/closegraph/internal/session"
	"github.com/closegraph/closegraph/internal/telemetry"
	"github.com/closegraph/closegraph/resolvers"
)

// Options are what a Gateway is made of.
type Options struct {
	Config config.Config
	// Log takes the records of requests and faults; default slog.Default.
	Log *slog.Logger
	// Telemetry is told of requests and calls; default a new one, without tracing.
	Telemetry *telemetry.Telemetry
	// Transport takes the calls to Close to where they are answered; default the network, or in sandbox mode Sandbox.
	Transport http.RoundTripper
	// Sandbox is the Close of sandbox mode; default a new one with demo data.
	Sandbox *sandbox.Server
	// Retry says how calls to Close are repeated; zero for the defaults of closeapi.
	Retry closeapi.RetryPolicy
	// Sessions keeps what belongs to those who are logged in, in session mode; default Redis, or the memory of the process.
	Sessions session.Store
	// Now is the clock by which proofs of identity expire; default time.Now.
	Now func() time.Time
}

// Gateway is the server, all but its socket.
type Gateway struct {
	handler  http.Handler
	admin    http.Handler
	client   *closeapi.Client
	shared   shared
	sandbox  *sandbox.Server
	stop     context.CancelFunc // ends what runs beside the requests
	draining atomic.Bool
}

// New assembles a Gateway. Everything that a request goes through is made here.
func New(o Options) (*Gateway, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	running, stop := context.WithCancel(context.Background())
	g := &Gateway{stop: stop}
	if err := g.assemble(running, o); err != nil {
		g.Close()
		return nil, err
	}
	return g, nil
}

// assemble puts a Gateway together; what of it runs beside the requests ends with ctx.
func (g *Gateway) assemble(ctx context.Context, o Options) error {
	if o.Telemetry == nil {
		o.Telemetry = telemetry.New("(unknown)", nil)
	}
	if o.Config.Mode() == config.ModeSandbox {
		if g.sandbox = o.Sandbox; g.sandbox == nil {
			g.sandbox = sandbox.New(sandbox.Options{})
		}
		if o.Transport == nil {
			o.Transport = g.sandbox.Transport()
		}
	}
	if o.Transport == nil {
		o.Transport = closeapi.NewHTTPTransport()
	}
	if err := checkKinds(o.Config); err != nil {
		return err
	}
	var err error
	if g.shared, err = newShared(o); err != nil { //nolint:contextcheck // it ends with Close
		return err
	}
	if o.Sessions == nil {
		o.Sessions = g.shared.sessions(o)
	}
	identify, err := newIdentifier(ctx, o)
	if err != nil {
		return err
	}
	g.client, err = closeapi.New(closeapi.Config{
		BaseURL:     o.Config.CloseBaseURL,
		Transport:   o.Telemetry.Transport(o.Transport),
		Retry:       o.Retry,
		Store:       g.shared.store(o.Config),
		Budgets:     g.shared.budgets,
		Writes:      g.shared.writes,
		IdentityKey: g.shared.identityKey,
		Lifetimes:   o.Config.Cache,
		Observe:     o.Telemetry.Observe,
	})
	if err != nil {
		return err
	}
	exec, err := newExecutor(o, g.client, g.shared.others) //nolint:contextcheck // what it parses takes no time
	if err != nil {
		return err
	}
	named, err := documentsOf(o.Config, g.shared)
	if err != nil {
		return err
	}
	pages, err := foreignOf(o.Config)
	if err != nil {
		return err
	}
	opts := httpOptions{
		Exec:      exec,
		Telemetry: o.Telemetry,
		Prepare:   identify.prepare,
		Reading: func(ctx context.Context) (closeapi.Reading, bool) {
			return g.client.For(identityOf(ctx).Caller).Reading()
		},
		Learn:         g.client.Learn,
		Documents:     named,
		MaxBody:       int64(o.Config.MaxBody),
		Timeout:       o.Config.RequestTimeout,
		LocalOnly:     o.Config.Mode().Anonymous() && !o.Config.AllowAnonymous,
		Compress:      o.Config.Compression,
		Foreign:       pages,
		MaxConcurrent: o.Config.MaxConcurrent,
		Caller:        func(ctx context.Context) string { return identityOf(ctx).Name },
		Sessions:      identify.sessions,
		Playground:    playgroundOf(o.Config),
		Admin:         o.Config.AdminListen != "",
		Ready:         g.ready,
		Log:           o.Log,
	}
	g.handler, g.admin = newHTTPHandler(opts), newAdminHandler(opts, o.Config.Pprof)
	return nil
}

// newExecutor puts the GraphQL side together: the schema, its projection, and the limits of a query.
func newExecutor(o Options, client *closeapi.Client, others loaders.Others) (graphql.GraphExecutor, error) {
	full := graph.Schema()
	engine, err := projection.New(full, projection.Options{
		Code:       resolvers.Code(),
		MaxFields:  o.Config.MaxFields,
		MaxObjects: o.Config.MaxObjects,
		MaxCalls:   o.Config.MaxCalls,
		MaxAnswer:  int(o.Config.MaxResponse),
		PlanCache:  o.Config.QueryCache,
		Others:     others,
		Whole:      client.Whole,
	})
	if err != nil {
		return nil, err
	}
	schema := graph.NewProjectedSchema(graph.Config{
		Schema:    served(full),
		Resolvers: &resolvers.Resolver{Projection: engine},
	})
	exec := executor.New(schema)
	queries := newQueryCache(o.Config.QueryCache)
	exec.SetQueryCache(queries)
	exec.SetParserTokenLimit(o.Config.MaxTokens)
	exec.SetDisableSuggestion(!o.Config.Introspection)
	exec.SetDefaultRulesFn(func() *rules.Rules { return validationRules(!o.Config.Introspection) })
	present := errorPresenter{o.Log}.present
	exec.SetErrorPresenter(present)
	exec.SetRecoverFunc(recovered)
	exec.Use(documentLimit{
		maxTokens: o.Config.MaxTokens, maxAliases: o.Config.MaxAliases, maxDirectives: o.Config.MaxDirectives, known: queries,
	})
	checks := checksOf(o.Config, full)
	for _, check := range checks {
		exec.Use(check)
	}
	aboutSchema, err := newIntrospections()
	if err != nil {
		return nil, err
	}
	exec.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response { // of documents that are not valid
		resp := next(ctx)
		slices.SortStableFunc(resp.Errors, inDocument)
		return resp
	})
	like, errs := exec.CreateOperationContext(parsing, &graphql.RawParams{Query: "{__typename}"})
	if errs != nil {
		return nil, errs
	}
	return &runner{
		Executor: exec, known: knownOperations{queries, checks, like}, schema: schema, engine: engine, client: client, telemetry: o.Telemetry,
		aboutSchema: aboutSchema, present: present, explains: o.Config.Explains(),
	}, nil
}

// checksOf are what operations are held to, once their document is valid.
func checksOf(c config.Config, schema *ast.Schema) []check {
	checks := []check{depthLimit(c.MaxDepth), strictValues{schema}}
	if c.Introspection {
		return append(checks, extension.Introspection{})
	}
	return append(checks, noIntrospection{})
}

// documentsOf are the operations that requests may name.
func documentsOf(c config.Config, shared shared) (*documents, error) {
	d := &documents{only: c.OnlyTrustedDocuments}
	if !d.only {
		d.automatic = shared.documents(c)
	}
	if c.TrustedDocuments == "" {
		return d, nil
	}
	var err error
	if d.trusted, err = readTrusted(c.TrustedDocuments, graph.Schema()); err != nil {
		return nil, err
	}
	d.listed = make(map[string]bool, len(d.trusted))
	for _, text := range d.trusted {
		d.listed[text] = true
	}
	return d, nil
}

// playgroundOf are the settings of the playground; nil when it is switched off, or could run nothing.
func playgroundOf(c config.Config) *playgroundOptions {
	if !c.Playground || c.OnlyTrustedDocuments {
		return nil
	}
	shown := &playgroundOptions{Mode: string(c.Mode()), Explain: c.Explains()}
	if c.Mode() == config.ModeSession {
		shown.Login = strings.TrimSuffix(c.RedirectURL(), session.CallbackPath) + session.LoginPath
	}
	return shown
}

// Handler serves everything that the gateway answers.
func (g *Gateway) Handler() http.Handler { return g.handler }

// Admin serves those who run the gateway: metrics, health, and profiles if the configuration wants them.
func (g *Gateway) Admin() http.Handler { return g.admin }

// Sandbox is the Close of sandbox mode; nil in the other modes.
func (g *Gateway) Sandbox() *sandbox.Server { return g.sandbox }

// Drain makes the gateway say that it is not ready for new requests; running ones go on.
func (g *Gateway) Drain() { g.draining.Store(true) }

// Close ends what runs beside the requests, and lets go of idle connections and of Redis.
func (g *Gateway) Close() {
	g.stop()
	if g.client != nil {
		g.client.Close()
	}
	g.shared.close()
}

var errDraining = errors.New("the server is stopping")

func (g *Gateway) ready() error {
	if g.draining.Load() {
		return errDraining
	}
	return nil
}

// checkKinds refuses lifetimes of what cannot be kept.
func checkKinds(c config.Config) error {
	known := closeapi.Kinds()
	for _, kind := range slices.Sorted(maps.Keys(c.Cache)) {
		if !slices.Contains(known, kind) {
			return fmt.Errorf("--cache: %q is not a kind of answers that can be kept; those are %s", kind, strings.Join(known, ", "))
		}
	}
	return nil
}

// ownCredential is the credential that the server has of its own; nil when it has none.
func ownCredential(c config.Config) closeapi.Credential {
	switch c.Mode() {
	case config.ModeSandbox:
		return closeapi.APIKey(sandbox.DemoKey)
	case config.ModeKey, config.ModeService:
		return closeapi.APIKey(string(c.CloseAPIKey))
	default:
		return nil
	}
}

// recovered turns a panic of a resolver into an error, which is logged and masked.
func recovered(_ context.Context, p any) error {
	return fmt.Errorf("panic: %v", p)
}
