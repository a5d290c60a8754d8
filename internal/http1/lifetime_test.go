package http1

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are in memory, for tests with a clock of their own.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.conns <- server
	return client
}

// ask sends a request and reads its answer.
func ask(conn net.Conn) (string, error) {
	go func() { _, _ = io.WriteString(conn, question) }()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// TestGone wants the context of a request to end when its client has gone, and nothing but it.
func TestGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := newPipes()
		left := make(chan error, 1)
		served(t, in, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				left <- r.Context().Err()
			case <-time.After(time.Hour):
				left <- nil
			}
		}))
		conn := in.dial()
		if _, err := io.WriteString(conn, question); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		begun := time.Now()
		conn.Close()
		if err := <-left; !errors.Is(err, context.Canceled) || time.Since(begun) > 2*watchAfter {
			t.Errorf("the context ended with %v after %s", err, time.Since(begun))
		}
	})
}

// TestNextWhileAnswering sends the next request while the one before takes long: both are answered, in their order.
func TestNextWhileAnswering(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := newPipes()
		served(t, in, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(10 * watchAfter):
			case <-r.Context().Done():
			}
			echo(w, r)
		}))
		conn := in.dial()
		defer conn.Close()
		go func() {
			_, _ = io.WriteString(conn, question)
			<-time.After(5 * watchAfter)
			_, _ = io.WriteString(conn, strings.ReplaceAll(question, "graphql", "second1"))
		}()
		reader := bufio.NewReader(conn)
		for _, path := range []string{"/graphql", "/second1"} {
			resp, err := http.ReadResponse(reader, nil)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if !strings.Contains(string(body), path) || !strings.HasSuffix(string(body), `"{\"query\":\"x\"}"`) {
				t.Errorf("got %s, want %s", body, path)
			}
		}
	})
}

// TestContextEnds wants the context of a request to end with it.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := newPipes()
		ended := make(chan struct{})
		served(t, in, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			context.AfterFunc(r.Context(), func() { close(ended) })
		}))
		conn := in.dial()
		defer conn.Close()
		if _, err := ask(conn); err != nil {
			t.Fatal(err)
		}
		<-ended
	})
}

// TestTimes wants connections to end that send nothing, or too slowly, or do not read.
func TestTimes(t *testing.T) {
	t.Parallel()
	large := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1<<20)) })
	for name, tc := range map[string]struct {
		at, drip string // what is sent at once, and again and again
		unread   bool
		want     time.Duration
	}{
		"nothing":                   {"", "", false, 10 * time.Second},
		"half a line":               {"POS", "", false, 10 * time.Second},
		"a head without end":        {"POST / HTTP/1.1\r\n", "X-A: b\r\n", false, 10 * time.Second},
		"a body that comes slowly":  {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n", "x", false, 30 * time.Second},
		"nothing after one request": {question, "", false, 2 * time.Minute},
		"an answer that is unread":  {question, "", true, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				in := newPipes()
				handler := http.Handler(http.HandlerFunc(echo))
				if tc.unread {
					handler = large
				}
				served(t, in, handler)
				conn, begun, sent := in.dial(), time.Now(), make(chan struct{})
				go func() {
					defer close(sent)
					_, err := io.WriteString(conn, tc.at)
					for err == nil && tc.drip != "" {
						<-time.After(time.Second)
						_, err = io.WriteString(conn, tc.drip)
					}
				}()
				if tc.unread {
					<-time.After(time.Minute)
					n, _ := io.Copy(io.Discard, conn)
					if n >= 1<<20 {
						t.Error("all of the answer came")
					}
					conn.Close()
					<-sent
					return
				}
				_, _ = io.Copy(io.Discard, conn)
				if took := time.Since(begun); took < tc.want || took > tc.want+2*time.Second {
					t.Errorf("the connection ended after %s, want %s", took, tc.want)
				}
				conn.Close()
				<-sent
			})
		})
	}
}

// TestShutdown wants a request that is being answered to be answered, connections that are idle to end, and no new ones.
func TestShutdown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		takes, most time.Duration
		whole       bool
	}{
		"in time":  {time.Second, time.Minute, true},
		"too late": {time.Hour, time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				in := newPipes()
				l := New(in, Options{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(tc.takes):
					case <-r.Context().Done():
					}
					echo(w, r)
				})})
				unused, busy := in.dial(), in.dial()
				defer unused.Close()
				defer busy.Close()
				answer := make(chan error, 1)
				go func() {
					_, err := ask(busy)
					answer <- err
				}()
				<-time.After(100 * time.Millisecond)
				ctx, cancel := context.WithTimeout(t.Context(), tc.most)
				defer cancel()
				err := l.Shutdown(ctx)
				if (err == nil) != tc.whole {
					t.Errorf("Shutdown: %v", err)
				}
				if err := <-answer; (err == nil) != tc.whole {
					t.Errorf("the request that was under way: %v", err)
				}
				if _, err := unused.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("the idle connection: %v, want its end", err)
				}
				if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("Accept: %v", err)
				}
			})
		})
	}
}

// failing is a listener that fails once.
type failing struct {
	*pipes
	failed bool
}

var errAccept = errors.New("too many open files")

func (f *failing) Accept() (net.Conn, error) {
	if !f.failed {
		f.failed = true
		return nil, errAccept
	}
	return f.pipes.Accept()
}

// TestAcceptFails wants an error of the listener to reach Accept, and the listener to be asked again.
func TestAcceptFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &failing{pipes: newPipes()}
		l := New(in, Options{Handler: http.HandlerFunc(echo)})
		defer l.Close()
		if _, err := l.Accept(); !errors.Is(err, errAccept) {
			t.Errorf("Accept: %v, want %v", err, errAccept)
		}
		conn := in.dial()
		if _, err := ask(conn); err != nil {
			t.Error(err)
		}
		conn.Close()
	})
}
