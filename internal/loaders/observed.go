package loaders

import (
	"maps"
	"sync"
	"time"
)

// Observed remembers for all requests what was seen of Close: of its undocumented ways, and which objects were written
// lately. The zero value knows nothing.
type Observed struct {
	mu      sync.Mutex
	ignored map[filter]time.Time // when lists were last seen to ignore filters
	written map[string]time.Time // when objects were written, by id
	cleared time.Time            // when written was last rid of what is old
}

// filter is a parameter of a list.
type filter struct{ operation, param string }

const (
	// relearn is after how long an undocumented way that failed is tried again.
	relearn = 10 * time.Minute
	// unsettled is for how long lists and the index may not show what was written; up to a minute has been seen (observed on
	// /lead/).
	unsettled = time.Minute
	// maxWritten is how many written objects are remembered.
	maxWritten = 10_000
)

// Ignores reports whether a list was seen lately to ignore a parameter: Close does so, without a word, with what it does
// not know.
func (o *Observed) Ignores(operation, param string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	at, ok := o.ignored[filter{operation, param}]
	return ok && time.Since(at) < relearn
}

// SawIgnored remembers that a list ignored a parameter just now.
func (o *Observed) SawIgnored(operation, param string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ignored == nil {
		o.ignored = map[filter]time.Time{}
	}
	o.ignored[filter{operation, param}] = time.Now()
}

// Wrote remembers that an object was written just now: for a while it is read by its id alone.
func (o *Observed) Wrote(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.written == nil {
		o.written = map[string]time.Time{}
	}
	if len(o.written) >= maxWritten && time.Since(o.cleared) > time.Second {
		o.cleared = time.Now()
		maps.DeleteFunc(o.written, func(_ string, at time.Time) bool { return time.Since(at) >= unsettled })
	}
	if len(o.written) < maxWritten {
		o.written[id] = time.Now()
	}
}

// WroteLately reports whether an object was written so lately that lists may not show it.
func (o *Observed) WroteLately(id string) bool {
	_, fresh := o.settled([]string{id})
	return len(fresh) > 0
}

// settled separates ids that lists and the index know from those that were written lately.
func (o *Observed) settled(ids []string) (settled, fresh []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.written) == 0 {
		return ids, nil
	}
	for _, id := range ids {
		if at, ok := o.written[id]; ok && time.Since(at) < unsettled {
			fresh = append(fresh, id)
		} else {
			settled = append(settled, id)
		}
	}
	return settled, fresh
}
