package closeapi

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// intake reads answers into memory, up to a limit.
type intake struct{ limit int64 }

// read reads the whole answer, or says in the body why it cannot be had whole.
func (in intake) read(resp *http.Response) heldBody {
	if held, ok := resp.Body.(*heldBody); ok {
		return *held
	}
	length := resp.ContentLength
	switch {
	case resp.StatusCode == http.StatusNoContent, length == 0:
		return heldBody{}
	case length > in.limit:
		return heldBody{err: errTooLarge}
	}
	m := lend()
	err := m.readFrom(resp.Body, length, in.limit)
	if err == nil {
		var doc []byte
		if doc, err = checkJSON(m.bytes); doc != nil {
			return heldBody{doc: doc, memory: m}
		}
	}
	m.giveBack()
	return heldBody{err: err}
}

// heldBody is a body that is in memory already, where several may have it: nobody may change its bytes. An answer that
// could not be had whole has an error in their place.
type heldBody struct {
	doc    []byte
	memory *memory // of doc; nil when others may have the same
	err    error
	read   int
}

// Read reads on.
func (b *heldBody) Read(p []byte) (int, error) {
	if b.read == len(b.doc) {
		return 0, cmp.Or(b.err, io.EOF)
	}
	n := copy(p, b.doc[b.read:])
	b.read += n
	return n, nil
}

// Close does nothing.
func (b *heldBody) Close() error { return nil }

// checkJSON looks at the first byte that matters: a proxy's page of HTML does not pass for a document. The
// rest is checked by whoever reads it. Nothing but blanks is as good as no body.
func checkJSON(body []byte) (document []byte, err error) {
	start := bytes.TrimLeft(body, " \t\r\n")
	switch {
	case len(start) == 0:
		return nil, nil
	case strings.IndexByte(`{["tfn-0123456789`, start[0]) < 0:
		return nil, errNotJSON
	}
	return body, nil
}

// memory is where a document stands.
type memory struct{ bytes []byte }

// memories are those that were given back.
var memories = sync.Pool{New: func() any { return new(memory) }}

// maxKept is the size, in bytes, above which memory is left to the garbage collector.
const maxKept = 256 << 10

func lend() *memory { return memories.Get().(*memory) }

// giveBack takes memory that nobody reads any more; nil is nothing. It is cleared, so that whoever reads it by mistake finds
// nothing there, and never what belongs to somebody else.
func (m *memory) giveBack() {
	if m == nil || cap(m.bytes) > maxKept {
		return
	}
	clear(m.bytes)
	m.bytes = m.bytes[:0]
	memories.Put(m)
}

// readFrom reads all that there is, which is so long as was promised, or, when that is negative, no longer than the limit.
func (m *memory) readFrom(r io.Reader, promised, limit int64) error {
	if promised >= 0 {
		m.bytes = slices.Grow(m.bytes, int(promised))[:promised]
		_, err := io.ReadFull(r, m.bytes)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	buffer := bytes.NewBuffer(m.bytes)
	n, err := buffer.ReadFrom(io.LimitReader(r, limit+1))
	m.bytes = buffer.Bytes()
	if n > limit {
		return errTooLarge
	}
	return err
}
