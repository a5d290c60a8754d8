package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLog(t *testing.T) {
	t.Parallel()
	opts := tinyOptions(t)
	var out bytes.Buffer
	opts.Log = slog.New(slog.NewJSONHandler(&out, nil))
	header := map[string]string{"Authorization": "Bearer hunter2", "Cookie": "a=hunter2", headerRequestID: "trace-1"}
	body := `{"query":"query Named($t:String!){echo(text:$t)}","variables":{"t":"hunter2"}}`
	w := ask(t, newHTTPHandler(opts), http.MethodPost, graphqlPath, body, header)
	if got := w.Header().Get(headerRequestID); got != "trace-1" {
		t.Errorf("%s = %q, want the one that was given", headerRequestID, got)
	}
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), "echo") {
		t.Errorf("what was in the request is logged: %s", &out)
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if ms, ok := got["ms"].(float64); !ok || ms < 0 {
		t.Errorf("ms = %v", got["ms"])
	}
	delete(got, "time")
	delete(got, "ms")
	want := map[string]any{
		"level": "INFO", "msg": "request", "method": "POST", "path": "/graphql", "status": 200.0, "bytes": 27.0,
		"request": "trace-1", "kind": "query", "operation": "Named",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]bool{
		"a": true, "A-b_c.9": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a b": false, "a\nb": false, "ä": false, `"`: false,
	} {
		if got := requestID(given); (got == given) != kept || got == "" {
			t.Errorf("requestID(%q) = %q", given, got)
		}
	}
}

func TestPanic(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	handler := withLog(log, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			_, _ = io.WriteString(w, "half an ans")
		}
		panic("secret cause")
	}))
	w := ask(t, handler, http.MethodGet, "/early", "", nil)
	if w.Code != 500 {
		t.Errorf("status = %d, want 500", w.Code)
	}
	checkRefusal(t, w.Body.String(), codeInternal)
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("the cause got out: %s", w.Body)
	}
	if !strings.Contains(out.String(), "secret cause") || !strings.Contains(out.String(), "http_test.go") {
		t.Errorf("the log lacks the cause or the stack: %s", &out)
	}
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("recover = %v, want the connection cut", cause)
		}
	}()
	ask(t, handler, http.MethodGet, "/late", "", nil)
}

func TestPanicOfTheExecutor(t *testing.T) {
	t.Parallel()
	w := ask(t, newHTTPHandler(tinyOptions(t)), http.MethodPost, graphqlPath, `{"query":"{boom}"}`, modern)
	if w.Code != 500 {
		t.Errorf("status = %d, want 500", w.Code)
	}
	checkRefusal(t, w.Body.String(), codeInternal)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	opts := tinyOptions(t)
	var reason error
	opts.Ready = func() error { return reason }
	handler := newHTTPHandler(opts)
	check := func(path string, status int, body string) {
		t.Helper()
		w := ask(t, handler, http.MethodGet, path, "", nil)
		if got := strings.TrimSpace(w.Body.String()); w.Code != status || got != body {
			t.Errorf("%s: %d %s, want %d %s", path, w.Code, got, status, body)
		}
	}
	check("/healthz", 200, `{"status":"ok"}`)
	check("/readyz", 200, `{"status":"ok"}`)
	reason = errors.New("stopping")
	check("/healthz", 200, `{"status":"ok"}`)
	check("/readyz", 503, `{"status":"unavailable","reason":"stopping"}`)
}

func TestLocalOnly(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST:80": true, "127.0.0.1:8080": true, "127.9.9.9": true, "[::1]:8080": true, "[::1]": true,
		"evil.example:8080": false, "localhost.evil.example": false, "10.0.0.1": false, "": false, "127.0.0.1.nip.io": false,
	} {
		if got := localHost(host); got != want {
			t.Errorf("localHost(%q) = %t, want %t", host, got, want)
		}
	}
	opts := tinyOptions(t)
	opts.LocalOnly = true
	handler := newHTTPHandler(opts)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://evil.example:8080"+get("query", "{hello}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusMisdirectedRequest {
		t.Errorf("status = %d, want 421", w.Code)
	}
	checkRefusal(t, w.Body.String(), codeForbidden)
	if w := ask(t, handler, http.MethodGet, get("query", "{hello}"), "", nil); w.Code != 200 {
		t.Errorf("localhost: status = %d, want 200", w.Code)
	}
}

// TestServe wants a request that runs when the end begins to be answered, and readiness to be off by then.
func TestServe(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started, drained := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-drained
		_, _ = io.WriteString(w, "done")
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, listener, handler, ServeOptions{
			RequestTimeout: time.Second, ShutdownTimeout: 10 * time.Second, Drain: func() { close(drained) },
		})
	}()
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-started
	stop()
	if got := <-answer; got != "done" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if _, err := net.Dial("tcp", listener.Addr().String()); err == nil {
		t.Error("the address is still served")
	}
}

// TestServeCutsOff wants the end to come although a request never ends.
func TestServeCutsOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		running := make(chan struct{})
		handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(running); <-t.Context().Done() })
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() {
			served <- Serve(ctx, listener, handler, ServeOptions{RequestTimeout: time.Second, ShutdownTimeout: 20 * time.Second})
		}()
		conn := listener.dial()
		defer conn.Close()
		go func() { _, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") }()
		<-running
		start := time.Now()
		stop()
		if err := <-served; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Serve: %v, want that the time was over", err)
		}
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("took %s, want 20s", took)
		}
	})
}

// pipeListener hands over connections in memory, so that time can be made to pass.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) dial() net.Conn {
	client, server := net.Pipe()
	l.conns <- server
	return client
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { close(l.done); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }
