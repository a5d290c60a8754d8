package telemetry

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what is counted. Each label has values from a list that the program knows.
type metrics struct {
	registry *prometheus.Registry
	kinds    map[string]*kind // of requests, by type

	requests *prometheus.CounterVec   // by type and outcome
	duration *prometheus.HistogramVec // by type
	inFlight prometheus.Gauge
	shared   prometheus.Counter
	limits   *prometheus.CounterVec   // by limit
	perQuery *prometheus.HistogramVec // by type

	calls        *prometheus.CounterVec   // by operation and outcome
	callDuration *prometheus.HistogramVec // by operation
	retries      *prometheus.CounterVec   // by operation
	joined       *prometheus.CounterVec   // by operation
	waits        prometheus.Histogram
	cache        *prometheus.CounterVec // by kind and result
	ended        endedCalls             // what is counted of each call

	redisUp       prometheus.Gauge
	redis         *prometheus.CounterVec   // by operation and outcome
	redisDuration *prometheus.HistogramVec // by operation
}

// seconds are the buckets of durations: from an answer out of the cache to the longest that anything takes.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics(version string) *metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	factory := promauto.With(registry)
	factory.NewGaugeVec(prometheus.GaugeOpts{
		Name: "closegraph_build_info",
		Help: "1, with the version of the program and of Go.",
	}, []string{"version", "goversion"}).WithLabelValues(version, runtime.Version()).Set(1)

	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return factory.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return factory.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m := &metrics{
		registry: registry,
		kinds:    map[string]*kind{},

		requests: counter("closegraph_requests_total",
			"GraphQL requests by type of operation (unknown if it was refused before) and by outcome: ok; partial, "+
				"where parts of the answer failed; refused, for what was asked or who asked; failed; canceled by the client.",
			"type", "outcome"),
		duration: histogram("closegraph_request_duration_seconds",
			"Time from a GraphQL request to its answer, for those that were not refused.", seconds, "type"),
		inFlight: factory.NewGauge(prometheus.GaugeOpts{
			Name: "closegraph_requests_in_flight",
			Help: "GraphQL requests that are being answered.",
		}),
		shared: factory.NewCounter(prometheus.CounterOpts{
			Name: "closegraph_requests_joined_total",
			Help: "GraphQL requests that were answered with what was found for an equal one, which was under way.",
		}),
		limits: counter("closegraph_limits_hit_total",
			"GraphQL requests that met a limit of the server, by limit.", "limit"),
		perQuery: histogram("closegraph_rest_calls_per_request",
			"Calls to Close that an operation made, those answered from the cache or by another's call not counted.",
			[]float64{0, 1, 2, 3, 5, 10, 25, 50, 100, 250}, "type"),

		calls: counter("closegraph_rest_calls_total",
			"Calls to Close by operation and by outcome: a class of statuses, 429, timeout, canceled, connection; held, "+
				"where it was not sent; unusable, where the answer was no answer.",
			"operation", "outcome"),
		callDuration: histogram("closegraph_rest_call_duration_seconds",
			"Time of calls to Close, with their waits and retries.", seconds, "operation"),
		retries: counter("closegraph_rest_retries_total",
			"How often calls to Close were sent again.", "operation"),
		joined: counter("closegraph_rest_joined_total",
			"Calls that were not made, since an equal one was under way.", "operation"),
		waits: factory.NewHistogram(prometheus.HistogramOpts{
			Name:    "closegraph_rest_wait_seconds",
			Help:    "Time that calls waited for their turn, for those that had to, since the rate limit was short.",
			Buckets: seconds,
		}),
		cache: counter("closegraph_cache_requests_total",
			"Calls whose answers are kept, by kind and result: hit, stale (given past its lifetime) or miss.",
			"kind", "result"),
	}
	for _, name := range types {
		m.kinds[name] = newKind(m, name)
	}
	return m
}

// handler serves the metrics, to few at a time.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}
