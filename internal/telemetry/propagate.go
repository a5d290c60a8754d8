package telemetry

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// propagating is the transport that tells Close which trace a call belongs to, by the header traceparent. The tracestate of
// a caller ends here, as the standard admits for privacy (W3C Trace Context: mutating the tracestate): it says things
// about other systems, and nothing that a caller sends becomes a header to Close.
type propagating struct {
	next http.RoundTripper
}

// RoundTrip sends the request with its trace.
func (t *propagating) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	span := trace.SpanFromContext(ctx)
	if !span.SpanContext().IsValid() {
		return t.next.RoundTrip(req)
	}
	if span.IsRecording() {
		span.SetAttributes(semconv.ServerAddress(req.URL.Hostname()), semconv.ServerPort(port(req.URL)))
	}
	told := req.WithContext(ctx) // a copy, since a transport must not change its request
	told.Header = maps.Clone(req.Header)
	bare := trace.ContextWithSpanContext(ctx, span.SpanContext().WithTraceState(trace.TraceState{}))
	propagation.TraceContext{}.Inject(bare, propagation.HeaderCarrier(told.Header))
	return t.next.RoundTrip(told)
}

func port(u *url.URL) int {
	if n, err := strconv.Atoi(u.Port()); err == nil {
		return n
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}

// CloseIdleConnections closes the connections of the transport below.
func (t *propagating) CloseIdleConnections() {
	if next, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}
