package http1

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// served starts a listener with net/http behind it, and stops both at the end of the test.
func served(t testing.TB, inner net.Listener, h http.Handler) net.Listener {
	t.Helper()
	quiet := log.New(io.Discard, "", 0)
	l := New(inner, Options{Handler: h, ErrorLog: quiet})
	rest := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = rest.Serve(l)
	}()
	t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = l.Shutdown(ended)
		_ = rest.Close()
		<-done
	})
	return l
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dial(t testing.TB, l net.Listener) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// echo answers with all that it knows of a request.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s %s %q %s %d %v\n", r.Method, r.URL, r.RequestURI, r.Host, r.Proto, r.ContentLength, err)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		fmt.Fprintf(w, "%s: %q\n", name, r.Header[name])
	}
	fmt.Fprintf(w, "%q", body)
}

// ends makes endings of answers, by the path.
func ends(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/nothing":
	case "/status":
		w.WriteHeader(http.StatusTeapot)
	case "/no-content":
		w.WriteHeader(http.StatusNoContent)
		_, err := io.WriteString(w, "not for you")
		if !errors.Is(err, http.ErrBodyNotAllowed) {
			panic(err)
		}
	case "/length":
		w.Header().Set("Content-Length", "5")
		_, _ = io.WriteString(w, "12")
		_, _ = io.WriteString(w, "345")
		if _, err := io.WriteString(w, "6"); !errors.Is(err, http.ErrContentLength) {
			panic(err)
		}
	case "/length-alone":
		w.Header().Set("Content-Length", "5")
	case "/long":
		_, _ = io.WriteString(w, strings.Repeat("long ", 20_000))
		_, _ = io.WriteString(w, "and more")
	case "/long-length":
		w.Header().Set("Content-Length", "100000")
		_, _ = io.WriteString(w, strings.Repeat("long ", 20_000))
	case "/flush":
		_, _ = io.WriteString(w, "first, ")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "second")
	case "/close":
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, "the last")
	case "/header":
		w.Header().Add("X-Two", "one")
		w.Header().Add("X-Two", "two\r\nX-Three: three")
		_, _ = io.WriteString(w, "<html>")
		w.Header().Set("X-Late", "too late")
	case "/panic":
		panic(http.ErrAbortHandler)
	default:
		echo(w, r)
	}
}

