// Package http1 serves plain requests of HTTP/1.1 with less work than net/http has with them, and leaves all others to
// net/http.
//
// Plain is what the clients of an API send all day: a GET, HEAD, OPTIONS or POST with a head and a body that fit into a small
// buffer, written as RFC 9112 has it. Every connection begins here. With the first request that is not plain (another
// method, a body in chunks, a large one, an upgrade, anything odd) it goes to net/http for good, with all that was read of
// it, so that what is odd is never judged here:
//
//	plain := http1.New(listener, http1.Options{Handler: handler})
//	err := (&http.Server{Handler: handler}).Serve(plain)
//
// What is saved is a goroutine a request that looks out for the end of the connection (here there is one for requests
// that take long), most of the copies of headers, and a good part of the deadlines.
package http1

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/closegraph/closegraph/internal/ending"
)

// Options say how a Listener serves.
type Options struct {
	// Handler answers the requests.
	Handler http.Handler
	// HeadTimeout is the longest that the head of a request may take from its first byte, and the first byte of a
	// connection. The default is 10 seconds.
	HeadTimeout time.Duration
	// ReadTimeout is the longest that a whole request may take from its first byte. The default is 30 seconds.
	ReadTimeout time.Duration
	// WriteTimeout is the longest that the client may take to accept a part of an answer, of 64 KiB or what the handler
	// writes at once. The default is 30 seconds.
	WriteTimeout time.Duration
	// IdleTimeout is for how long a connection waits for its next request. The default is 2 minutes.
	IdleTimeout time.Duration
	// ErrorLog is told of handlers that panic. The default is the standard logger.
	ErrorLog *log.Logger
}

func (o Options) withDefaults() Options {
	for d, value := range map[*time.Duration]time.Duration{
		&o.HeadTimeout: 10 * time.Second, &o.ReadTimeout: 30 * time.Second, &o.WriteTimeout: 30 * time.Second, &o.IdleTimeout: 2 * time.Minute,
	} {
		if *d == 0 {
			*d = value
		}
	}
	if o.ErrorLog == nil {
		o.ErrorLog = log.Default()
	}
	return o
}

// Listener takes the connections of another listener. Those that send plain requests it serves itself; its Accept gives
// the others.
type Listener struct {
	options Options
	inner   net.Listener
	rest    chan accepted // for Accept
	closed  chan struct{}
	ending  atomic.Bool
	running sync.WaitGroup
	watches ending.Times // of requests, after which their connections are watched

	mu    sync.Mutex
	conns map[*conn]struct{} // those that are served here
	close func() error
}

// accepted is what Accept returns.
type accepted struct {
	conn net.Conn
	err  error
}

// New begins to take connections.
func New(listener net.Listener, o Options) *Listener {
	l := &Listener{
		options: o.withDefaults(),
		inner:   listener,
		rest:    make(chan accepted),
		closed:  make(chan struct{}),
		conns:   map[*conn]struct{}{},
		watches: ending.Times{Limit: watchAfter},
	}
	l.close = sync.OnceValue(func() error {
		close(l.closed)
		return listener.Close()
	})
	go l.take()
	return l
}

// Addr is the address of the listener.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Accept waits for a connection that is left to the caller, and for the errors of the listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.rest:
		return a.conn, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the taking of connections. Those that are served go on; see [Listener.Shutdown].
func (l *Listener) Close() error { return l.close() }

// Shutdown ends the taking of connections, closes those that wait for a request, and waits until the others have been
// answered. When ctx ends before, it closes them and returns its error.
func (l *Listener) Shutdown(ctx context.Context) error {
	err := l.Close()
	l.mu.Lock()
	l.ending.Store(true) // from now on nothing is kept any more
	l.mu.Unlock()
	l.each((*conn).closeIdle)
	done := make(chan struct{})
	go func() {
		l.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		l.each(func(c *conn) { _ = c.net.Close() })
		return ctx.Err()
	}
}

// take takes connections until the listener ends. An error goes to Accept, which is called again when whoever calls it
// thinks that there may be more.
func (l *Listener) take() {
	for {
		inner, err := l.inner.Accept()
		if err != nil {
			if !l.leave(accepted{err: err}) || errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		if c := newConn(l, inner); l.keep(c) {
			go c.serve()
		} else {
			_ = inner.Close() // whatever comes of it, it is gone
		}
	}
}

// keep begins the keeping of a connection. It reports false when it is too late for one.
func (l *Listener) keep(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ending.Load() {
		return false
	}
	l.conns[c] = struct{}{}
	l.running.Add(1)
	return true
}

// leave gives something to Accept. It reports false when there is no Accept any more.
func (l *Listener) leave(a accepted) bool {
	select {
	case l.rest <- a:
		return true
	case <-l.closed:
		return false
	}
}

// forget ends the keeping of a connection.
func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	delete(l.conns, c)
	l.mu.Unlock()
	l.running.Done()
}

func (l *Listener) each(do func(*conn)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		do(c)
	}
}
