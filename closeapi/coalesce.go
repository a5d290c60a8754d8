package closeapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// coalesce is the transport that makes equal reads of one identity once, when they are under way at the same time. Who
// comes while one is under way joins it, and all get its answer, which is read into memory once.
//
// A read that is under way belongs to nobody: it ends when its last waiter has gone, and a waiter that gives up goes at
// once. A write ends the joining of what began before it, so a read that begins after a write sees what was written; so do
// the writes of other processes, where there are any.
type coalesce struct {
	next   http.RoundTripper
	intake intake
	window time.Duration // for how long a read is joined, so that one that hangs does not take all who come
	epochs epochs
	others Writes // nil when there are no other processes
	crew   crew

	mu      sync.Mutex
	flights map[flightKey]*flight
}

func newCoalesce(cfg Config, intake intake, next http.RoundTripper) *coalesce {
	t := &coalesce{next: next, intake: intake, window: cfg.Timeout, others: cfg.Writes, flights: map[flightKey]*flight{}}
	t.crew.fly = t.fly
	return t
}

// Writes tells processes of each other's writes, which call Close with the same credentials and have the same
// [Config.IdentityKey]. What cannot be told or learned is no error: it is told later, and who does not hear of a write may
// join what began before it. It is safe for concurrent use.
type Writes interface {
	// Tell tells the other processes that an identity begins to write, or has written.
	Tell(ctx context.Context, id Identity)
	// Learn takes in what the others have told up to now.
	Learn(ctx context.Context)
	// Epoch is a number that is another one when a write of the identity was learned of.
	Epoch(id Identity) uint64
}

// flightKey is what equal reads have in common.
type flightKey struct {
	question
	identity   Identity
	moment     moment
	background bool // what somebody waits for does not join what may wait
}

// moment is as of which writes of an identity something is read: another one after each, as far as they are known here.
type moment struct{ here, elsewhere uint64 }

// RoundTrip joins an equal read, or begins one; a write it sends on.
func (t *coalesce) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req)
	if !x.op.Reads {
		t.wrote(req.Context(), x.identity)
		defer t.wrote(req.Context(), x.identity)
		return t.next.RoundTrip(req)
	}
	q := questionOf(req)
	key := t.key(q, x)
	if t.others != nil && t.has(key) { // before it is joined, not before one begins: that is no older than now
		t.others.Learn(req.Context())
		key = t.key(q, x)
	}
	f, joined := t.join(key, req, x)
	x.joined = joined
	select {
	case <-f.landed:
	case <-req.Context().Done():
		t.leave(f)
		return nil, req.Context().Err()
	}
	if !joined {
		x.attempts, x.waited = f.exchange.attempts, f.exchange.waited
	}
	return f.answer()
}

// key is what a read of a caller has in common with those that it may join.
func (t *coalesce) key(q question, x *exchange) flightKey {
	return flightKey{question: q, identity: x.identity, moment: t.moment(x.identity), background: x.background}
}

// moment is the present one of an identity.
func (t *coalesce) moment(id Identity) moment {
	m := moment{here: t.epochs.of(id)}
	if t.others != nil {
		m.elsewhere = t.others.Epoch(id)
	}
	return m
}

// has reports whether such a read is under way.
func (t *coalesce) has(key flightKey) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.flights[key] != nil
}

// wrote ends the joining of what an identity has under way.
func (t *coalesce) wrote(ctx context.Context, id Identity) {
	t.epochs.end(id)
	if t.others != nil {
		t.others.Tell(context.WithoutCancel(ctx), id) // what becomes of a write does not hang on who waits for it
	}
}

// join finds the read that a caller may wait for, or begins it.
func (t *coalesce) join(key flightKey, req *http.Request, x *exchange) (f *flight, joined bool) {
	deadline, ends := req.Context().Deadline()
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if f = t.flights[key]; f != nil && now.Sub(f.begun) < t.window {
		f.waiters++
		f.joined = true
		f.endless = f.endless || !ends
		if deadline.After(f.deadline) {
			f.deadline = deadline
		}
		return f, true
	}
	if f != nil {
		f.joinable = false // another one takes its place
	}
	f = &flight{
		key: key, values: context.WithoutCancel(req.Context()),
		exchange: exchange{op: x.op, identity: x.identity, caller: x.caller, background: x.background},
		begun:    now, mu: &t.mu, waiters: 1, deadline: deadline, endless: !ends, joinable: true, landed: make(chan struct{}),
	}
	f.req = req.WithContext(f) //nolint:contextcheck // it has the values of the request's and ends by itself
	t.flights[key] = f
	t.crew.send(f)
	return f, false
}

// leave ends the waiting of one, and the read with the last one.
func (t *coalesce) leave(f *flight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.waiters--; f.waiters == 0 {
		t.remove(f)
		f.Cancel()
	}
}

// remove ends the joining of a read.
func (t *coalesce) remove(f *flight) {
	if f.joinable {
		f.joinable = false
		delete(t.flights, f.key)
	}
}

// fly makes the read.
func (t *coalesce) fly(f *flight) {
	defer func() {
		if f.panicked = recover(); f.panicked != nil {
			f.panicked = fmt.Sprintf("%v\n%s", f.panicked, debug.Stack())
		}
		t.mu.Lock()
		t.remove(f)
		t.mu.Unlock()
		f.Cancel()
		close(f.landed)
	}()
	f.err = errGone // unless the transport comes back
	resp, err := t.next.RoundTrip(f.req)
	if f.resp, f.err = resp, err; err != nil {
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		f.body.doc, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what can be had is enough
		return
	}
	f.body = t.intake.read(resp)
}

// errGone is the error of a read whose transport ended its goroutine, as tests do that fail.
var errGone = errors.New("the transport ended without an answer")

// question is all of a read that its answer hangs on, but for whom it is.
type question struct{ method, offset, path, query, body string }

func questionOf(req *http.Request) question {
	q := question{
		method: req.Method, offset: firstOf(req.Header, "X-Tz-Offset"), path: req.URL.EscapedPath(), query: req.URL.RawQuery,
	}
	if body, ok := req.Body.(*sentBody); ok {
		q.body = body.text
	}
	return q
}

// key is the question of an identity, as text. No part of it but the body can hold a line break, or more than one word.
func (q question) key(id string) string {
	return id + " " + q.offset + " " + q.method + " " + q.path + "?" + q.query + "\n" + q.body
}

// epochs counts the writes of each identity, at their beginning and at their end. Identities share counters where their
// hashes fall together, so that nothing must be forgotten: a counter that moves without need costs a call, and no more.
type epochs [1024]atomic.Uint64

func (e *epochs) of(id Identity) uint64 { return e.at(id).Load() }
func (e *epochs) end(id Identity)       { e.at(id).Add(1) }

func (e *epochs) at(id Identity) *atomic.Uint64 {
	return &e[(int(id[0])<<8|int(id[1]))%len(e)]
}
