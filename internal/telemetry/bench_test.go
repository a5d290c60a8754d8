package telemetry

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/closegraph/closegraph/closeapi"
)

// answered is a Close that answers at once.
type answered struct{}

func (answered) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(`{}`)), ContentLength: 2}, nil
}

// BenchmarkMetrics is what the metrics of a request with three calls cost, when nothing is traced.
func BenchmarkMetrics(b *testing.B) {
	of := New("bench", nil)
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", nil)
	seen := closeapi.Observation{Operation: "GET /lead/{id}/", Status: http.StatusOK, Attempts: 1}
	b.ReportAllocs()
	for b.Loop() {
		ctx, request := of.Request(r.Context(), r, "/graphql")
		request.Runs("query")
		ctx, operation := of.Operation(ctx, "query", "Bench")
		for range 3 {
			of.Observe(ctx, seen)
			operation.count(ctx, seen)
		}
		operation.End()
		request.Answered(OK, http.StatusOK)
		request.End()
	}
}

// BenchmarkRequest is a request with three calls that are answered at once: without telemetry, with metrics, and with traces
// too, of which one in a hundred or each is recorded.
func BenchmarkRequest(b *testing.B) {
	dropped := sdktrace.NewBatchSpanProcessor(tracetest.NewNoopExporter())
	sampled := sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(.01)))
	for _, bench := range []struct {
		name string
		of   *Telemetry
	}{
		{"telemetry=none", nil},
		{"telemetry=metrics", New("bench", nil)},
		{"telemetry=sampled", New("bench", NewTracing(dropped, sampled))},
		{"telemetry=traces", New("bench", NewTracing(dropped))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			cfg := closeapi.Config{Transport: answered{}, Caller: closeapi.Caller{Credential: closeapi.APIKey("api_bench")}}
			if bench.of != nil {
				cfg.Transport, cfg.Observe = bench.of.Transport(cfg.Transport), bench.of.Observe
			}
			client, err := closeapi.New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(client.Close)
			r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", nil)
			lead := closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{"lead_1"}}
			b.ReportAllocs()
			for b.Loop() {
				ctx, close := r.Context(), Doer(client)
				var request *Request
				var operation *Operation
				if bench.of != nil {
					ctx, request = bench.of.Request(r.Context(), r, "/graphql")
					request.Runs("query")
					ctx, operation = bench.of.Operation(ctx, "query", "Bench")
					close = operation.Client(client)
				}
				for range 3 {
					if _, err := close.Do(ctx, lead); err != nil {
						b.Fatal(err)
					}
				}
				if bench.of != nil {
					operation.End()
					request.Answered(OK, http.StatusOK)
					request.End()
				}
			}
		})
	}
}
