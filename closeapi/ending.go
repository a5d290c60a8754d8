package closeapi

import (
	"context"
	"sync"
)

// ending is the end of a context that can be canceled. The channel that says so is made for who asks for it.
type ending struct {
	mu      sync.Mutex
	over    bool
	channel chan struct{} // nil until somebody asks for it
	watches *watch        // the one that was added last
}

// watch is something to do when a context ends.
type watch struct {
	call func() // run in a goroutine of its own
	next *watch
}

// cancel ends the context.
func (e *ending) cancel() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return
	}
	e.over = true
	if e.channel != nil {
		close(e.channel)
	}
	for w := e.watches; w != nil; w = w.next {
		go w.call()
	}
	e.watches = nil
}

// done is closed when the context has ended.
func (e *ending) done() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.channel == nil {
		e.channel = make(chan struct{})
		if e.over {
			close(e.channel)
		}
	}
	return e.channel
}

// err is that of a context which was canceled, or nil.
func (e *ending) err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return context.Canceled
	}
	return nil
}

// add has a watch called at the end, at once if that was before.
func (e *ending) add(w *watch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		go w.call()
		return
	}
	w.next, e.watches = e.watches, w
}

// remove reports whether it came in time to prevent that the watch is called.
func (e *ending) remove(w *watch) bool {
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
