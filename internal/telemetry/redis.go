package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// redisSeconds are the buckets of operations of Redis, none of which may take long.
var redisSeconds = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25}

// WithRedis adds the metrics of Redis, for a server that has one.
func (t *Telemetry) WithRedis() {
	factory := promauto.With(t.metrics.registry)
	t.metrics.redisUp = factory.NewGauge(prometheus.GaugeOpts{
		Name: "closegraph_redis_up",
		Help: "1 while Redis is used; 0 while it is away, so that this process knows only what it has in memory.",
	})
	t.metrics.redis = factory.NewCounterVec(prometheus.CounterOpts{
		Name: "closegraph_redis_operations_total",
		Help: "What was asked of Redis, by operation and outcome: ok, timeout, error, canceled; skipped, while it was away.",
	}, []string{"operation", "outcome"})
	t.metrics.redisDuration = factory.NewHistogramVec(prometheus.HistogramOpts{
		Name: "closegraph_redis_operation_duration_seconds",
		Help: "How long Redis took, by operation, for what was not skipped.", Buckets: redisSeconds,
	}, []string{"operation"})
}

// RedisUp is told whether Redis is used.
func (t *Telemetry) RedisUp(up bool) {
	value := 0.0
	if up {
		value = 1
	}
	t.metrics.redisUp.Set(value)
}

// RedisOperation is told of each operation of Redis.
func (t *Telemetry) RedisOperation(operation, outcome string, took time.Duration) {
	t.metrics.redis.WithLabelValues(operation, outcome).Inc()
	if outcome != "skipped" {
		t.metrics.redisDuration.WithLabelValues(operation).Observe(took.Seconds())
	}
}
