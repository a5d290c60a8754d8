package closeapi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/tidwall/gjson"
)

// Document is the answer to a successful call, as Close wrote it.
type Document struct {
	Body   []byte // JSON, decompressed, not to be changed; nil when Close answered without a body, as with status 204
	Status int    // the HTTP status, 200 to 299
	Cached bool   // whether it was kept from an earlier call, and Close not asked
}

// HasMore reports whether Close has rows after this page of a list. Some lists do not say; they have no more
// (Close docs: Pagination; that some do not say is observed).
func (d Document) HasMore() bool {
	return gjson.GetBytes(d.Body, "has_more").Type == gjson.True
}

// Decode decodes the document into v, as [json.Unmarshal] does. A document without a body leaves v as it is.
func (d Document) Decode(v any) error {
	if len(d.Body) == 0 {
		return nil
	}
	if err := json.Unmarshal(d.Body, v); err != nil {
		return fmt.Errorf("decode document: %w", err)
	}
	return nil
}

// What can be wrong with an answer whose status says success.
var (
	errTooLarge = errors.New("the answer is larger than allowed")
	errNotJSON  = errors.New("the answer is not JSON")
	errEndless  = errors.New("the list claims to go on after an empty page")
)

// maxKept is the size, in bytes, above which a scratch buffer is left to the garbage collector.
const maxKept = 1 << 20

// intake reads answers into memory, up to a limit.
type intake struct {
	limit   int64
	scratch sync.Pool // of *bytes.Buffer, for answers of unknown length
}

func newIntake(limit int64) *intake {
	return &intake{limit: limit, scratch: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
}

// read reads the whole answer, or says why it cannot be had whole.
func (in *intake) read(resp *http.Response) ([]byte, error) {
	if held, ok := resp.Body.(*heldBody); ok {
		return held.doc, held.err
	}
	length := resp.ContentLength
	switch {
	case resp.StatusCode == http.StatusNoContent, length == 0:
		return nil, nil
	case length > in.limit:
		return nil, errTooLarge
	}
	var body []byte
	var err error
	if length > 0 {
		body = make([]byte, length)
		if _, err = io.ReadFull(resp.Body, body); errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
	} else {
		body, err = in.readUnknown(resp.Body)
	}
	if err != nil {
		return nil, err
	}
	return checkJSON(body)
}

// readUnknown reads an answer of unknown length by way of a buffer that is used again, so that what the
// caller keeps is no larger than the answer.
func (in *intake) readUnknown(r io.Reader) ([]byte, error) {
	buffer := in.scratch.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= maxKept {
			buffer.Reset()
			in.scratch.Put(buffer)
		}
	}()
	n, err := buffer.ReadFrom(io.LimitReader(r, in.limit+1))
	switch {
	case n > in.limit:
		return nil, errTooLarge
	case err != nil:
		return nil, err
	}
	return slices.Clone(buffer.Bytes()), nil
}

// heldBody is a body that is in memory already, where several may have it: nobody may change its bytes. An answer that
// could not be had whole has an error in their place.
type heldBody struct {
	doc  []byte
	err  error
	read int
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
// rest is checked by whoever reads it.
func checkJSON(body []byte) ([]byte, error) {
	for _, b := range body {
		switch b {
		case ' ', '\t', '\r', '\n':
		case '{', '[', '"', 't', 'f', 'n', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return body, nil
		default:
			return nil, errNotJSON
		}
	}
	return nil, nil // nothing but blanks: as good as no body
}
