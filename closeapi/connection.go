package closeapi

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	// maxHead is the longest head of an answer, in bytes.
	maxHead = 64 << 10
	// maxInterim is how many answers there may be before the one that counts (RFC 9110, 15.2).
	maxInterim = 5
)

var errHeadTooLong = errors.New("the head of the answer is too long")

// host is where a connection leads.
type host struct {
	name    string // as the certificate has it
	address string // with the port
	secure  bool
}

// hostOf is the host of a URL.
func hostOf(u *url.URL) host {
	to := host{name: u.Hostname(), secure: u.Scheme == "https"}
	port := u.Port()
	switch {
	case port != "":
	case to.secure:
		port = "443"
	default:
		port = "80"
	}
	to.address = net.JoinHostPort(to.name, port)
	return to
}

// isPlain reports whether a request can be written as it stands: nothing in it would have to be encoded, or refused.
func isPlain(req *http.Request) bool {
	u := req.URL
	if (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || u.Opaque != "" || !isToken(u.Host) || (req.Host != "" && req.Host != u.Host) ||
		(u.RawQuery != "" && !isToken(u.RawQuery)) || req.Close || len(req.TransferEncoding) > 0 {
		return false
	}
	for name, values := range req.Header {
		if !isToken(name) || strings.Contains(name, ":") || slices.ContainsFunc(values, hasControl) {
			return false
		}
	}
	return true
}

// connection is a connection that makes one call after the other. It has no goroutine: whoever makes the call writes
// and reads. So while it is idle nobody sees what comes in, and it is looked at before it is used again.
type connection struct {
	from   *network
	to     host
	conn   net.Conn // what is written and read: the socket, or TLS over it
	socket net.Conn
	in     *bufio.Reader
	out    []byte    // the request that is written, for its space
	since  time.Time // when it became idle

	heard bool        // whether anything of the answer has come
	ended bool        // whether the other side has closed
	room  int64       // how much may still be read before the answer is too long
	stop  func() bool // ends the watch over the context of the call
}

func newConnection(from *network, to host, conn, socket net.Conn) *connection {
	c := &connection{from: from, to: to, conn: conn, socket: socket}
	c.in = bufio.NewReader(c)
	return c
}

// Read reads from the network, no more than may still come.
func (c *connection) Read(p []byte) (int, error) {
	if c.room <= 0 {
		return 0, errHeadTooLong
	}
	n, err := c.conn.Read(p[:min(int64(len(p)), c.room)])
	c.room -= int64(n)
	c.heard, c.ended = c.heard || n > 0, errors.Is(err, io.EOF)
	return n, err
}

// ask sends the request and reads the head of the answer. The connection ends with its context. After an error it must
// be closed.
func (c *connection) ask(req *http.Request) (*http.Response, error) {
	c.heard, c.room = false, maxHead
	c.stop = context.AfterFunc(req.Context(), func() { _ = c.conn.SetDeadline(over) })
	resp, err := c.exchange(req)
	if err != nil {
		c.stop()
		return nil, err
	}
	c.room = math.MaxInt64
	resp.Body = &answerBody{from: c, body: resp.Body, keep: !resp.Close}
	if resp.ContentLength == 0 || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified {
		resp.Body.(*answerBody).end(true)
	}
	return resp, nil
}

// exchange writes the request and reads the head of its answer.
func (c *connection) exchange(req *http.Request) (*http.Response, error) {
	c.out = appendRequest(c.out[:0], req)
	if _, err := c.conn.Write(c.out); err != nil {
		return nil, err
	}
	for range maxInterim + 1 {
		resp, err := http.ReadResponse(c.in, req)
		switch {
		case err != nil && c.ended: // whatever the line that was cut looks like
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, errors.New("the answer changes the protocol, which nobody asked for")
		case resp.StatusCode >= 200:
			return resp, nil
		}
	}
	return nil, fmt.Errorf("more than %d interim answers", maxInterim)
}

// appendRequest writes a request for which isPlain is true. It has no body.
func appendRequest(b []byte, req *http.Request) []byte {
	b = append(b, req.Method...)
	b = append(b, ' ')
	if path := req.URL.EscapedPath(); path != "" {
		b = append(b, path...)
	} else {
		b = append(b, '/')
	}
	if req.URL.RawQuery != "" {
		b = append(b, '?')
		b = append(b, req.URL.RawQuery...)
	}
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, req.URL.Host...)
	b = append(b, "\r\n"...)
	for name, values := range req.Header {
		for _, value := range values {
			b = append(b, name...)
			b = append(b, ": "...)
			b = append(b, value...)
			b = append(b, "\r\n"...)
		}
	}
	return append(b, "\r\n"...)
}

// over is a moment that is over.
var over = time.Unix(1, 0)

// quiet reports whether nothing has come in since the last answer: no end, and no bytes, which would be taken for the
// answer to the next request.
func (c *connection) quiet() bool {
	return c.in.Buffered() == 0 && isQuiet(c.socket) && (!c.to.secure || c.drained())
}

// drained reports whether TLS holds nothing that it has read from the socket and not given yet. A read whose time is over
// gives what there is, and does not touch the socket.
func (c *connection) drained() bool {
	var b [1]byte
	if c.conn.SetReadDeadline(over) != nil {
		return false
	}
	n, err := c.conn.Read(b[:])
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && c.conn.SetReadDeadline(time.Time{}) == nil
}

// answerBody gives its connection back when it was read to its end, and closes it when it is closed before.
type answerBody struct {
	from  *connection
	body  io.Reader
	keep  bool // whether the connection may be used again
	ended bool
}

// Read reads on.
func (b *answerBody) Read(p []byte) (int, error) {
	if b.ended {
		return 0, io.EOF
	}
	n, err := b.body.Read(p)
	if err != nil {
		b.end(err == io.EOF)
	}
	return n, err
}

// Close ends the answer.
func (b *answerBody) Close() error {
	b.end(false)
	return nil
}

// end lets go of the connection. If its context has ended, its deadline is over or about to be.
func (b *answerBody) end(whole bool) {
	if b.ended {
		return
	}
	b.ended = true
	if b.from.stop() && whole && b.keep {
		b.from.from.keep(b.from)
	} else {
		b.from.conn.Close()
	}
}
