package telemetry

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Outcome is what came of a request.
type Outcome string

// The outcomes. A request of which nothing is told has failed, with status 500.
const (
	OK       Outcome = "ok"
	Partial  Outcome = "partial"  // parts of the answer failed
	Refused  Outcome = "refused"  // for what was asked, or for who asked
	Failed   Outcome = "failed"   // for what happened here or at Close
	Canceled Outcome = "canceled" // the client did not wait
)

// Request is a GraphQL request on its way. Its methods are called by one goroutine.
type Request struct {
	telemetry *Telemetry
	span      trace.Span // nil when nothing is traced
	begun     time.Time
	kind      string
	limit     string
	outcome   Outcome
	status    int
}

// Request begins a request to a route of the server. The context that it returns is what all that is done for the request
// runs under.
func (t *Telemetry) Request(ctx context.Context, r *http.Request, route string) (context.Context, *Request) {
	q := &Request{telemetry: t, begun: time.Now(), kind: unknown, outcome: Failed, status: http.StatusInternalServerError}
	t.metrics.inFlight.Inc()
	if t.tracing != nil {
		ctx, q.span = t.tracing.server(ctx, r, route)
	}
	return ctx, q
}

// TraceID is the id of the trace that the request belongs to; empty when nothing is traced.
func (q *Request) TraceID() string {
	if q.span == nil {
		return ""
	}
	return q.span.SpanContext().TraceID().String()
}

// Runs says that the operation of the request is run: a query, mutation or subscription.
func (q *Request) Runs(kind string) { q.kind = kind }

// Hit says which limit the request met; empty, it says nothing.
func (q *Request) Hit(limit string) { q.limit = cmp.Or(limit, q.limit) }

// Joined says that the request was answered with what was found for an equal one.
func (q *Request) Joined() {
	q.telemetry.metrics.shared.Inc()
	if q.span != nil {
		q.span.SetAttributes(attribute.Bool("closegraph.joined", true))
	}
}

// Answered says what came of the request, and the status of its answer.
func (q *Request) Answered(outcome Outcome, status int) { q.outcome, q.status = outcome, status }

// End ends the request.
func (q *Request) End() {
	m := q.telemetry.metrics
	m.inFlight.Dec()
	kind := m.kind(q.kind)
	kind.requests[q.outcome]().Inc()
	if q.outcome != Refused {
		kind.duration().Observe(time.Since(q.begun).Seconds())
	}
	if q.limit != "" {
		m.limits.WithLabelValues(q.limit).Inc()
	}
	if q.span == nil {
		return
	}
	q.span.SetAttributes(semconv.HTTPResponseStatusCode(q.status), attribute.String("closegraph.outcome", string(q.outcome)))
	if q.outcome == Failed {
		q.span.SetStatus(codes.Error, "")
	}
	q.span.End()
}

// server begins the span of a request, as a part of the caller's trace where it has one.
func (t *Tracing) server(ctx context.Context, r *http.Request, route string) (context.Context, trace.Span) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	method, name := semconv.HTTPRequestMethodOther, "HTTP"
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		method, name = semconv.HTTPRequestMethodKey.String(r.Method), r.Method
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return t.tracer.Start(ctx, name+" "+route, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		method, semconv.HTTPRoute(route), semconv.URLPath(route), semconv.URLScheme(scheme),
	))
}
