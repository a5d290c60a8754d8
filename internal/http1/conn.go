package http1

import (
	"bytes"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// smallest is how many bytes a connection holds to read requests into.
	smallest = 4 << 10
	// largest is the longest plain request, head and body, in bytes.
	largest = 32 << 10
	// coarse is by how much a connection may be closed too early that does nothing: a deadline is moved only if that is more.
	coarse = time.Second
)

// The states of a connection.
const (
	idle   int32 = iota // it waits for the first byte of a request
	active              // there is one
	ended               // it was closed while it was idle
)

// conn is a connection whose requests have been plain so far.
type conn struct {
	from    *Listener
	net     net.Conn
	remote  string
	state   atomic.Int32
	in      []byte      // what has been read and not been answered yet
	header  http.Header // of the answer, for its space
	readBy  time.Time   // the deadlines as they are set
	writeBy time.Time
	watch   watch
}

func newConn(from *Listener, inner net.Conn) *conn {
	c := &conn{
		from: from, net: inner, remote: inner.RemoteAddr().String(),
		in: make([]byte, 0, smallest), header: make(http.Header, 16),
	}
	c.watch.conn, c.watch.time.Late = c, &c.watch
	return c
}

// serve answers one request after the other, until the connection ends or is net/http's.
func (c *conn) serve() {
	defer c.from.forget(c)
	wait := c.from.options.HeadTimeout
	for {
		x, kind := c.await(wait)
		if kind == other {
			c.handOver()
			return
		}
		if kind == none || !c.answer(x) {
			_ = c.net.Close() // whatever comes of it, it is gone
			return
		}
		c.state.Store(idle)
		if c.from.ending.Load() && len(c.in) == 0 {
			_ = c.net.Close()
			return
		}
		wait = c.from.options.IdleTimeout
	}
}

// kind is what a connection has for us.
type kind int

const (
	none  kind = iota // nothing, and nothing will come
	plain             // a plain request
	other             // something that is net/http's
)

var endOfHead = []byte("\r\n\r\n")

// await reads a request, for whose first byte it waits so long.
func (c *conn) await(wait time.Duration) (*exchange, kind) {
	if len(c.in) == 0 && !c.fill(time.Now().Add(wait), coarse) {
		return nil, none
	}
	if !c.state.CompareAndSwap(idle, active) {
		return nil, none
	}
	var x *exchange // once there is a head
	var begun time.Time
	searched := 0
	for {
		if x == nil {
			if !beginsPlain(c.in) {
				return nil, other
			}
			if at := bytes.Index(c.in[searched:], endOfHead); at >= 0 {
				x = &exchange{conn: c, head: searched + at + len(endOfHead)}
				if !x.read(c.in[:x.head]) {
					return nil, other
				}
			}
			searched = max(0, len(c.in)-len(endOfHead)+1)
		}
		need := len(c.in) + 1
		if x != nil {
			if need = x.head + int(x.request.ContentLength); need <= len(c.in) {
				return x, plain
			}
		}
		if need > largest {
			return nil, other
		}
		c.in = slices.Grow(c.in, need-len(c.in))
		if begun.IsZero() {
			begun = time.Now()
		}
		by := begun.Add(c.from.options.HeadTimeout)
		if x != nil {
			by = begun.Add(c.from.options.ReadTimeout)
		}
		if !c.fill(by, 0) {
			return nil, none
		}
	}
}

// fill reads what there is, and waits for it until by, or so much less.
func (c *conn) fill(by time.Time, less time.Duration) bool {
	if late := by.Sub(c.readBy); late < 0 || late > less {
		c.readBy = by
		if c.net.SetReadDeadline(by) != nil {
			return false
		}
	}
	n, err := c.net.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	return n > 0 || err == nil
}

// answer hands a request to the handler. It reports whether the connection may be used again.
func (c *conn) answer(x *exchange) bool {
	size := x.head + int(x.request.ContentLength)
	x.body.rest = c.in[x.head:size]
	defer x.release()
	if !c.handle(x) || !x.finish() {
		return false
	}
	c.consume(size)
	return true
}

// handle runs the handler. It reports false when it panics.
func (c *conn) handle(x *exchange) (whole bool) {
	defer x.lifetime.Cancel()
	defer func() {
		c.watch.end()
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			c.from.options.ErrorLog.Printf("http1: panic serving %s: %v\n%s", x.request.RemoteAddr, p, debug.Stack())
		}
	}()
	c.watch.begin(&x.lifetime)
	c.from.options.Handler.ServeHTTP(x, x.request)
	return true
}

// consume takes what was answered out of what was read. A buffer that was large for once is let go.
func (c *conn) consume(n int) {
	rest := c.in[n:]
	if cap(c.in) > smallest && len(rest) <= smallest {
		c.in = append(make([]byte, 0, smallest), rest...)
		return
	}
	c.in = c.in[:copy(c.in, rest)]
}

// closeIdle closes the connection if it waits for a request.
func (c *conn) closeIdle() {
	if c.state.CompareAndSwap(idle, ended) {
		_ = c.net.Close()
	}
}

// handOver leaves the connection to net/http.
func (c *conn) handOver() {
	_ = c.net.SetDeadline(time.Time{}) // it sets its own
	if !c.from.leave(accepted{conn: &begunConn{Conn: c.net, read: c.in}}) {
		_ = c.net.Close()
	}
}

// begunConn is a connection of which something has been read.
type begunConn struct {
	net.Conn
	read []byte
}

// Read gives what has been read, and then reads on.
func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.read) == 0 {
		c.read = nil
		return c.Conn.Read(p)
	}
	n := copy(p, c.read)
	c.read = c.read[n:]
	return n, nil
}
