package telemetry

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// kind are the metrics of the operations of one type. Each is looked up when it is needed for the first time, so that one which
// never is does not show.
type kind struct {
	requests map[Outcome]func() prometheus.Counter
	duration func() prometheus.Observer
	calls    func() prometheus.Observer
}

// unknown is the type of what was refused before it could be told.
const unknown = "unknown"

// types are those of operations.
var types = [...]string{"query", "mutation", "subscription", unknown}

func newKind(m *metrics, name string) *kind {
	k := &kind{
		requests: map[Outcome]func() prometheus.Counter{},
		duration: sync.OnceValue(func() prometheus.Observer { return m.duration.WithLabelValues(name) }),
		calls:    sync.OnceValue(func() prometheus.Observer { return m.perQuery.WithLabelValues(name) }),
	}
	for _, outcome := range [...]Outcome{OK, Partial, Refused, Failed, Canceled} {
		k.requests[outcome] = sync.OnceValue(func() prometheus.Counter { return m.requests.WithLabelValues(name, string(outcome)) })
	}
	return k
}

// kind are the metrics of a type of operations. What is none counts as unknown.
func (m *metrics) kind(name string) *kind {
	if k := m.kinds[name]; k != nil {
		return k
	}
	return m.kinds[unknown]
}
