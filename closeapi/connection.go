package closeapi

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
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
	authority string // as the URL has it, with or without a port
	secure    bool
}

// name is the host as the certificate has it, and address with the port.
func (h host) name() (name, address string) {
	u := url.URL{Host: h.authority}
	name, port := u.Hostname(), u.Port()
	switch {
	case port != "":
	case h.secure:
		port = "443"
	default:
		port = "80"
	}
	return name, net.JoinHostPort(name, port)
}

// connection is a connection that makes one call after the other. It has no goroutine: whoever makes the call writes
// and reads. So while it is idle nobody sees what comes in, and it is looked at before it is used again.
type connection struct {
	from  *network
	to    host
	conn  net.Conn // what is written and read: the socket, or TLS over it
	peek  *peeker  // of the socket
	in    *bufio.Reader
	since time.Time // when it became idle

	heard bool  // whether anything of the answer has come
	ended bool  // whether the other side has closed
	room  int64 // how much may still be read before the answer is too long
	limit limit
}

func newConnection(from *network, to host, conn, socket net.Conn) *connection {
	c := &connection{from: from, to: to, conn: conn, peek: newPeeker(socket)}
	c.limit.init(conn)
	c.in = bufio.NewReader(c)
	return c
}

// Read reads from the network, no more than may still come.
func (c *connection) Read(p []byte) (int, error) {
	if c.room <= 0 {
		return 0, errHeadTooLong
	}
	p = p[:min(int64(len(p)), c.room)]
	n, err := c.conn.Read(p)
	if n == 0 && c.limit.wasEarly(err) {
		n, err = c.conn.Read(p)
	}
	c.room -= int64(n)
	c.heard, c.ended = c.heard || n > 0, errors.Is(err, io.EOF)
	return n, err
}

// ask sends the request, as it is written in text, and reads the head of the answer. The connection ends with its context. After an error it must
// be closed.
func (c *connection) ask(req *http.Request, text []byte) (*http.Response, error) {
	c.heard, c.room = false, maxHead
	if err := c.limit.begin(req.Context()); err != nil {
		return nil, err
	}
	resp, err := c.exchange(req, text)
	if err != nil {
		c.limit.end()
		return nil, err
	}
	c.room = math.MaxInt64
	return resp, nil
}

// exchange writes the request and reads the head of its answer.
func (c *connection) exchange(req *http.Request, text []byte) (*http.Response, error) {
	if _, err := c.conn.Write(text); err != nil {
		return nil, err
	}
	if _, err := c.in.Peek(1); err == nil {
		if a := readPlainHead(c.in, req); a != nil {
			a.body = answerBody{from: c, body: &a.sized, keep: true}
			a.Body = &a.body
			return &a.Response, nil
		}
	}
	return c.readAny(req)
}

// readAny reads the head of whatever answer it is.
func (c *connection) readAny(req *http.Request) (*http.Response, error) {
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
			body := &answerBody{from: c, body: resp.Body, keep: !resp.Close}
			if resp.ContentLength == 0 || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusNotModified {
				body.end(true)
			}
			resp.Body = body
			return resp, nil
		}
	}
	return nil, fmt.Errorf("more than %d interim answers", maxInterim)
}

// quiet reports whether nothing has come in since the last answer: no end, and no bytes, which would be taken for the
// answer to the next request.
func (c *connection) quiet() bool {
	return c.in.Buffered() == 0 && c.peek.isQuiet() && (!c.to.secure || c.drained())
}

// drained reports whether TLS holds nothing that it has read from the socket and not given yet. A read whose time is over
// gives what there is, and does not touch the socket.
func (c *connection) drained() bool {
	var b [1]byte
	if c.limit.set(over) != nil {
		return false
	}
	n, err := c.conn.Read(b[:])
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
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
	if b.from.limit.end() && whole && b.keep {
		b.from.from.keep(b.from)
	} else {
		b.from.conn.Close()
	}
}
