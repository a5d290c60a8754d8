package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Tracing makes spans.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// scope is the name under which the spans are made.
const scope = "github.com/closegraph/closegraph"

// NewTracing makes a Tracing whose spans go to spans when they end.
func NewTracing(spans sdktrace.SpanProcessor, options ...sdktrace.TracerProviderOption) *Tracing {
	provider := sdktrace.NewTracerProvider(append([]sdktrace.TracerProviderOption{
		sdktrace.WithSpanProcessor(spans),
		sdktrace.WithoutPanicRecording(), // a panic may quote what it was about
	}, options...)...)
	return &Tracing{provider: provider, tracer: provider.Tracer(scope)}
}

// TracingFromEnv makes a Tracing as the standard variables of OpenTelemetry say. It is nil unless they name where spans go,
// by OTEL_TRACES_EXPORTER or OTEL_EXPORTER_OTLP_ENDPOINT. env looks up a variable, as os.LookupEnv does; all else, the way to
// the collector, sampling and batches, the libraries read from the environment themselves. log learns of spans that could
// not be sent.
func TracingFromEnv(
	ctx context.Context, version string, env func(string) (string, bool), log *slog.Logger,
) (*Tracing, error) {
	if !wanted(env) {
		return nil, nil
	}
	exporter, err := autoexport.NewSpanExporter(ctx)
	if err != nil {
		return nil, fmt.Errorf("OTEL_TRACES_EXPORTER and OTEL_EXPORTER_OTLP_PROTOCOL: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(semconv.ServiceName("closegraph"), semconv.ServiceVersion(version)),
		resource.WithFromEnv(), // the last word; nothing of the process, whose arguments may hold the key
	)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return NewTracing(sdktrace.NewBatchSpanProcessor(loud{exporter, log}), sdktrace.WithResource(about)), nil
}

// wanted reports whether the environment asks for spans. The standard would send them to this machine where nothing is said;
// here nothing is sent then.
func wanted(env func(string) (string, bool)) bool {
	if disabled, _ := env("OTEL_SDK_DISABLED"); strings.EqualFold(disabled, "true") {
		return false
	}
	if exporter, _ := env("OTEL_TRACES_EXPORTER"); exporter != "" {
		return exporter != "none"
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"} {
		if endpoint, _ := env(name); endpoint != "" {
			return true
		}
	}
	return false
}

// Shutdown sends the spans that wait to be sent, for as long as ctx lasts. Nothing is traced any more then.
func (t *Tracing) Shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// loud is an exporter that tells the log of what it could not send; the library would write that past the log.
type loud struct {
	sdktrace.SpanExporter
	log *slog.Logger
}

// ExportSpans sends spans.
func (l loud) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := l.SpanExporter.ExportSpans(ctx, spans); err != nil {
		l.log.WarnContext(ctx, "spans could not be sent", "spans", len(spans), "error", err)
	}
	return nil
}
