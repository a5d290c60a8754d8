// Package loaders reads many objects of Close by their ids in few calls, within one request: equal ids are asked for
// once, all ids of a level go together, and each id has its own error.
package loaders

import (
	"context"
	"errors"
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

	cache cache[R]
}

// safetyNet is how long a batch waits for a key that never comes. It never should: a batch knows how many keys come.
const safetyNet = 50 * time.Millisecond

// Load loads objects, which may repeat, and returns the results in the order of the ids.
func (l *Loader[R]) Load(ctx context.Context, ids []string) []Result[R] {
	n, one := l.cache.missing(ids)
	if n == 1 { // a batch of one needs no machinery to gather it
		r := l.single(ctx, one)
		l.cache.Set(ctx, one, func() (R, error) { return r.Row, r.Err })
	}
	if n <= 1 {
		return l.cache.results(ids)
	}
	batch := dataloader.NewBatchedLoader(
		func(ctx context.Context, keys []string) []*dataloader.Result[R] { return l.batch(ctx, keys) },
		dataloader.WithBatchCapacity[string, R](n),
		dataloader.WithInputCapacity[string, R](n),
		dataloader.WithWait[string, R](safetyNet),
		dataloader.WithCache[string, R](&l.cache),
	)
	for _, id := range ids {
		batch.Load(ctx, id)
	}
	return l.cache.results(ids)
}

// single reads one id that was not read before.
func (l *Loader[R]) single(ctx context.Context, id string) Result[R] {
	found := newFound[R]([]string{id})
	l.fetch(ctx, []string{id}, found)
	return found.results[id]
}

// batch reads distinct ids that were not read before.
func (l *Loader[R]) batch(ctx context.Context, ids []string) []*dataloader.Result[R] {
	found := newFound[R](ids)
	l.fetch(ctx, ids, found)
	results := make([]*dataloader.Result[R], len(ids))
	for i, id := range ids {
		r := found.results[id]
		results[i] = &dataloader.Result[R]{Data: r.Row, Error: r.Err}
	}
	return results
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

// cache keeps the thunks of one request for the batches of all its levels.
type cache[R any] struct {
	mu     sync.Mutex
	thunks map[string]dataloader.Thunk[R]
}

// missing counts the distinct ids that are not in the cache, and names one of them.
func (c *cache[R]) missing(ids []string) (n int, one string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(ids) == 1 && c.thunks[ids[0]] == nil {
		return 1, ids[0]
	}
	fresh := make(map[string]struct{}, len(ids))
	for _, id := range ids {
		if c.thunks[id] == nil {
			fresh[id] = struct{}{}
			one = id
		}
	}
	return len(fresh), one
}

// results waits for the results of ids that are all in the cache.
func (c *cache[R]) results(ids []string) []Result[R] {
	thunks := make([]dataloader.Thunk[R], len(ids))
	c.mu.Lock()
	for i, id := range ids {
		thunks[i] = c.thunks[id]
	}
	c.mu.Unlock()
	results := make([]Result[R], len(ids))
	for i, thunk := range thunks {
		results[i].Row, results[i].Err = thunk()
	}
	return results
}

// Get is the thunk of an id.
func (c *cache[R]) Get(_ context.Context, id string) (dataloader.Thunk[R], bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	thunk, ok := c.thunks[id]
	return thunk, ok
}

// Set keeps the thunk of an id.
func (c *cache[R]) Set(_ context.Context, id string, thunk dataloader.Thunk[R]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.thunks == nil {
		c.thunks = map[string]dataloader.Thunk[R]{}
	}
	c.thunks[id] = thunk
}

// Delete forgets an id.
func (c *cache[R]) Delete(_ context.Context, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.thunks[id]
	delete(c.thunks, id)
	return ok
}

// Clear forgets all ids.
func (c *cache[R]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.thunks)
}
