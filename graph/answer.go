package graph

import (
	"encoding/json"
	"sync"
)

// answers is memory of answers that were written out, as *json.RawMessage.
var answers sync.Pool

// largestKept is the size of an answer, in bytes, above which its memory is left to the garbage collector.
const largestKept = 256 << 10

// room is memory for an answer that will most likely have so many bytes.
func room(size int) []byte {
	if kept, ok := answers.Get().(*json.RawMessage); ok && cap(*kept) >= size {
		return *kept
	}
	return make([]byte, 0, size)
}

// Release gives the memory of an answer back, for other answers. It is for who is sure that nobody reads the data any more; who
// is not leaves it to the garbage collector. It is cleared, so that whoever reads it by mistake finds nothing there, and never
// what belongs to somebody else.
func Release(data json.RawMessage) {
	if cap(data) < smallAnswer || cap(data) > largestKept {
		return
	}
	clear(data)
	data = data[:0]
	answers.Put(&data)
}
