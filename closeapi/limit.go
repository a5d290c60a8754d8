package closeapi

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/closegraph/closegraph/internal/ending"
)

// limit ends what is read from a connection, and written to it, with the context of the call. The time of an attempt becomes
// a deadline of the connection, which costs less than a timer. It costs less still to leave the deadline of an
// earlier call in its place: when that passes, the right one is set, and the reading goes on.
type limit struct {
	conn     net.Conn
	deadline time.Time // the one that is set; none when it is zero
	ends     time.Time // the one that holds

	broken  atomic.Bool  // whether the context has ended
	watch   ending.Watch // over the context, which breaks the connection off
	flight  *flight      // if it is one
	stop    func() bool  // ends the watch
	unwatch func() bool  // the one for flights, made once
}

// early is the part of the time of an attempt that a deadline may be too early by: one in so many. Writing is not begun again when it has
// passed, which nobody notices: a request that cannot be written for so long will not be written.
const early = 32

// over is a moment that is over.
var over = time.Unix(1, 0)

func (l *limit) init(conn net.Conn) {
	l.conn = conn
	l.watch.Call = l.breakOff
	l.unwatch = func() bool {
		f := l.flight
		l.flight = nil // nothing of it is needed while the connection is idle
		return f.Remove(&l.watch)
	}
}

// set sets the deadline of the connection.
func (l *limit) set(deadline time.Time) error {
	l.deadline = deadline
	return l.conn.SetDeadline(deadline)
}

// breakOff ends what is read and written, once and for all.
func (l *limit) breakOff() {
	l.broken.Store(true)
	_ = l.conn.SetDeadline(over)
}

// begin has the connection end with a context. The watch over it must be ended by end, unless there is an error.
func (l *limit) begin(ctx context.Context) error { //nolint:contextcheck // an attempt is watched over by way of its call
	var earliest time.Time
	l.ends = time.Time{}
	if a, ok := ctx.(*attempt); ok { // which has no end of its own but its time
		ctx, l.ends, earliest = a.Context, a.ends, a.ends.Add(-a.timeout/early)
	}
	if l.deadline.Before(earliest) || l.deadline.After(l.ends) {
		if err := l.set(l.ends); err != nil {
			return err
		}
	}
	if f, ok := ctx.(*flight); ok {
		l.flight, l.stop = f, l.unwatch
		f.Add(&l.watch)
	} else {
		l.stop = context.AfterFunc(ctx, l.watch.Call)
	}
	return nil
}

// end ends the watch over the context. It reports false when the connection is broken off, or about to be.
func (l *limit) end() bool { return l.stop() }

// wasEarly reports whether an error came of a deadline that was too early, and sets the right one.
func (l *limit) wasEarly(err error) bool {
	if err == nil || !l.deadline.Before(l.ends) || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	return l.set(l.ends) == nil && !l.broken.Load() // in this order: who breaks off sets the deadline afterwards
}
