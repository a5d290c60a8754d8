//go:build redis

package redis_test

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/closegraph/closegraph/internal/redis"
	"github.com/closegraph/closegraph/internal/redis/redistest"
)

// open makes a client that is as patient as tests on a busy machine have to be, unless the options say otherwise.
func open(t testing.TB, s *redistest.Server, o redis.Options) *redis.Client {
	t.Helper()
	if o.URL == "" {
		o.URL = s.URL()
	}
	if o.World == "" {
		o.World = "a test"
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c, err := redis.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it never came about: %s", what)
		}
	}
}

// logged is a log that can be read.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// slowly is a way to a server on which answers take longer than they do.
type slowly struct {
	listener net.Listener
	delay    atomic.Int64
}

func newSlowly(t *testing.T, s *redistest.Server) *slowly {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	way := &slowly{listener: listener}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", strings.TrimPrefix(s.URL(), "unix://"))
			if err != nil {
				conn.Close()
				continue
			}
			go func() { _, _ = io.Copy(server, conn); server.Close() }()
			go func() { way.answer(conn, server); conn.Close() }()
		}
	}()
	return way
}

func (w *slowly) answer(conn, server net.Conn) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if delay := w.delay.Load(); delay > 0 {
			<-time.After(time.Duration(delay))
		}
		if _, failed := conn.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

func (w *slowly) url() string { return "redis://" + w.listener.Addr().String() }
