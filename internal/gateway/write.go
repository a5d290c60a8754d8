package gateway

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// buffers are reused for request bodies and for the small parts of answers.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestPooled keeps one huge request from holding its memory for good.
const largestPooled = 256 << 10

func getBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

func putBuffer(b *bytes.Buffer) {
	if b.Cap() <= largestPooled {
		b.Reset()
		buffers.Put(b)
	}
}

// writeRefusal writes an answer that has errors and no data, whatever the media type.
func writeRefusal(w http.ResponseWriter, media string, r *refusal) {
	maps.Copy(w.Header(), r.Header)
	if r.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(r.RetryAfter.Seconds()))))
	}
	writeAnswer(w, plain, nil, media, r.Status, &graphql.Response{Errors: r.errors()})
}

// writeAnswer writes the answer. The data are bytes that are valid JSON already: they are not parsed again. An answer whose
// errors or extensions cannot be encoded becomes an internal error. What is compressed for several clients is in once; nil
// for an answer to one.
func writeAnswer(w http.ResponseWriter, as coding, once *compressedOnce, media string, status int, resp *graphql.Response) {
	tail := getBuffer()
	defer putBuffer(tail) // the ResponseWriter keeps nothing of what it has been given
	if err := appendTail(tail, resp); err != nil {
		tail.Reset()
		status = http.StatusInternalServerError
		resp = &graphql.Response{Errors: gqlerror.List{{
			Message: "the answer could not be encoded", Extensions: map[string]any{"code": codeInternal},
		}}}
		_ = appendTail(tail, resp) // strings alone: it cannot fail
	}

	head := dataHead
	if len(resp.Data) == 0 {
		head = nil
	}
	header := w.Header()
	header["Content-Type"] = headerJSON
	if media == mediaGraphQL {
		header["Content-Type"] = headerGraphQL
	}
	length := len(head) + len(resp.Data) + tail.Len()
	if as == gzipped && length >= worthCompressing {
		header.Set("Content-Encoding", "gzip")
		if once != nil {
			body := once.of(head, resp.Data, tail.Bytes())
			header.Set("Content-Length", strconv.Itoa(len(body)))
			w.WriteHeader(status)
			_, _ = w.Write(body)
			return
		}
		w.WriteHeader(status)
		writeCompressed(w, head, resp.Data, tail.Bytes())
		return
	}
	header["Content-Length"] = []string{strconv.Itoa(length)}
	w.WriteHeader(status)
	if once == nil && cap(resp.Data)-len(resp.Data) >= tail.Len() && len(resp.Data) > 0 { // nobody else's, with room for the rest
		_, _ = w.Write(head)
		_, _ = w.Write(append(resp.Data, tail.Bytes()...))
		return
	}
	if len(resp.Data) <= largestPooled { // a copy costs less than two writes more to the socket
		whole := getBuffer()
		defer putBuffer(whole)
		whole.Grow(length)
		whole.Write(head)
		whole.Write(resp.Data)
		whole.Write(tail.Bytes())
		_, _ = w.Write(whole.Bytes())
		return
	}
	_, _ = w.Write(head)
	_, _ = w.Write(resp.Data)
	_, _ = w.Write(tail.Bytes())
}

var dataHead = []byte(`{"data":`)

// appendTail adds what follows the data, up to the closing brace. Without data it is the whole object.
func appendTail(b *bytes.Buffer, resp *graphql.Response) error {
	separator := byte(',')
	if len(resp.Data) == 0 {
		separator = '{'
	}
	if len(resp.Errors) > 0 {
		b.WriteByte(separator)
		separator = ','
		b.WriteString(`"errors":`)
		if err := encode(b, resp.Errors); err != nil {
			return err
		}
	}
	if len(resp.Extensions) > 0 {
		b.WriteByte(separator)
		b.WriteString(`"extensions":`)
		if err := encode(b, resp.Extensions); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// encode writes the value without the escapes that HTML would need, and without a line break.
func encode(b *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1)
	return nil
}
