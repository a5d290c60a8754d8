package closeapi

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/closegraph/closegraph/internal/ending"
)

// flight is a read that is under way. To the transports below it is the context of the request: it has the values of the
// call that began it, the deadline of whoever waits longest, and no end but that nobody waits any more.
//
// It is a context of its own kind because nearly every flight lands without anybody having asked for its end: what that
// takes is made when somebody asks.
type flight struct {
	ending.Ending // when nobody waits any more, and after the landing

	key      flightKey
	req      *http.Request   // under the flight as its context
	values   context.Context //nolint:containedctx // of the call that began it, whose end is hidden; this is a context
	exchange exchange
	begun    time.Time
	mu       *sync.Mutex // the coalesce's

	waiters  int  // these five under mu
	joined   bool // whether it has had more than one
	deadline time.Time
	endless  bool // whether somebody waits without a deadline
	joinable bool // whether it is among the flights that others may join

	landed   chan struct{} // closed when all that follows is there
	resp     *http.Response
	body     heldBody
	err      error
	panicked any
}

// Deadline is that of whoever waits longest. It moves as others join.
func (f *flight) Deadline() (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deadline, !f.endless
}

// Value is a value of the call that began the read. The exchange is the flight's own.
func (f *flight) Value(key any) any {
	if key == (exchangeKey{}) {
		return &f.exchange
	}
	return f.values.Value(key)
}

// answer is the answer for one of those who waited.
func (f *flight) answer() (*http.Response, error) {
	switch {
	case f.panicked != nil:
		panic(f.panicked) // whoever asked knows what to do about it
	case f.err != nil:
		return nil, f.err
	}
	own := &struct {
		resp http.Response
		body heldBody
	}{*f.resp, f.body}
	if f.joined { // nobody can join any more
		own.body.memory = nil
	}
	own.resp.Body = &own.body
	return &own.resp, nil
}
