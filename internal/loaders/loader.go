// Package loaders reads many objects of Close by their ids in few calls, within one request: equal ids are asked for
// once, all ids of a level go together, and each id has its own error.
package loaders

import (
	"context"
	"errors"
	"slices"
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

// Scanner reads the rows of documents.
type Scanner[R any] interface {
	// List reads a list: it gives each row with its id, nil for a row that has none, and says whether the list goes on.
	List(doc []byte, give func(id []byte, row R)) (more bool, err error)
	// One reads a single object, and says whether it is the one with an id.
	One(doc []byte, id string) (row R, same bool, err error)
}

// Results are objects in the order of the ids by which they were asked for. They are not to be changed.
type Results[R any] struct {
	Rows []R
	Errs []error // why there is no object, by its index; nil when all are there
}

// Loader loads objects of one type for one request. Its rows hold the same fields whoever asks, so a row loaded once
// serves every place of the request.
type Loader[R any] struct {
	Close    Doer
	Type     string             // the type in the schema, which decides how many are read at once; see kinds
	One      closeapi.Operation // reads a single one
	Fields   []string           // the members that are wanted, id among them
	Scan     Scanner[R]
	Observed *Observed // what is known of Close's undocumented ways; shared by all requests
	// Whole reports whether answers of an operation are kept for a while and hold all members; nil when none are. A list of
	// those serves for single objects too: it is asked for once, and then it is there.
	Whole func(operation string) bool

	mu    sync.Mutex
	known results[R] // all that was loaded
}

// Load loads objects. Those that were loaded before are not asked for again; why one is not there is among the results.
func (l *Loader[R]) Load(ctx context.Context, ids *IDs) Results[R] {
	if known, ok := l.lookUp(ids); ok {
		return known
	}
	missing := l.missing(ids)
	f := newFound[R](missing)
	l.fetch(ctx, f)
	f.end()
	l.mu.Lock()
	l.known.merge(&f.results)
	l.mu.Unlock()
	if missing.Len() == ids.Len() {
		return f.Results
	}
	known, _ := l.lookUp(ids)
	return known
}

// lookUp are the results of ids, if all were loaded.
func (l *Loader[R]) lookUp(ids *IDs) (known Results[R], ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range ids.List() {
		if l.known.ids.At(id) < 0 {
			return known, false
		}
	}
	return l.known.of(ids), true
}

// missing are the ids that were not loaded.
func (l *Loader[R]) missing(ids *IDs) (missing IDs) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known.ids.Len() == 0 {
		return ids.Share()
	}
	for _, id := range ids.List() {
		if l.known.ids.At(id) < 0 {
			missing.Add(id)
		}
	}
	return missing
}

// safetyNet is how long a batch waits for a second chunk, which never comes: it goes with the first.
const safetyNet = 50 * time.Millisecond

// chunks loads what takes several calls. The keys of the dataloader are the chunks, by their index: a chunk is a call, and a
// key an id would cost eight allocations and a handing over between goroutines each.
func (l *Loader[R]) chunks(ctx context.Context, k kind, ids []string, found *found[R]) {
	chunks := slices.Collect(slices.Chunk(ids, maxChunk))
	slots := make(chan struct{}, maxAtOnce)
	load := func(ctx context.Context, keys []int) []*dataloader.Result[struct{}] {
		slots <- struct{}{}
		defer func() { <-slots }()
		done := make([]*dataloader.Result[struct{}], len(keys))
		for i, key := range keys {
			l.chunk(ctx, k, chunks[key], found)
			done[i] = &dataloader.Result[struct{}]{}
		}
		return done
	}
	batch := dataloader.NewBatchedLoader(
		load,
		dataloader.WithBatchCapacity[int, struct{}](1),
		dataloader.WithInputCapacity[int, struct{}](1),
		dataloader.WithWait[int, struct{}](safetyNet),
		dataloader.WithCache(&dataloader.NoCache[int, struct{}]{}),
	)
	keys := make([]int, len(chunks))
	for i := range keys {
		keys[i] = i
	}
	_, errs := batch.LoadMany(ctx, keys)()
	for i, err := range errs {
		if err != nil { // a panic while loading; other errors are kept by id
			found.fail(chunks[i], err)
		}
	}
}
