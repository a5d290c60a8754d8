package closeapi

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// closes ends an answer after which the server closes the connection.
const closes = "\x00"

// script is a server of raw text: on each connection it answers one request after the other, and leaves it open.
func script(t *testing.T, connections ...[]string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for _, answers := range connections {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			go recite(conn, answers)
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

func recite(conn net.Conn, answers []string) {
	in := bufio.NewReader(conn)
	for _, answer := range answers {
		if _, err := http.ReadRequest(in); err != nil {
			return
		}
		answer, last := strings.CutSuffix(answer, closes)
		_, _ = io.WriteString(conn, answer)
		if last {
			conn.Close()
		}
	}
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"

// noticed waits until the kept connection has seen what the server did after its answer.
func noticed(t *testing.T, n *network) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.idle) != 1 {
		t.Fatalf("%d connections are idle, want 1", len(n.idle))
	}
	for n.idle[0].quiet() {
		if t.Context().Err() != nil {
			t.Fatal("nothing comes")
		}
	}
}

func TestNetworkLeavesConnections(t *testing.T) {
	t.Parallel()
	const next = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext"
	tests := map[string]struct {
		first   string // what the first connection answers
		settles bool   // whether something happens on it afterwards
	}{
		"closed while idle":   {fine + closes, true},
		"answered by itself":  {fine + "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", true},
		"says that it closes": {strings.Replace(fine, "\r\n", "\r\nConnection: close\r\n", 1), false},
		"ends with the body":  {"HTTP/1.1 200 OK\r\n\r\nfine" + closes, false},
		"speaks HTTP/1.0":     {strings.Replace(fine, "1.1", "1.0", 1), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, connections := opened(t)
			url := script(t, []string{test.first}, []string{next})
			if _, body, err := fetch(t.Context(), n, url); err != nil || body != "fine" {
				t.Fatalf("the first answer: %q, %v", body, err)
			}
			if test.settles {
				noticed(t, n)
			}
			if status, body, err := fetch(t.Context(), n, url); err != nil || body != "next" {
				t.Errorf("the second answer: %d %q, %v, want that of a new connection", status, body, err)
			}
			if got := connections.Load(); got != 2 {
				t.Errorf("%d connections, want 2", got)
			}
		})
	}
}

func TestNetworkAsksAgain(t *testing.T) {
	t.Parallel()
	n, connections := opened(t)
	url := script(t, []string{fine, closes}, []string{fine})
	for range 2 { // the second request is read, and the connection closed without an answer
		if _, body, err := fetch(t.Context(), n, url); err != nil || body != "fine" {
			t.Errorf("%q, %v", body, err)
		}
	}
	if got := connections.Load(); got != 2 {
		t.Errorf("%d connections, want 2", got)
	}
}

func TestNetworkFails(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answers []string
		want    error
	}{
		"no answer":                {[]string{closes}, io.ErrUnexpectedEOF},
		"cut in the head":          {[]string{"HTTP/1.1 200 OK\r\nContent-Le" + closes}, io.ErrUnexpectedEOF},
		"cut in the body":          {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfine" + closes}, io.ErrUnexpectedEOF},
		"cut in a later head":      {[]string{fine, "HTTP/1.1 200 OK\r\n" + closes}, io.ErrUnexpectedEOF},
		"a head without an end":    {[]string{"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", maxHead)}, errHeadTooLong},
		"no HTTP":                  {[]string{"SSH-2.0-OpenSSH\r\n\r\n"}, nil},
		"another protocol":         {[]string{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}, nil},
		"interim answers for ever": {[]string{strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 10)}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, _ := opened(t)
			url := script(t, test.answers)
			var err error
			for _, answer := range test.answers {
				if _, _, err = fetch(t.Context(), n, url); answer == fine && err != nil {
					t.Fatal(err)
				}
				if err != nil {
					break
				}
			}
			if err == nil || (test.want != nil && !errors.Is(err, test.want)) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if len(n.idle) != 0 {
				t.Error("the connection is kept")
			}
		})
	}
}
