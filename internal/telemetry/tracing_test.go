package telemetry

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// TestTracingFromEnv says when spans are made.
func TestTracingFromEnv(t *testing.T) {
	for _, tc := range []struct {
		name string
		env  map[string]string
		want bool
		err  string
	}{
		{name: "nothing is said"},
		{name: "a collector", env: map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, want: true},
		{name: "a collector of traces", env: map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1/v1/traces"}, want: true},
		{name: "the collector on this machine", env: map[string]string{"OTEL_TRACES_EXPORTER": "otlp"}, want: true},
		{name: "the console", env: map[string]string{"OTEL_TRACES_EXPORTER": "console"}, want: true},
		{name: "by gRPC", env: map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, want: true},
		{name: "none", env: map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}},
		{name: "switched off", env: map[string]string{"OTEL_SDK_DISABLED": "TRUE", "OTEL_TRACES_EXPORTER": "otlp"}},
		{name: "an unknown exporter", env: map[string]string{"OTEL_TRACES_EXPORTER": "fax"}, err: "OTEL_TRACES_EXPORTER"},
		{name: "an unknown protocol", env: map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "morse"}, err: "OTEL_EXPORTER_OTLP_PROTOCOL"},
		{name: "attributes that are none", env: map[string]string{"OTEL_TRACES_EXPORTER": "otlp", "OTEL_RESOURCE_ATTRIBUTES": "x"}, err: "OTEL_RESOURCE_ATTRIBUTES"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, value := range tc.env {
				t.Setenv(name, value)
			}
			env := func(name string) (string, bool) { value, ok := tc.env[name]; return value, ok }
			got, err := TracingFromEnv(t.Context(), "test", env, slog.New(slog.DiscardHandler))
			switch {
			case tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
				t.Errorf("TracingFromEnv: %v, want an error with %s", err, tc.err)
			case tc.err == "" && (err != nil || (got != nil) != tc.want):
				t.Errorf("TracingFromEnv = %v, %v, want tracing: %t", got, err, tc.want)
			}
			if err := got.Shutdown(t.Context()); err != nil {
				t.Errorf("Shutdown: %v", err)
			}
		})
	}
}

// failing is an exporter whose collector is away.
type failing struct{ tracetest.InMemoryExporter }

func (*failing) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error {
	return errors.New("connection refused")
}

// TestSpansThatAreNotSent wants the log to have it, and nothing else to know.
func TestSpansThatAreNotSent(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	tracing := NewTracing(sdktrace.NewBatchSpanProcessor(loud{&failing{}, slog.New(slog.NewTextHandler(&text, nil))}))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", nil)
	_, request := New("test", tracing).Request(r.Context(), r, "/graphql")
	request.End()
	if err := tracing.Shutdown(t.Context()); err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if got := text.String(); !strings.Contains(got, "spans=1") || !strings.Contains(got, "connection refused") {
		t.Errorf("log: %s", got)
	}
}
