package projection

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/closegraph/closegraph/closeapi"
)

// reads are the calls that a level makes at the same time. Equal ones are one: who comes later waits for the first, and has
// its answer. The client joins those that are under way together, but two of a level need not be.
type reads struct {
	mu    sync.Mutex
	byKey map[string]*read // nil while no level makes several calls
}

// read is a call that some wait for.
type read struct {
	done chan struct{}
	doc  closeapi.Document
	err  error
}

// sender makes a call.
type sender func(ctx context.Context, call closeapi.Call) (closeapi.Document, error)

// begin begins a level.
func (r *reads) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byKey = map[string]*read{}
}

// end ends it: what is read later may be another answer.
func (r *reads) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byKey = nil
}

// do makes a call, or waits for an equal one. A panic in the one leaves no answer to the others; it is the error of the run.
func (r *reads) do(ctx context.Context, call closeapi.Call, send sender) (closeapi.Document, error) {
	one, first, err := r.join(&call)
	switch {
	case err != nil:
		return closeapi.Document{}, err
	case one == nil:
		return send(ctx, call)
	case !first:
		<-one.done
		return one.doc, one.err
	}
	defer close(one.done)
	one.doc, one.err = send(ctx, call)
	return one.doc, one.err
}

// join finds the call that is equal to one; the first of them is to be made. There is none outside a level.
func (r *reads) join(call *closeapi.Call) (one *read, first bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byKey == nil {
		return nil, false, nil
	}
	if call.Body != nil { // as text it can be compared, and goes as it is
		text, err := json.Marshal(call.Body)
		if err != nil {
			return nil, false, fmt.Errorf("the body of %s: %w", call.Operation, err)
		}
		call.Body = json.RawMessage(text)
	}
	var room [512]byte
	key := appendKey(room[:0], call)
	if under := r.byKey[string(key)]; under != nil {
		return under, false, nil
	}
	one = &read{done: make(chan struct{})}
	r.byKey[string(key)] = one
	return one, true, nil
}

// appendKey adds all of a call that its answer hangs on.
func appendKey(key []byte, call *closeapi.Call) []byte {
	key = fmt.Appendf(key, "%s %q", call.Operation, call.Vars)
	var room [8]string
	names := room[:0]
	for name := range call.Params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		key = fmt.Appendf(key, " %q=%q", name, call.Params[name])
	}
	key = fmt.Appendf(key, " %q", call.Fields)
	if call.Offset != nil {
		key = fmt.Appendf(key, " %v", *call.Offset)
	}
	if body, ok := call.Body.(json.RawMessage); ok {
		key = append(append(key, ' '), body...)
	}
	return key
}
