package gateway

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/ending"
)

// sharing runs a query once for all who ask the same at the same time: letter by letter the same request, under one
// credential and in one time zone, with no write of the credential in between. The first runs it; who comes while it runs
// waits for what it finds, before anything is parsed for him.
//
// A query that is run for several belongs to nobody: it ends when the last of them has gone, and each goes when he likes.
// Mutations are never shared, and neither is what failed for reasons of one caller: then each runs his own.
type sharing struct {
	// reading says for whom and as of when a request reads, by the context that it runs under.
	reading func(context.Context) (closeapi.Reading, bool)
	learn   func(context.Context) // takes in what other processes have written; nil when there are none
	times   ending.Times          // of the runs that are led: the longest that a request may take, waiting for another's run included

	mu   sync.Mutex
	runs map[runKey]*sharedRun // those that may be joined; each has somebody who waits for it
}

// runKey is what requests have in common that are answered as one.
type runKey struct {
	reading closeapi.Reading
	post    bool
	sum     [2]uint64
}

// sharedRun is an operation that is run for all who ask for it. It is the context that it is run under, too: with the values of
// the request that was the first, and an end of its own.
type sharedRun struct {
	ending.Timed
	values context.Context //nolint:containedctx // of the first request, whose end is hidden; this is a context

	key   runKey
	begun time.Time
	query bool         // what is run is a query
	watch ending.Watch // over the first request

	// Under the mu of the sharing:
	waiters int
	joined  chan struct{} // closed when the run is over; nil unless somebody joined
	over    bool

	// When it is over:
	found  found
	shared bool // what was found is for all; else each is on his own
}

// Value is a value of the first request.
func (r *sharedRun) Value(key any) any { return r.values.Value(key) }

// joinable is for how long a query that runs may be joined, so that one that hangs does not take all who come, and who
// joins one that fails has nearly all of his own time left.
const joinable = time.Second

// newSharing shares among requests with the same reading; nil, it shares nothing.
func newSharing(reading func(context.Context) (closeapi.Reading, bool), learn func(context.Context), timeout time.Duration) *sharing {
	return &sharing{reading: reading, learn: learn, times: ending.Times{Limit: timeout}, runs: map[runKey]*sharedRun{}}
}

// find is what was found for a request, by running it or by another's run. The run says whether it is a query as soon as it
// knows; its context ends when the time for the request is over.
func (s *sharing) find(ctx context.Context, to reply, asked *question, run func(ctx context.Context, isQuery func(bool)) found) found {
	key, ok := s.key(ctx, asked)
	if ok && s.learn != nil && s.has(key) { // before a run is joined, not before one begins: that is no older than now
		s.learn(ctx)
		key, ok = s.key(ctx, asked)
	}
	begun := time.Now()
	if !ok {
		return s.alone(ctx, begun, run)
	}
	r, first := s.join(key, begun)
	if first {
		return s.lead(ctx, asked, r, run)
	}
	select {
	case <-r.joined:
	case <-ctx.Done(): // he who asked has gone
		s.leave(r)
		return found{resp: &graphql.Response{Errors: errorList(ctx.Err())}}
	}
	if !r.shared {
		return s.alone(ctx, begun, run)
	}
	to.told.Joined()
	to.runs(r.found)
	return r.found
}

// alone runs the operation for one request, which began at a time.
func (s *sharing) alone(ctx context.Context, begun time.Time, run func(context.Context, func(bool)) found) found {
	ctx, cancel := s.bounded(ctx, begun)
	defer cancel()
	return run(ctx, func(bool) {})
}

// bounded is a context that ends with ctx, or when the time is over for what began at a time.
func (s *sharing) bounded(ctx context.Context, begun time.Time) (context.Context, context.CancelFunc) {
	if s.times.Limit > 0 {
		return context.WithDeadline(ctx, begun.Add(s.times.Limit))
	}
	return context.WithCancel(ctx)
}

// key is what a request has in common with those that it may share with. It reports false for requests that share nothing:
// those of nobody, and those that want to know the calls that they cause.
func (s *sharing) key(ctx context.Context, asked *question) (runKey, bool) {
	if s.reading == nil || first(asked.Header, explainHeader) != "" {
		return runKey{}, false
	}
	reading, ok := s.reading(ctx)
	if !ok {
		return runKey{}, false
	}
	return runKey{reading: reading, post: asked.Method == http.MethodPost, sum: asked.sum()}, true
}

// has reports whether there is a run that could be joined.
func (s *sharing) has(key runKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs[key] != nil
}

// join finds the run that a request may wait for; if there is none, the request is the first of a new one.
func (s *sharing) join(key runKey, now time.Time) (r *sharedRun, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r = s.runs[key]; r != nil && now.Sub(r.begun) < joinable {
		r.waiters++
		if r.joined == nil {
			r.joined = make(chan struct{})
		}
		return r, false
	}
	r = &sharedRun{key: key, begun: now, waiters: 1}
	s.runs[key] = r
	return r, true
}

// lead runs the operation for the one whose request is the first, and for all who join him. He who asked may go meanwhile:
// the run then goes on for the others.
func (s *sharing) lead(ctx context.Context, asked *question, r *sharedRun, run func(context.Context, func(bool)) found) found {
	r.values = ctx
	r.Begin(&s.times, r.begun)
	defer r.Cancel()
	r.watch.Call = func() { s.leave(r) }
	if plain, ok := asked.Context().(watchable); ok { // which ctx was made of
		plain.Add(&r.watch)
		defer plain.Remove(&r.watch)
	} else {
		defer context.AfterFunc(asked.Context(), r.watch.Call)() //nolint:contextcheck // see above
	}
	defer func() { s.land(r, found{}, false) }() // when it panics
	f := run(r, func(isQuery bool) {             //nolint:contextcheck // it may outlive who is the first
		if r.query = isQuery; !isQuery {
			s.land(r, found{}, false)
		}
	})
	return s.land(r, f, r.query && f.isForAll())
}

// watchable is the context of a plain request, which needs no goroutine to tell of its end.
type watchable interface {
	Add(w *ending.Watch)
	Remove(w *ending.Watch) bool
}

// land ends the joining of a run, and the waiting for it. It returns what was found, for the one whose request was the first.
func (s *sharing) land(r *sharedRun, f found, shared bool) found {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(r)
	if r.over { // what is no query, before it was run
		return f
	}
	if r.over = true; r.joined != nil {
		if shared {
			f.compressed = &compressedOnce{}
			r.found, r.shared = f, true
		}
		close(r.joined)
	}
	return f
}

// leave ends the waiting of one, and the run with the last one. Who is the first waits from before the run has a context.
func (s *sharing) leave(r *sharedRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.waiters--; r.waiters == 0 {
		s.remove(r)
		r.Cancel()
	}
}

func (s *sharing) remove(r *sharedRun) {
	if s.runs[r.key] == r {
		delete(s.runs, r.key)
	}
}

// isForAll reports whether what was found for one is right for all who asked the same. What ran out of time, was given up,
// or had no room in the rate limit before its deadline was so for the one whose request was first.
func (f found) isForAll() bool {
	if f.resp == nil || f.late {
		return false
	}
	for _, err := range f.resp.Errors {
		switch err.Extensions["code"] {
		case codeUpstreamTimeout, codeRateLimited:
			return false
		}
	}
	return true
}
