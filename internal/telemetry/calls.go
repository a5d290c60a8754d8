package telemetry

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/closegraph/closegraph/closeapi"
)

// call counts a call to Close. The operation is a line of operations.txt, whose kinds are few.
func (m *metrics) call(o closeapi.Observation) {
	switch {
	case o.Stale:
		m.cache.WithLabelValues(kindOf(o), "stale").Inc()
	case o.Cached:
		m.cache.WithLabelValues(kindOf(o), "hit").Inc()
	case o.Missed:
		m.cache.WithLabelValues(kindOf(o), "miss").Inc()
	}
	if o.Joined {
		m.joined.WithLabelValues(o.Operation).Inc()
	}
	if !asked(o) {
		return
	}
	ended := m.ended.of(m, endedKey{o.Operation, outcomeOf(o)})
	ended.count.Inc()
	ended.duration.Observe(o.Duration.Seconds())
	if o.Attempts > 1 {
		m.retries.WithLabelValues(o.Operation).Add(float64(o.Attempts - 1))
	}
	if o.Waited > 0 {
		m.waits.Observe(o.Waited.Seconds())
	}
}

// endedCalls are the metrics that each call has, by how it ended, so that they are looked up in one step. There are as many
// as operations and outcomes, at most. One that never happened is not among them, and does not show.
type endedCalls struct {
	mu  sync.RWMutex
	all map[endedKey]endedCall
}

type endedKey struct{ operation, outcome string }

type endedCall struct {
	count    prometheus.Counter
	duration prometheus.Observer
}

// of are the metrics of calls that end so.
func (e *endedCalls) of(m *metrics, key endedKey) endedCall {
	e.mu.RLock()
	ended, ok := e.all[key]
	e.mu.RUnlock()
	if ok {
		return ended
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.all == nil {
		e.all = map[endedKey]endedCall{}
	}
	ended = endedCall{m.calls.WithLabelValues(key.operation, key.outcome), m.callDuration.WithLabelValues(key.operation)}
	e.all[key] = ended
	return ended
}

// asked reports whether Close was asked for it.
func asked(o closeapi.Observation) bool { return !o.Cached && !o.Joined }

// kindOf is what answers are kept by: the first step of the path.
func kindOf(o closeapi.Observation) string {
	_, path, _ := strings.Cut(o.Operation, " /")
	kind, _, _ := strings.Cut(path, "/")
	return kind
}

// outcomeOf says in a word how a call ended.
func outcomeOf(o closeapi.Observation) string {
	switch {
	case o.Err != nil && closeapi.IsCanceled(o.Err):
		return "canceled"
	case o.Err != nil && closeapi.IsTimeout(o.Err):
		return "timeout"
	case o.Attempts == 0:
		return "held"
	case o.Status == 0:
		return "connection"
	case o.Status == 429:
		return "429"
	case o.Status >= 500:
		return "5xx"
	case o.Status >= 400:
		return "4xx"
	case o.Status >= 300, o.Err != nil:
		return "unusable"
	}
	return "2xx"
}
