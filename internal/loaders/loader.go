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

// Scanner reads the rows of documents.
type Scanner[R any] interface {
	// List reads a list: it gives each row with its id, nil for a row that has none, and says whether the list goes on.
	List(doc []byte, give func(id []byte, row R)) (more bool, err error)
	// One reads a single object, and says whether it is the one with an id.
	One(doc []byte, id string) (row R, same bool, err error)
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
	Scan     Scanner[R]
	Observed *Observed // what is known of Close's undocumented ways; shared by all requests
	// Whole reports whether answers of an operation are kept for a while and hold all members; nil when none are. A list of
	// those serves for single objects too: it is asked for once, and then it is there.
	Whole func(operation string) bool

	mu    sync.Mutex
	known results[R] // all that was loaded
}

// Load loads objects, which may repeat, and returns the results in the order of the ids. They are not to be changed.
func (l *Loader[R]) Load(ctx context.Context, ids []string) []Result[R] {
	f := l.missing(ids)
	if len(f.ids) > 0 {
		l.gather(ctx, f)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.known.merge(&f.results)
	if len(f.ids) == len(ids) {
		return f.list
	}
	list := make([]Result[R], len(ids))
	for i, id := range ids {
		list[i] = l.known.list[l.known.at(id)]
	}
	return list
}

// missing are the ids that were not loaded, each once, with nothing found yet.
func (l *Loader[R]) missing(ids []string) *found[R] {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := &found[R]{results: newResults[R](len(ids))}
	for _, id := range ids {
		if l.known.at(id) < 0 && f.at(id) < 0 {
			f.add(id, Result[R]{Err: ErrNotFound})
		}
	}
	return f
}

// level is what one level of the answer needs of a type. It is one key to the dataloader, whatever the number of its ids:
// a key an id costs eight allocations and a handing over between goroutines each.
type level[R any] struct{ found *found[R] }

// safetyNet is how long a batch waits for a level that never comes. It never should: it goes with the first.
const safetyNet = 50 * time.Millisecond

// gather loads what is missing. One id alone needs no machinery that would gather others.
func (l *Loader[R]) gather(ctx context.Context, f *found[R]) {
	if len(f.ids) == 1 {
		l.fetch(ctx, f.ids, f)
		return
	}
	batch := dataloader.NewBatchedLoader(
		l.levels,
		dataloader.WithBatchCapacity[*level[R], struct{}](1),
		dataloader.WithInputCapacity[*level[R], struct{}](1),
		dataloader.WithWait[*level[R], struct{}](safetyNet),
		dataloader.WithCache(&dataloader.NoCache[*level[R], struct{}]{}),
	)
	if _, err := batch.Load(ctx, &level[R]{f})(); err != nil { // a panic while loading
		f.fail(f.ids, err)
	}
}

// levels loads what levels need.
func (l *Loader[R]) levels(ctx context.Context, levels []*level[R]) []*dataloader.Result[struct{}] {
	done := make([]*dataloader.Result[struct{}], len(levels))
	for i, level := range levels {
		l.fetch(ctx, level.found.ids, level.found)
		done[i] = &dataloader.Result[struct{}]{}
	}
	return done
}
