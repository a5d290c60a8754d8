package closeapi

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// maxIdle is how many connections are kept that nobody uses.
	maxIdle = 256
	// idleLasts is how long one is kept.
	idleLasts = 90 * time.Second
)

// NewHTTPTransport returns the transport that reaches Close over the network: HTTP/1.1, up to 256 idle connections kept
// for 90 seconds, a proxy if the environment names one, 10 seconds for a connection, 10 for its handshake, and 30 for
// the headers of an answer to a write. It follows no redirect, and asks for no compression by itself: the client does.
// Its method CloseIdleConnections does what the name says.
func NewHTTPTransport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	std := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		Protocols:              protocols,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  defaultTimeout,
		MaxResponseHeaderBytes: maxHead,
		MaxIdleConns:           maxIdle,
		MaxIdleConnsPerHost:    maxIdle,
		IdleConnTimeout:        idleLasts,
		DisableCompression:     true,
	}
	return &network{std: std, texts: sync.Pool{New: func() any { return new([]byte) }}}
}

// network is the transport that reaches Close over the network. A read, which is nearly every call, goes over a connection
// that is written and read by whoever makes the call; net/http has two goroutines a connection for what none of these
// calls needs, which costs as much as everything else about a call. Writes, and calls that go by way of a proxy, are
// net/http's.
type network struct {
	std   *http.Transport // makes what this transport does not, and has the settings for both
	texts sync.Pool       // of *[]byte: requests that are written, for their space

	mu    sync.Mutex
	idle  []*connection // the one used last is the last
	sweep *time.Timer   // closes those that are not used; nil while there are none
}

// RoundTrip sends the request and reads the head of the answer. A kept connection that the other side has closed meanwhile
// is replaced, which is safe for a read.
func (t *network) RoundTrip(req *http.Request) (*http.Response, error) {
	text := t.texts.Get().(*[]byte)
	defer t.giveBack(text)
	var direct bool
	if *text, direct = t.direct((*text)[:0], req); !direct {
		return t.std.RoundTrip(req)
	}
	if req.Body != nil {
		defer req.Body.Close()
	}
	to := host{authority: req.URL.Host, secure: req.URL.Scheme == "https"}
	for {
		c := t.take(to)
		kept := c != nil
		if !kept {
			var err error
			if c, err = t.dial(req.Context(), to); err != nil {
				return nil, err
			}
		}
		resp, err := c.ask(req, *text)
		if err == nil {
			return resp, nil
		}
		c.conn.Close()
		if ended := req.Context().Err(); ended != nil {
			return nil, endedError{ended, err}
		}
		if !kept || c.heard {
			return nil, err
		}
	}
}

// direct writes a request to b, and reports whether it is one that connections of ours make.
func (t *network) direct(b []byte, req *http.Request) ([]byte, bool) {
	if !canPeek || !isRead(req) {
		return b, false
	}
	if proxy, err := t.std.Proxy(req); proxy != nil || err != nil {
		return b, false
	}
	return appendRequest(b, req)
}

// isRead reports whether a request changes nothing, so that it may be sent again: a GET, or what says so as net/http wants it
// said; see repeatable.
func isRead(req *http.Request) bool {
	if req.Body == nil {
		return req.Method == http.MethodGet
	}
	_, may := req.Header["Idempotency-Key"]
	return may && req.GetBody != nil && req.ContentLength > 0
}

// largestText is how much space is kept of that of a request, in bytes.
const largestText = 64 << 10

func (t *network) giveBack(text *[]byte) {
	if cap(*text) <= largestText {
		t.texts.Put(text)
	}
}

// dial makes a connection, its handshake included.
func (t *network) dial(ctx context.Context, to host) (*connection, error) {
	name, address := to.name()
	conn, err := t.std.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	socket := conn
	if to.secure {
		if conn, err = t.secure(ctx, conn, name); err != nil {
			socket.Close()
			return nil, err
		}
	}
	return newConnection(t, to, conn, socket), nil
}

// secure makes the handshake.
func (t *network) secure(ctx context.Context, conn net.Conn, name string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, t.std.TLSHandshakeTimeout)
	defer cancel()
	settings := t.std.TLSClientConfig.Clone()
	settings.ServerName = name
	settings.NextProtos = []string{"http/1.1"}
	secured := tls.Client(conn, settings)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return secured, nil
}

// take gives a connection that was kept, the one used last, if there is one on which nothing has happened since.
func (t *network) take(to host) *connection {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, c := range slices.Backward(t.idle) {
		if c.to != to {
			continue
		}
		t.idle = slices.Delete(t.idle, i, i+1)
		if c.quiet() {
			return c
		}
		c.conn.Close()
	}
	return nil
}

// keep keeps a connection for others to use.
func (t *network) keep(c *connection) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.since = time.Now()
	if len(t.idle) >= maxIdle {
		c.conn.Close()
		return
	}
	t.idle = append(t.idle, c)
	if t.sweep == nil {
		t.sweep = time.AfterFunc(idleLasts, t.clear)
	}
}

// clear closes what was not used for long.
func (t *network) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	var young []*connection
	for _, c := range t.idle {
		if time.Since(c.since) < idleLasts {
			young = append(young, c)
		} else {
			c.conn.Close()
		}
	}
	t.idle, t.sweep = young, nil
	if len(young) > 0 {
		t.sweep = time.AfterFunc(idleLasts-time.Since(young[0].since), t.clear)
	}
}

// CloseIdleConnections closes the connections that nobody uses.
func (t *network) CloseIdleConnections() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.idle {
		c.conn.Close()
	}
	t.idle = nil
	if t.sweep != nil {
		t.sweep.Stop()
		t.sweep = nil
	}
	t.std.CloseIdleConnections()
}
