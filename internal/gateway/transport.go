package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/closegraph/closegraph/internal/telemetry"
)

// graphqlHandler serves GraphQL over HTTP: one operation a request, by POST or, for queries, by GET.
//
// It takes the place of gqlgen's own server and its transports, which parse and encode every finished answer once
// more and leave parts of the GraphQL over HTTP specification to the caller.
type graphqlHandler struct {
	exec      graphql.GraphExecutor
	telemetry *telemetry.Telemetry
	maxBody   int64
	timeout   time.Duration
	compress  bool // answers, for clients that take that
	foreign   *foreign
	admission *admission
	// caller tells callers apart, by the context that prepare gave. Nil when all count as one.
	caller func(context.Context) string
	// prepare gives the context that the operation runs under; its error refuses the request. Nil when there is
	// nothing to prepare.
	prepare func(context.Context, *http.Request) (context.Context, error)
	// documents are operations that requests may name.
	documents *documents
	// sharing runs equal queries once.
	sharing *sharing
}

const (
	allowQuery     = "GET, HEAD, POST, OPTIONS"
	allowOperation = "POST"
)

// ServeHTTP answers one request.
func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Cache-Control"] = headerNoStore
	if h.compress {
		varies(header, headerByAcceptEncoding)
	} else {
		varies(header, headerByAccept)
	}

	if r.Method == http.MethodOptions {
		header.Set("Allow", allowQuery)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	ctx, told := h.telemetry.Request(r.Context(), r, graphqlPath)
	defer told.End()
	to := reply{w: w, r: r, media: negotiate(r.Header["Accept"]), told: told}
	if h.compress {
		to.as = codingFor(r)
	}
	if rec, ok := w.(*recorder); ok {
		rec.trace = told.TraceID()
	}
	if to.media == "" {
		to.media = mediaJSON
		to.refuse(&refusal{
			Status: http.StatusNotAcceptable, Code: codeBadInput,
			Message: "answers are " + mediaGraphQL + " or " + mediaJSON + ", in UTF-8: the Accept header admits neither",
		})
		return
	}
	if h.foreign.crosses(r) {
		to.refuse(foreignPage())
		return
	}
	ctx, caller, err := h.admit(ctx, r)
	if err != nil {
		to.refuse(err)
		return
	}
	defer h.admission.leave(caller)
	asked, err := h.read(w, r)
	if err != nil {
		to.refuse(err)
		return
	}
	defer asked.release()
	to.deliver(h.sharing.find(ctx, to, asked, func(ctx context.Context, isQuery func(bool)) found {
		return h.find(ctx, to, asked, isQuery)
	}))
}

// admit finds out who asks, and whether one more request of that caller is let in. It looks at the header alone, so that
// nobody else can make the server take a body into its memory.
func (h *graphqlHandler) admit(ctx context.Context, r *http.Request) (_ context.Context, caller string, err error) {
	if h.prepare != nil {
		if ctx, err = h.prepare(ctx, r); err != nil {
			return ctx, "", err
		}
	}
	if h.caller != nil {
		caller = h.caller(ctx)
	}
	return ctx, caller, h.admission.enter(caller)
}

// read takes in the request, in the way of its method.
func (h *graphqlHandler) read(w http.ResponseWriter, r *http.Request) (*question, error) {
	q := &question{Request: r}
	switch r.Method {
	case http.MethodPost:
		var err error
		if q.body, err = h.readPost(w, r); err != nil {
			return nil, err
		}
	case http.MethodGet, http.MethodHead:
	default:
		return nil, methodNotAllowed("send queries and mutations by POST, or queries by GET", allowQuery)
	}
	return q, nil
}

// find executes the operation. When the time for it is over, what has been found by then is still an answer. Before
// anything is executed, isQuery is told whether it is a query.
func (h *graphqlHandler) find(ctx context.Context, to reply, asked *question, isQuery func(bool)) found {
	params, err := asked.params()
	asked.release()
	if err != nil {
		return found{refused: err}
	}
	if err := h.documents.resolve(ctx, params); err != nil {
		return found{resp: &graphql.Response{Errors: gqlerror.List{err}}}
	}
	op, errs := h.exec.CreateOperationContext(parsing, params) //nolint:contextcheck // see there
	if errs != nil {
		return found{resp: h.exec.DispatchError(graphql.WithOperationContext(ctx, op), shorten(errs))}
	}
	isQuery(op.Operation.Operation == ast.Query)
	out := found{kind: string(op.Operation.Operation), operation: op.Operation.Name}
	to.runs(out)
	switch {
	case op.Operation.Operation == ast.Subscription:
		out.refused = badRequest("subscriptions are not served here")
		return out
	case asked.Method != http.MethodPost && op.Operation.Operation != ast.Query:
		out.refused = methodNotAllowed("mutations are sent by POST", allowOperation)
		return out
	}
	responses, ctx := h.exec.DispatchOperation(ctx, op)
	if out.resp = responses(ctx); out.resp == nil {
		out.resp = h.unanswered(ctx)
	}
	out.late = errors.Is(ctx.Err(), context.DeadlineExceeded)
	return out
}

// parsing is the context in which operations are parsed, which takes no longer than the limits of a document admit. gqlgen
// wants to find in it when the request began, for statistics that nobody asks it for.
var parsing = graphql.StartOperationTrace(context.Background())

// unanswered is the answer when the context ended before there was anything to answer with.
func (h *graphqlHandler) unanswered(ctx context.Context) *graphql.Response {
	message, code := "the operation gave no answer", codeInternal
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		message, code = fmt.Sprintf("the operation was given up after %s", h.timeout), codeUpstreamTimeout
	}
	return &graphql.Response{Errors: gqlerror.List{{Message: message, Extensions: map[string]any{"code": code}}}}
}