// converse sends a text and then a last request, and reads one answer after the other until there is none, each as text.
func converse(t testing.TB, conn net.Conn, text string) []string {
	t.Helper()
	asked := &http.Request{Method: http.MethodGet}
	if strings.HasPrefix(text, http.MethodHead) { // then all of them are
		asked.Method = http.MethodHead
	}
	go func() {
		_, _ = io.WriteString(conn, text+asked.Method+" /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	}()
	in := bufio.NewReader(conn)
	var answers []string
	for {
		resp, err := http.ReadResponse(in, asked)
		if err != nil {
			return answers
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Header.Del("Date")
		resp.Header.Del("Content-Length") // here it is known more often, so that fewer answers are in chunks
		answers = append(answers, fmt.Sprintf("%s %s\n%v\n%.400q %d %v", resp.Proto, resp.Status, resp.Header, body, len(body), err))
	}
}

const (
	headOf   = "POST %s HTTP/1.1\r\nHost: localhost:80\r\nContent-Length: 2\r\n\r\n{}"
	question = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"query\":\"x\"}"
)

// TestAsNetHTTP sends requests of all kinds to this package and to net/http, and wants the same of both: answers, and what
// becomes of the connection.
func TestAsNetHTTP(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(ends)
	ours := served(t, listen(t), handler)
	plainly := listen(t)
	theirs := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = theirs.Serve(plainly) }()
	t.Cleanup(func() { theirs.Close() })
	tests := map[string]string{
		"plain":                    question,
		"two":                      question + question,
		"then a GET":               question + "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n" + question,
		"names in lower case":      "POST /a/b HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nx-a: 1\r\nX-A:  2 \t\r\nx-é: 3\r\n\r\n{}",
		"a value that is empty":    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nX-A:\r\nX-B: caf\xc3\xa9\r\n\r\n{}",
		"keep-alive":               "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}" + question,
		"close":                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}" + question,
		"HTTP/1.0":                 "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
		"chunks":                   "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + question,
		"chunks and a length":      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + question,
		"two lengths":              "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
		"a length twice":           "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
		"lengths in one":           "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2, 2\r\n\r\n{}",
		"a length with a sign":     "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: +2\r\n\r\n{}",
		"a length that is none":    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: two\r\n\r\n{}",
		"a length of nothing":      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" + question,
		"no length":                "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + question,
		"no host":                  "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
		"an empty host":            "POST / HTTP/1.1\r\nHost:\r\nContent-Length: 2\r\n\r\n{}",
		"two hosts":                "POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}",
		"an odd host":              "POST / HTTP/1.1\r\nHost: a/b\r\nContent-Length: 2\r\n\r\n{}",
		"another host":             "POST http://other/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"a space before the colon": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 2\r\n\r\n{}",
		"a folded line":            "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
		"no colon":                 "POST / HTTP/1.1\r\nHost: a\r\nX-A\r\nContent-Length: 2\r\n\r\n{}",
		"no name":                  "POST / HTTP/1.1\r\nHost: a\r\n: x\r\nContent-Length: 2\r\n\r\n{}",
		"a line feed in a value":   "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\nX-B: c\r\nContent-Length: 2\r\n\r\n{}",
		"a return in a value":      "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\rc\r\nContent-Length: 2\r\n\r\n{}",
		"a zero in a value":        "POST / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\nContent-Length: 2\r\n\r\n{}",
		"line feeds alone":         "POST / HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}" + question,
		"lines before":             "\r\n\r\n" + question,
		"a name that is odd":       "POST / HTTP/1.1\r\nHost: a\r\nX!A: b\r\nContent-Length: 2\r\n\r\n{}",
		"pragma":                   "POST / HTTP/1.1\r\nHost: a\r\nPragma: no-cache\r\nContent-Length: 2\r\n\r\n{}",
		"expects":                  "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
		"expects too much":         "POST / HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 2\r\n\r\n{}",
		"an upgrade":               "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/2":                   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"TLS":                      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"a GET":                    "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: a\r\n\r\n" + question,
		"a GET with a body":        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}" + question,
		"a HEAD":                   "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /long HTTP/1.1\r\nHost: a\r\n\r\nHEAD /flush HTTP/1.1\r\nHost: a\r\n\r\n",
		"a HEAD of nothing":        "HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\nHEAD /length-alone HTTP/1.1\r\nHost: a\r\n\r\n",
		"options":                  "OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n" + question,
		"options of all":           "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + question,
		"a PUT":                    "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}" + question,
		"a query":                  "POST /a?b=c%20d HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"a query that is wrong":    "GET /a?b=%zz&c HTTP/1.1\r\nHost: a\r\n\r\n",
		"a path that is wrong":     "GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n",
		"a fragment":               "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
		"not ASCII":                "GET /caf\u00e9?\u00e9 HTTP/1.1\r\nHost: a\r\n\r\n",
		"an escaped path":          "POST /a%2fb HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"two slashes":              "POST //a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"dots":                     "POST /a/../b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"spaces in the path":       "POST /a b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"another version":          "POST / HTTP/1.2\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"no version":               "POST /\r\nHost: a\r\n\r\n",
		"a method in lower case":   "post / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
		"a large body":             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + strings.Repeat("large", 10_000) + question,
		"a body of some size":      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + strings.Repeat("some ", 4_000) + question,
		"a large head":             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX-A: " + strings.Repeat("x", 40_000) + "\r\n\r\n{}" + question,
	}
	for _, path := range []string{"/nothing", "/status", "/no-content", "/length", "/long", "/long-length", "/flush", "/close", "/header", "/panic"} {
		tests[path] = fmt.Sprintf(headOf, path) + question
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := converse(t, dial(t, plainly), text)
			got := converse(t, dial(t, ours), text)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-net/http +http1:\n%s", diff)
			}
		})
	}
}

// TestInPieces sends a request byte by byte.
func TestInPieces(t *testing.T) {
	t.Parallel()
	l := served(t, listen(t), http.HandlerFunc(ends))
	conn := dial(t, l)
	want := converse(t, dial(t, l), question+question)
	for _, b := range []byte(question + question) {
		if _, err := conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if got := converse(t, conn, ""); len(got) != 3 || !cmp.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestWhoServes wants plain requests not to reach net/http, and connections that do to be its own.
func TestWhoServes(t *testing.T) {
	t.Parallel()
	l := New(listen(t), Options{Handler: http.HandlerFunc(ends)})
	t.Cleanup(func() { l.Close() })
	conn := dial(t, l)
	in := bufio.NewReader(conn)
	for range 3 {
		if _, err := io.WriteString(conn, question); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	const put = "PUT / HTTP/1.1\r\nHost: localhost\r\n\r\n"
	if _, err := io.WriteString(conn, put); err != nil {
		t.Fatal(err)
	}
	left, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer left.Close()
	text := make([]byte, len(put))
	if _, err := io.ReadFull(left, text); err != nil || string(text) != put {
		t.Errorf("the connection begins with %q, %v, want %q", text, err, put)
	}
}
