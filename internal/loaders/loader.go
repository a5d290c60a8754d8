// Package loaders reads many objects of Close by their ids in few calls, within one request: equal ids are asked for
// once, all ids of a level go together, and each id has its own error.
package loaders

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/closegraph/closegraph/closeapi"
)

// ErrNotFound says that Close does not have an object, or does not show it to the caller.
var ErrNotFound = errors.New("not found")

// Doer makes calls to Close; *closeapi.Client is one.
type Doer interface {
	Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error)
}

// Scan reads the rows of a document: of a list when list is true, else of a single object.
type Scan[R any] func(doc []byte, list bool) (Page[R], error)

// Page is what a document holds: its rows, their ids by the same index ("" for what has none), and whether the list
// goes on.
type Page[R any] struct {
	Rows []R
	IDs  []string
	More bool
}

// Result is an object, or why there is none.
type Result[R any] struct {
	Row R
	Err error
}

// Loader loads objects of one type for one request. Its rows hold the same fields whoever asks, so a row loaded once
// serves every place of the request.
type Loader[R any] struct {
	Close    Doer
	Type     string             // the type in the schema, which decides how many are read at once; see kinds
	One      closeapi.Operation // reads a single one
	Fields   []string           // the members that are wanted, id among them
	Scan     Scan[R]
	Observed *Observed // what is known of Close's undocumented ways; shared by all requests
	// Whole reports whether answers of an operation are kept for a while and hold all members; nil when none are. A list of
	// those serves for single objects too: it is asked for once, and then it is there.
	Whole func(operation string) bool

	mu      sync.Mutex
	results map[string]Result[R] // of all that was loaded, by id
}

// Load loads objects, which may repeat, and returns the results in the order of the ids.
func (l *Loader[R]) Load(ctx context.Context, ids []string) []Result[R] {
	if missing := l.missing(ids); len(missing) > 0 {
		l.keep(l.gather(ctx, missing))
	}
	results := make([]Result[R], len(ids))
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, id := range ids {
		results[i] = l.results[id]
	}
	return results
}

// missing are the ids that were not loaded, each once.
func (l *Loader[R]) missing(ids []string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var seen map[string]struct{}
	if len(ids) > 1 {
		seen = make(map[string]struct{}, len(ids))
	}
	missing := make([]string, 0, len(ids))
	for _, id := range ids {
		_, loaded := l.results[id]
		_, twice := seen[id]
		if loaded || twice {
			continue
		}
		if seen != nil {
			seen[id] = struct{}{}
		}
		missing = append(missing, id)
	}
	return missing
}

// keep keeps results for whoever asks later in the same request.
func (l *Loader[R]) keep(loaded map[string]Result[R]) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.results == nil {
		l.results = loaded
		return
	}
	maps.Copy(l.results, loaded)
}

// level is what one level of the answer needs of a type. It is one key to the dataloader, whatever the number of its ids:
// a key an id costs eight allocations and a handing over between goroutines each.
type level struct{ ids []string }

// safetyNet is how long a batch waits for a level that never comes. It never should: it goes with the first.
const safetyNet = 50 * time.Millisecond

// gather loads distinct ids. One id alone needs no machinery that would gather others.
func (l *Loader[R]) gather(ctx context.Context, ids []string) map[string]Result[R] {
	if len(ids) == 1 {
		return l.load(ctx, ids)
	}
	batch := dataloader.NewBatchedLoader(
		l.levels,
		dataloader.WithBatchCapacity[*level, map[string]Result[R]](1),
		dataloader.WithInputCapacity[*level, map[string]Result[R]](1),
		dataloader.WithWait[*level, map[string]Result[R]](safetyNet),
		dataloader.WithCache(&dataloader.NoCache[*level, map[string]Result[R]]{}),
	)
	loaded, err := batch.Load(ctx, &level{ids})()
	if err != nil { // a panic while loading
		loaded = make(map[string]Result[R], len(ids))
		for _, id := range ids {
			loaded[id] = Result[R]{Err: err}
		}
	}
	return loaded
}

// levels loads what levels need.
func (l *Loader[R]) levels(ctx context.Context, levels []*level) []*dataloader.Result[map[string]Result[R]] {
	results := make([]*dataloader.Result[map[string]Result[R]], len(levels))
	for i, level := range levels {
		results[i] = &dataloader.Result[map[string]Result[R]]{Data: l.load(ctx, level.ids)}
	}
	return results
}

// load reads distinct ids that were not read before.
func (l *Loader[R]) load(ctx context.Context, ids []string) map[string]Result[R] {
	found := newFound[R](ids)
	l.fetch(ctx, ids, found)
	return found.results
}

// found gathers results of calls that run at once.
type found[R any] struct {
	mu      sync.Mutex
	results map[string]Result[R]
}

// newFound expects results for ids; until they come, the ids are not found.
func newFound[R any](ids []string) *found[R] {
	f := &found[R]{results: make(map[string]Result[R], len(ids))}
	for _, id := range ids {
		f.results[id] = Result[R]{Err: ErrNotFound}
	}
	return f
}

// set keeps a result. It reports whether the id is one that was asked for.
func (f *found[R]) set(id string, r Result[R]) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, asked := f.results[id]; !asked {
		return false
	}
	f.results[id] = r
	return true
}

// fail keeps an error for ids.
func (f *found[R]) fail(ids []string, err error) {
	for _, id := range ids {
		f.set(id, Result[R]{Err: err})
	}
}

// missing are those of the ids that were not found.
func (f *found[R]) missing(ids []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var missing []string
	for _, id := range ids {
		if errors.Is(f.results[id].Err, ErrNotFound) {
			missing = append(missing, id)
		}
	}
	return missing
}
