package telemetry

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/closegraph/closegraph/closeapi"
)

// Operation is a GraphQL operation that is run.
type Operation struct {
	telemetry *Telemetry
	kind      string
	span      trace.Span // nil when nothing is traced
	calls     atomic.Int64
}

// longestName is how long the name of an operation may be, in bytes, to stand in a span.
const longestName = 64

// Operation begins an operation: a query, mutation or subscription, with the name that the client gave it. The context
// that it returns is what it runs under.
func (t *Telemetry) Operation(ctx context.Context, kind, name string) (context.Context, *Operation) {
	o := &Operation{telemetry: t, kind: kind}
	if t.tracing == nil {
		return ctx, o
	}
	attributes := []attribute.KeyValue{semconv.GraphQLOperationTypeKey.String(kind)}
	if name != "" && len(name) <= longestName {
		attributes = append(attributes, semconv.GraphQLOperationName(name))
	}
	ctx, o.span = t.tracing.tracer.Start(ctx, kind, trace.WithAttributes(attributes...))
	return ctx, o
}

// End ends the operation.
func (o *Operation) End() {
	o.telemetry.metrics.kind(o.kind).calls().Observe(float64(o.calls.Load()))
	if o.span != nil {
		o.span.End()
	}
}

// Doer makes calls to Close.
type Doer interface {
	Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error)
}

// Client makes the calls of the operation, as close does, and tells of them.
func (o *Operation) Client(close *closeapi.Client) Doer {
	if o.span == nil {
		return close.Observing(o.count)
	}
	return traced{close.Observing(o.count).Observing(annotate), o.telemetry.tracing.tracer}
}

func (o *Operation) count(_ context.Context, seen closeapi.Observation) {
	if asked(seen) {
		o.calls.Add(1)
	}
}

// traced makes calls, each under a span of its own.
type traced struct {
	close  *closeapi.Client // whose observer is annotate
	tracer trace.Tracer
}

// Do makes a call.
func (t traced) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	method, path, _ := strings.Cut(call.Operation, " ")
	ctx, span := t.tracer.Start(ctx, call.Operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		semconv.HTTPRequestMethodKey.String(method), semconv.URLTemplate(path),
	))
	defer span.End()
	return t.close.Do(ctx, call)
}

// annotate says in the span of a call what became of it.
func annotate(ctx context.Context, o closeapi.Observation) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(
		attribute.Bool("closegraph.cached", o.Cached),
		attribute.Bool("closegraph.joined", o.Joined),
		attribute.Int("closegraph.attempts", o.Attempts),
	)
	if o.Status != 0 {
		span.SetAttributes(semconv.HTTPResponseStatusCode(o.Status))
	}
	if o.Err == nil {
		return
	}
	span.SetStatus(codes.Error, "")
	kind := outcomeOf(o)
	if o.Status >= 300 {
		kind = strconv.Itoa(o.Status)
	}
	span.SetAttributes(semconv.ErrorTypeKey.String(kind))
}
