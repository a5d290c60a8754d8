// Package ending ends contexts of our own kinds. Those of the standard library make, when they are made, what it takes to
// tell others of their end; here it is made for who asks, which for most of the contexts of a request is nobody.
package ending

import (
	"context"
	"sync"
)

// Ending is the end of a context that can be canceled, and is embedded in it. It is safe for concurrent use.
type Ending struct {
	mu      sync.Mutex
	err     error         // why it has ended; nil before
	channel chan struct{} // nil until somebody asks for it
	watches *Watch        // the one that was added last
}

// Watch is something to do when a context ends.
type Watch struct {
	Call func() // run in a goroutine of its own
	next *Watch
}

// Cancel ends the context, once.
func (e *Ending) Cancel() { e.end(context.Canceled) }

func (e *Ending) end(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return
	}
	e.err = err
	if e.channel != nil {
		close(e.channel)
	}
	for w := e.watches; w != nil; w = w.next {
		go w.Call()
	}
	e.watches = nil
}

// Done is closed when the context has ended.
func (e *Ending) Done() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.channel == nil {
		e.channel = make(chan struct{})
		if e.err != nil {
			close(e.channel)
		}
	}
	return e.channel
}

// Err is why the context has ended: [context.Canceled], or [context.DeadlineExceeded] for a [Timed] one. It is nil before.
func (e *Ending) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// Add has a watch called at the end, at once if that was before. It can be added again once it was removed or called.
func (e *Ending) Add(w *Watch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		go w.Call()
		return
	}
	w.next, e.watches = e.watches, w
}

// Remove reports whether it came in time to prevent that the watch is called.
func (e *Ending) Remove(w *Watch) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for at := &e.watches; *at != nil; at = &(*at).next {
		if *at == w {
			*at, w.next = w.next, nil
			return true
		}
	}
	return false
}

// AfterFunc is [context.AfterFunc] for the context. The standard library looks for this method, and else needs a goroutine
// for each context that is made of this one.
func (e *Ending) AfterFunc(call func()) (stop func() bool) {
	w := &Watch{Call: call}
	e.Add(w)
	return func() bool { return e.Remove(w) }
}
