package projection

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/closegraph/closegraph/closeapi"
)

// reads are the calls that a level makes at the same time. Equal ones are one: who comes later waits for the first, and has
// its answer. The client joins those that are under way together, but two of a level need not be.
type reads struct {
	mu    sync.Mutex
	level bool // whether one is under way
	made  []*read
}

// read is a call that others may wait for. Nobody changes what the call refers to.
type read struct {
	call closeapi.Call
	done sync.WaitGroup
	doc  closeapi.Document
	err  error
}

// begin begins a level.
func (r *reads) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.level = true
}

// end ends it: what is read later may be another answer.
func (r *reads) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.level, r.made = false, nil
}

// Do reads from Close, once for all of a level that ask the same. A panic in the one leaves no answer to the others; it is the
// error of the run.
func (r *request) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	one, first, err := r.reads.join(call, r.engine.whole(call.Operation))
	switch {
	case err != nil:
		return closeapi.Document{}, err
	case one == nil:
		return r.send(ctx, call)
	case !first:
		if err := r.weigh(1); err != nil {
			return closeapi.Document{}, err
		}
		one.done.Wait()
		return one.doc, one.err
	}
	defer one.done.Done()
	one.doc, one.err = r.send(ctx, one.call)
	return one.doc, one.err
}

// join finds the call that is equal to one; the first of them is to be made. What is read whole has all members, whichever are
// wanted. There is none outside a level.
func (r *reads) join(call closeapi.Call, whole bool) (one *read, first bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.level {
		return nil, false, nil
	}
	if call.Body != nil { // as text it can be compared, and goes as it is
		text, err := json.Marshal(call.Body)
		if err != nil {
			return nil, false, fmt.Errorf("the body of %s: %w", call.Operation, err)
		}
		call.Body = json.RawMessage(text)
	}
	for _, made := range r.made {
		if equal(&made.call, &call) && (whole || slices.Equal(made.call.Fields, call.Fields)) {
			return made, false, nil
		}
	}
	one = &read{call: call}
	one.done.Add(1)
	r.made = append(r.made, one)
	return one, true, nil
}

// equal reports whether two calls ask the same, but for the members that they name. Their bodies are texts.
func equal(a, b *closeapi.Call) bool {
	return a.Operation == b.Operation && slices.Equal(a.Vars, b.Vars) && maps.Equal(a.Params, b.Params) &&
		sameOffset(a.Offset, b.Offset) && sameText(a.Body, b.Body)
}

func sameOffset(a, b *closeapi.Offset) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func sameText(a, b any) bool {
	x, _ := a.(json.RawMessage)
	y, _ := b.(json.RawMessage)
	return bytes.Equal(x, y)
}
