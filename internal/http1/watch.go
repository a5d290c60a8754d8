package http1

import (
	"sync"
	"time"

	"github.com/closegraph/closegraph/internal/ending"
)

// watchAfter is how long a request may take before anybody looks whether its client is still there. Most are answered by
// then.
const watchAfter = 50 * time.Millisecond

// watch looks out for the end of a connection while a request of it is answered, and ends the request then.
type watch struct {
	conn *conn
	time ending.Time // of the request

	mu      sync.Mutex
	request *lifetime     // of the request; nil while there is none
	reading chan struct{} // closed when what reads has ended; nil while nothing does
	read    []byte        // what was read: the beginning of the next request
}

// begin looks out from a little later on.
func (w *watch) begin(request *lifetime) {
	w.mu.Lock()
	w.request = request
	w.mu.Unlock()
	w.conn.from.watches.Begin(&w.time, time.Now())
}

// Late looks out, when the request has taken a little longer than most.
func (w *watch) Late() { go w.look() }

// look reads from the connection: it has nothing to say before it has its answer, so what comes is most likely its end.
func (w *watch) look() {
	w.mu.Lock()
	request := w.request
	if request == nil || w.reading != nil { // late: that request has been answered
		w.mu.Unlock()
		return
	}
	done := make(chan struct{})
	w.reading = done
	err := w.conn.net.SetReadDeadline(time.Time{})
	w.mu.Unlock()
	defer close(done)
	if err == nil {
		one := make([]byte, 1)
		var n int
		n, err = w.conn.net.Read(one)
		w.read = one[:n]
	}
	if err != nil {
		request.Cancel() // that of a request which is over does nothing
	}
}

// end ends the looking out, and puts what was read to the rest.
func (w *watch) end() {
	w.conn.from.watches.End(&w.time)
	w.mu.Lock()
	w.request = nil
	reading := w.reading
	if reading != nil {
		_ = w.conn.net.SetReadDeadline(over) // if it fails, the connection has ended, and so has the reading
	}
	w.mu.Unlock()
	if reading != nil {
		<-reading
		w.reading = nil
		w.conn.in = append(w.conn.in, w.read...)
		w.read, w.conn.readBy = nil, over
	}
}

// over is a moment that is over.
var over = time.Unix(1, 0)
