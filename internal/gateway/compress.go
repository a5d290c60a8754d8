package gateway

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// coding is how the bytes of an answer are sent.
type coding int

const (
	plain coding = iota
	gzipped
)

// worthCompressing is the length, in bytes, from which compressing an answer saves more than it costs.
const worthCompressing = 2 << 10

// codingFor is the coding that a client takes. A HEAD has nothing to compress.
func codingFor(r *http.Request) coding {
	if r.Method != http.MethodHead && takesGzip(first(r.Header, "Accept-Encoding")) {
		return gzipped
	}
	return plain
}

// takesGzip reads the header Accept-Encoding.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, quality, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == "gzip" {
			q, ok := parseQuality(strings.TrimPrefix(strings.ReplaceAll(quality, " ", ""), "q="))
			return ok && q > 0
		}
	}
	return false
}

// compressors are reused: each has tables that are larger than most answers. Level 1 makes of JSON little more than the
// higher ones would, at a third of their time.
var compressors = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is one
	}
	return z
}}

// writeCompressed writes the parts of an answer one after the other, compressed, without gathering them first.
func writeCompressed(w io.Writer, parts ...[]byte) {
	z := compressors.Get().(*gzip.Writer)
	z.Reset(w)
	for _, part := range parts {
		_, _ = z.Write(part) // fails only when the client is gone
	}
	_ = z.Close()
	z.Reset(nil) // it is not to hold the answer's connection
	compressors.Put(z)
}

// compressedOnce is an answer that several clients get. It is compressed when the first of them comes who takes that.
type compressedOnce struct {
	once sync.Once
	body []byte
}

// of is the answer of these parts, compressed.
func (c *compressedOnce) of(parts ...[]byte) []byte {
	c.once.Do(func() {
		var b bytes.Buffer
		writeCompressed(&b, parts...)
		c.body = b.Bytes()
	})
	return c.body
}
