package loaders

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Observed remembers for all requests what was seen of Close: of its undocumented ways, and which objects were written
// lately. The zero value knows nothing.
type Observed struct {
	// Others are the other processes that serve the same accounts; nil when there are none.
	Others Others

	mu      sync.Mutex
	ignored map[filter]time.Time // when lists were last seen to ignore filters
	written map[string]time.Time // when objects were written, by id
	cleared time.Time            // when written was last rid of what is old
}

// Others tells processes which objects others have written. What cannot be told or learned is no error. It is safe for
// concurrent use.
type Others interface {
	// TellWritten tells the others that objects were written.
	TellWritten(ctx context.Context, ids []string)
	// WrittenLately are those of the objects that others have written within the last minute, up to now.
	WrittenLately(ctx context.Context, ids []string) []string
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

// Wrote remembers that objects were written just now: for a while they are read by their ids alone.
func (o *Observed) Wrote(ctx context.Context, ids ...string) {
	if len(ids) == 0 {
		return
	}
	ids = slices.Clone(ids)
	for i := range ids {
		ids[i] = strings.Clone(ids[i]) // which may be a part of the whole request
	}
	o.remember(ids)
	if o.Others != nil {
		o.Others.TellWritten(ctx, ids)
	}
}

func (o *Observed) remember(ids []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.written == nil {
		o.written = map[string]time.Time{}
	}
	for _, id := range ids {
		if len(o.written) >= maxWritten && time.Since(o.cleared) > time.Second {
			o.cleared = time.Now()
			maps.DeleteFunc(o.written, func(_ string, at time.Time) bool { return time.Since(at) >= unsettled })
		}
		if len(o.written) < maxWritten {
			o.written[id] = time.Now()
		}
	}
}

// WrittenLately are those of the objects that were written so lately that lists may not show it.
func (o *Observed) WrittenLately(ctx context.Context, ids []string) []string {
	_, fresh := o.settled(ctx, ids)
	return fresh
}

// settled separates ids that lists and the index know from those that were written lately.
func (o *Observed) settled(ctx context.Context, ids []string) (settled, fresh []string) {
	if o.Others != nil {
		fresh = o.Others.WrittenLately(ctx, ids)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.written) == 0 && len(fresh) == 0 {
		return ids, nil
	}
	elsewhere := fresh
	fresh = nil
	for _, id := range ids {
		if at, ok := o.written[id]; ok && time.Since(at) < unsettled || slices.Contains(elsewhere, id) {
			fresh = append(fresh, id)
		} else {
			settled = append(settled, id)
		}
	}
	return settled, fresh
}
