package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestSlowClients sends a request byte by byte, or not at all, or does not read the answer. The connection ends in time,
// whoever it is that dawdles.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	const head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	for name, tc := range map[string]struct {
		at    string // once, sent at once
		drip  string // sent again and again, slowly
		every time.Duration
		most  time.Duration
	}{
		"says nothing":              {"", "", time.Second, readHeaderTimeout},
		"a header without end":      {"GET / HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n", time.Second, readHeaderTimeout},
		"a body byte by byte":       {head + "Content-Length: 4000\r\n\r\n{", " ", time.Second, readTimeout},
		"a body that never comes":   {head + "Content-Length: 4000\r\n\r\n", "", time.Second, readTimeout},
		"chunks byte by byte":       {head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", time.Second, readTimeout},
		"nothing after one request": {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "", time.Second, idleTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				listener := newPipeListener()
				ctx, stop := context.WithCancel(t.Context())
				served := make(chan error, 1)
				go func() {
					served <- Serve(ctx, listener, newHTTPHandler(tinyOptions(t)), ServeOptions{RequestTimeout: time.Second, ShutdownTimeout: time.Second})
				}()
				conn := listener.dial()
				defer conn.Close()
				begun, silent := time.Now(), make(chan struct{})
				go func() {
					defer close(silent)
					_, err := io.WriteString(conn, tc.at)
					for err == nil && tc.drip != "" {
						<-time.After(tc.every)
						_, err = io.WriteString(conn, tc.drip)
					}
				}()
				_, _ = io.Copy(io.Discard, conn)
				if took := time.Since(begun); took < tc.most || took > tc.most+2*time.Second {
					t.Errorf("the connection ended after %s, want %s", took, tc.most)
				}
				conn.Close()
				<-silent
				stop()
				if err := <-served; err != nil {
					t.Errorf("Serve: %v", err)
				}
			})
		})
	}
}

// TestAnswerThatNobodyReads wants the connection of a client that does not read to end.
func TestAnswerThatNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		served, failed := make(chan error, 1), make(chan error, 1)
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, err := w.Write(make([]byte, 1<<20))
			failed <- err
		})
		go func() {
			served <- Serve(ctx, listener, handler, ServeOptions{RequestTimeout: time.Second, ShutdownTimeout: time.Second})
		}()
		conn := listener.dial()
		defer conn.Close()
		begun := time.Now()
		go func() { _, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") }()
		if err := <-failed; err == nil {
			t.Error("everything was written")
		}
		if took, most := time.Since(begun), readTimeout+time.Second+writeTimeout; took > most {
			t.Errorf("took %s, want %s at most", took, most)
		}
		stop()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// TestLargeHeader refuses a header that is larger than any.
func TestLargeHeader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() {
			served <- Serve(ctx, listener, newHTTPHandler(tinyOptions(t)), ServeOptions{RequestTimeout: time.Second, ShutdownTimeout: time.Second})
		}()
		conn := listener.dial()
		defer conn.Close()
		go func() { // it may not be taken to its end
			_, _ = fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Large: %s\r\n\r\n", strings.Repeat("x", 1<<20))
		}()
		line := make([]byte, len("HTTP/1.1 431"))
		if _, err := io.ReadFull(conn, line); err != nil || string(line) != "HTTP/1.1 431" {
			t.Errorf("%q, %v, want 431", line, err)
		}
		conn.Close()
		stop()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
}

// peer is a connection that says it comes from an address.
type peer struct {
	net.Conn
	address string
}

func (f peer) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(f.address))
}

// listing is a listener that hands out what it is given.
type listing struct {
	net.Listener
	conns []net.Conn
}

func (l *listing) Accept() (net.Conn, error) {
	if len(l.conns) == 0 {
		return nil, net.ErrClosed
	}
	next := l.conns[0]
	l.conns = l.conns[1:]
	return next, nil
}

// TestConnectionLimit opens more connections than one address may have.
func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	open := func(address string) (server, client net.Conn) {
		client, server = net.Pipe()
		return peer{server, address}, client
	}
	source := &listing{}
	var log strings.Builder
	limited := limitConnections(source, 2, slog.New(slog.NewTextHandler(&log, nil)))
	take := func(address string) net.Conn { // nil when it was refused
		server, client := open(address)
		source.conns = []net.Conn{server}
		conn, err := limited.Accept()
		if err == nil {
			return conn
		}
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("a refused connection is open: %v", err)
		}
		return nil
	}
	first, second := take("192.0.2.1:1"), take("192.0.2.1:2")
	if first == nil || second == nil {
		t.Fatal("refused within the limit")
	}
	if take("192.0.2.1:3") != nil || take("[::ffff:192.0.2.1]:4") != nil {
		t.Error("a third connection was taken")
	}
	if take("192.0.2.2:1") == nil {
		t.Error("another address was refused")
	}
	for range 5 {
		if take("127.0.0.1:9") == nil {
			t.Error("this machine was refused")
		}
	}
	_, _ = first.Close(), first.Close() // twice counts once
	if take("192.0.2.1:5") == nil || take("192.0.2.1:6") != nil {
		t.Error("one was closed, so one more may come, and only one")
	}
	if take("[2001:db8::1]:1") == nil || take("[2001:db8::2]:1") == nil || take("[2001:db8::3]:1") != nil || take("[2001:db8:0:1::1]:1") == nil {
		t.Error("a network of 64 bits counts as one")
	}
	if n := strings.Count(log.String(), "--max-connections"); n != 1 {
		t.Errorf("said %d times: %s", n, &log)
	}
	if n := len(limited.(*connectionLimit).open); n != 4 {
		t.Errorf("%d addresses are kept, want 4", n)
	}
}
