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
)

// graphqlHandler serves GraphQL over HTTP: one operation a request, by POST or, for queries, by GET.
//
// It takes the place of gqlgen's own server and its transports, which parse and encode every finished answer once
// more and leave parts of the GraphQL over HTTP specification to the caller.
type graphqlHandler struct {
	exec    graphql.GraphExecutor
	maxBody int64
	timeout time.Duration
	// prepare gives the context that the operation runs under; its error refuses the request. Nil when there is
	// nothing to prepare.
	prepare func(context.Context, *http.Request) (context.Context, error)
	// documents are operations that requests may name.
	documents *documents
}

const (
	allowQuery     = "GET, HEAD, POST, OPTIONS"
	allowOperation = "POST"
)

// ServeHTTP answers one request.
func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Add("Vary", "Accept")

	if r.Method == http.MethodOptions {
		header.Set("Allow", allowQuery)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	media := negotiate(r.Header.Values("Accept"))
	if media == "" {
		writeRefusal(w, mediaJSON, &refusal{
			Status: http.StatusNotAcceptable, Code: codeBadInput,
			Message: "answers are " + mediaGraphQL + " or " + mediaJSON + ", in UTF-8: the Accept header admits neither",
		})
		return
	}
	ctx := graphql.StartOperationTrace(r.Context())
	if crossOrigin(r) {
		h.refuse(w, media, foreignPage())
		return
	}
	params, err := h.read(w, r)
	if err != nil {
		h.refuse(w, media, err)
		return
	}
	if h.prepare != nil {
		if ctx, err = h.prepare(ctx, r); err != nil {
			h.refuse(w, media, err)
			return
		}
	}
	if err := h.documents.resolve(ctx, params); err != nil {
		h.write(w, media, &graphql.Response{Errors: gqlerror.List{err}})
		return
	}
	h.run(ctx, w, r, media, params)
}

// read takes the parameters from the request, in the way of its method.
func (h *graphqlHandler) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, error) {
	start := graphql.Now()
	var params *graphql.RawParams
	var err error
	switch r.Method {
	case http.MethodPost:
		params, err = h.readPost(w, r)
	case http.MethodGet, http.MethodHead:
		params, err = readGet(r)
	default:
		return nil, methodNotAllowed("send queries and mutations by POST, or queries by GET", allowQuery)
	}
	if err != nil {
		return nil, err
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	return params, nil
}

// run executes the operation and writes its answer. When the time for it is over, what has been found by then is
// still written: only the work stops, not the writing.
func (h *graphqlHandler) run(ctx context.Context, w http.ResponseWriter, r *http.Request, media string, params *graphql.RawParams) {
	if h.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.timeout)
		defer cancel()
	}
	op, errs := h.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		h.write(w, media, h.exec.DispatchError(graphql.WithOperationContext(ctx, op), shorten(errs)))
		return
	}
	if rec, ok := w.(*recorder); ok {
		rec.operation, rec.kind = op.Operation.Name, string(op.Operation.Operation)
	}
	switch {
	case op.Operation.Operation == ast.Subscription:
		h.refuse(w, media, badRequest("subscriptions are not served here"))
		return
	case r.Method != http.MethodPost && op.Operation.Operation != ast.Query:
		h.refuse(w, media, methodNotAllowed("mutations are sent by POST", allowOperation))
		return
	}
	responses, ctx := h.exec.DispatchOperation(ctx, op)
	resp := responses(ctx)
	if resp == nil {
		resp = h.unanswered(ctx)
	}
	h.write(w, media, resp)
}

// unanswered is the answer when the context ended before there was anything to answer with.
func (h *graphqlHandler) unanswered(ctx context.Context) *graphql.Response {
	message, code := "the operation gave no answer", codeInternal
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		message, code = fmt.Sprintf("the operation was given up after %s", h.timeout), codeUpstreamTimeout
	}
	return &graphql.Response{Errors: gqlerror.List{{Message: message, Extensions: map[string]any{"code": code}}}}
}

// write picks the status. In application/json every answer to a well-formed request is 200, since a client cannot
// tell who wrote any other; in application/graphql-response+json an answer without data has a status that says why.
func (h *graphqlHandler) write(w http.ResponseWriter, media string, resp *graphql.Response) {
	status := http.StatusOK
	if media == mediaGraphQL && len(resp.Data) == 0 {
		status = statusWithoutData(resp.Errors)
	}
	writeAnswer(w, media, status, resp)
}

// refuse writes why the request was turned down. What is not a refusal is not for the client's eyes.
func (h *graphqlHandler) refuse(w http.ResponseWriter, media string, err error) {
	refused, ok := errors.AsType[*refusal](err)
	if !ok {
		refused = &refusal{Status: http.StatusInternalServerError, Code: codeInternal, Message: "something went wrong here"}
	}
	writeRefusal(w, media, refused)
}
