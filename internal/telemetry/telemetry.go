// Package telemetry tells those who run the server how it fares: metrics for Prometheus, and spans for OpenTelemetry when
// its standard environment variables ask for them.
//
// What strangers send never becomes a label of a metric, nor an attribute of a span; the name of an operation does, in a
// span, where it is short. So metrics are bounded, and there is nothing to hide in either.
package telemetry

import (
	"context"
	"net/http"

	"github.com/closegraph/closegraph/closeapi"
)

// Telemetry is told what happens. It is safe for concurrent use.
type Telemetry struct {
	metrics *metrics
	tracing *Tracing // nil when nothing is traced
}

// New makes a Telemetry with metrics of its own, for a program of this version. tracing may be nil.
func New(version string, tracing *Tracing) *Telemetry {
	return &Telemetry{metrics: newMetrics(version), tracing: tracing}
}

// Metrics serves the metrics to Prometheus.
func (t *Telemetry) Metrics() http.Handler { return t.metrics.handler() }

// Observe is told of every call to Close, as the Observe of a closeapi.Config is.
func (t *Telemetry) Observe(_ context.Context, o closeapi.Observation) { t.metrics.call(o) }

// Transport adds to the calls to Close the header by which traces go on there; without tracing it is next itself. It
// belongs below all transports that compare requests, so that no two of them differ by it.
func (t *Telemetry) Transport(next http.RoundTripper) http.RoundTripper {
	if t.tracing == nil {
		return next
	}
	return &propagating{next}
}
