package http1

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// enough is how much of an answer is gathered before it is sent, in bytes.
const enough = 64 << 10

// worthCopying is how much is rather copied than sent from where it is, in bytes.
const worthCopying = 4 << 10

// outs are buffers for answers.
var outs = sync.Pool{New: func() any { return new([]byte) }}

// response is an answer as far as it has come. It is sent in one piece when the handler is done, and then its length is
// known, whether the handler said it or not. What is longer than enough, or is flushed, goes before.
type response struct {
	status   int     // 0 until there is a head
	out      *[]byte // what has not been sent: the head, and from bodyAt on the body
	headEnd  int     // where the head ends as long as the line is missing that says how long the body is
	bodyAt   int
	declared int64 // the length of the body as the handler said it, or -1
	written  int64 // of the body
	begun    bool  // something was sent
	chunked  bool  // the body is sent in chunks
	silent   bool  // there is no body to the status
	eaten    bool  // there is none to the method, a HEAD: it is counted, not sent
	last     bool  // the connection is closed after it
	failed   error // of the connection
}

// Header is the header of the answer.
func (x *exchange) Header() http.Header { return x.conn.header }

// WriteHeader begins the answer. One that is not final is not sent: no client needs to get any (RFC 9110, 15.2).
func (x *exchange) WriteHeader(status int) {
	if x.status != 0 || status < http.StatusOK {
		return
	}
	header := x.conn.header
	x.status = status
	x.silent = status == http.StatusNoContent || status == http.StatusNotModified
	x.eaten = x.request.Method == http.MethodHead
	x.declared = -1
	if n, err := strconv.ParseInt(header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		x.declared = n
	}
	x.last = strings.EqualFold(header.Get("Connection"), "close") || x.conn.from.ending.Load()
	x.out = outs.Get().(*[]byte)
	b := x.appendHead((*x.out)[:0])
	switch {
	case x.silent:
		b = append(b, "\r\n"...)
	case x.declared >= 0:
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, x.declared, 10)
		b = append(b, "\r\n\r\n"...)
	default:
		x.headEnd = len(b)
		b = append(b, inChunks...) // room for it, or for the length
	}
	*x.out, x.bodyAt = b, len(b)
}

// inChunks ends the head of an answer whose length is not known when it begins.
const inChunks = "Transfer-Encoding: chunked\r\n\r\n"

// appendHead writes the status and what the handler says of the answer.
func (x *exchange) appendHead(b []byte) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(x.status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(x.status)...)
	b = append(b, "\r\n"...)
	for name, values := range x.conn.header {
		switch name {
		case "Content-Length", "Transfer-Encoding", "Connection", "Date":
			continue
		}
		for _, value := range values {
			b = append(b, name...)
			b = append(b, ": "...)
			from := len(b)
			b = append(b, value...)
			for i := from; i < len(b); i++ {
				if b[i] == '\r' || b[i] == '\n' { // it would be taken for the end of the line
					b[i] = ' '
				}
			}
			b = append(b, "\r\n"...)
		}
	}
	if x.last {
		b = append(b, "Connection: close\r\n"...)
	}
	b = append(b, "Date: "...)
	b = append(b, date()...)
	return append(b, "\r\n"...)
}

// Write writes a part of the body.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		if len(p) > 0 && x.conn.header["Content-Type"] == nil {
			x.conn.header.Set("Content-Type", http.DetectContentType(p))
		}
		x.WriteHeader(http.StatusOK)
	}
	switch {
	case x.failed != nil:
		return 0, x.failed
	case x.silent:
		return 0, http.ErrBodyNotAllowed
	case x.declared >= 0 && x.written+int64(len(p)) > x.declared:
		x.last = true
		return 0, http.ErrContentLength
	}
	x.written += int64(len(p))
	if x.eaten {
		return len(p), nil
	}
	last := x.written == x.declared && len(p) > worthCopying // it goes at once, from where it is
	if len(*x.out)+len(p) <= enough && !last {
		*x.out = append(*x.out, p...)
		return len(p), nil
	}
	if x.send(p); x.failed != nil {
		return 0, x.failed
	}
	return len(p), nil
}

// FlushError sends what there is of the answer.
func (x *exchange) FlushError() error {
	x.WriteHeader(http.StatusOK)
	x.send(nil)
	return x.failed
}

// Flush is FlushError for those who cannot do anything about an error.
func (x *exchange) Flush() { _ = x.FlushError() }

// send sends what has been gathered, and more of the body after it.
func (x *exchange) send(more []byte) {
	var parts net.Buffers
	out := *x.out
	body := out[x.bodyAt:]
	if !x.begun {
		x.begun = true
		x.chunked = x.headEnd > 0 && !x.eaten
		parts = append(parts, out[:x.bodyAt])
	}
	switch size := len(body) + len(more); {
	case size == 0:
	case x.chunked:
		length := append(strconv.AppendInt(nil, int64(size), 16), "\r\n"...)
		parts = append(parts, length, body, more, endOfHead[:2])
	default:
		parts = append(parts, body, more)
	}
	if x.ready() {
		_, x.failed = parts.WriteTo(x.conn.net)
	}
	*x.out, x.bodyAt = out[:0], 0
}

// ready reports whether more can be sent, and gives the client its time for it.
func (x *exchange) ready() bool {
	if x.failed == nil {
		x.failed = x.conn.extendWrite()
	}
	return x.failed == nil
}

// finish sends the rest of the answer. It reports whether the connection may be used again.
func (x *exchange) finish() bool {
	x.WriteHeader(http.StatusOK)
	if x.declared >= 0 && x.written != x.declared && !x.silent && !x.eaten {
		x.last = true // who waits for the rest of it has to learn that there is none
	}
	if x.begun {
		x.send(nil)
		if x.chunked && x.ready() {
			_, x.failed = x.conn.net.Write([]byte("0\r\n\r\n"))
		}
		return x.failed == nil && !x.last
	}
	out := *x.out
	if x.headEnd > 0 { // the head moves up to the line that was missing, which ends where the body begins
		var space [len(inChunks)]byte
		line := space[:0]
		if x.written > 0 || !x.eaten { // a HEAD whose handler wrote nothing says nothing of the length
			line = append(line, "Content-Length: "...)
			line = append(strconv.AppendInt(line, x.written, 10), "\r\n"...)
		}
		line = append(line, "\r\n"...)
		at := x.bodyAt - len(line)
		copy(out[at:], line)
		copy(out[at-x.headEnd:at], out[:x.headEnd])
		out = out[at-x.headEnd:]
	}
	if x.ready() {
		_, x.failed = x.conn.net.Write(out)
	}
	return x.failed == nil && !x.last
}

// release gives back what the answer needed.
func (x *exchange) release() {
	clear(x.conn.header)
	if x.out != nil && cap(*x.out) <= enough {
		outs.Put(x.out)
	}
	x.out = nil
}

// extendWrite gives the client its time for the next part of an answer.
func (c *conn) extendWrite() error {
	by := time.Now().Add(c.from.options.WriteTimeout)
	if late := by.Sub(c.writeBy); late >= 0 && late <= coarse {
		return nil
	}
	c.writeBy = by
	return c.net.SetWriteDeadline(by)
}

// dated is a second as the header Date has it.
type dated struct {
	second int64
	text   string
}

var lastDate atomic.Pointer[dated]

// date is the time of now for the header Date.
func date() string {
	now := time.Now()
	d := lastDate.Load()
	if d == nil || d.second != now.Unix() {
		d = &dated{now.Unix(), now.UTC().Format(http.TimeFormat)}
		lastDate.Store(d)
	}
	return d.text
}
