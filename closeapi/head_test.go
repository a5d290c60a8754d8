package closeapi

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// plainHeads are answers whose heads are read by readPlainHead.
var plainHeads = []string{
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\ncontent-length:2\r\nRateLimit: limit=100, remaining=50, reset=5\r\nratelimit: x\r\n\r\n{}rest",
	"HTTP/1.1 404 NOT FOUND\r\nContent-Length: 3\r\nX:\r\nDate: \t a b \t\r\n\r\n{ }",
	"HTTP/1.1 429 Too Many Requests\r\nConnection: keep-alive\r\nSet-Cookie: a\r\nset-cookie: b\r\nSet-cookie: c\r\nContent-Length: 02\r\n\r\n{}",
}

// otherHeads are answers that are left to http.ReadResponse.
var otherHeads = []string{
	"",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
	"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
	"HTTP/1.1 200 OK\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{ }",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive, close\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\n Content-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nX: a\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nX: \xe9\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n{}",
	"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + strings.Repeat("X: y\r\n", maxHeadLines) + "\r\n{}",
	"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
	"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n",
	"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
	"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
}

// FuzzPlainHead reads answers in both ways. What readPlainHead takes, it takes as http.ReadResponse does, and leaves
// the same behind; what it does not take, it does not touch.
func FuzzPlainHead(f *testing.F) {
	for _, text := range append(plainHeads, otherHeads...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, own := readBoth(t, text); own != nil && own.StatusCode < 200 {
			t.Errorf("an answer of status %d is taken", own.StatusCode)
		}
	})
}

func TestPlainHeads(t *testing.T) {
	t.Parallel()
	for _, text := range plainHeads {
		if std, own := readBoth(t, text); own == nil || std == nil {
			t.Errorf("%q is not read", text)
		}
	}
	for _, text := range otherHeads {
		if _, own := readBoth(t, text); own != nil {
			t.Errorf("%q is not left to net/http", text)
		}
	}
}

// readBoth reads an answer with http.ReadResponse and with readPlainHead, and compares what comes of it.
func readBoth(t *testing.T, text string) (std *http.Response, own *answer) {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "http://close.test/", nil)
	a, b := bufio.NewReader(strings.NewReader(text)), bufio.NewReader(strings.NewReader(text))
	std, err := http.ReadResponse(a, req)
	_, _ = b.Peek(1)
	if own = readPlainHead(b, req); own == nil {
		if rest, _ := io.ReadAll(b); string(rest) != text {
			t.Errorf("%q is left as %q", text, rest)
		}
		return std, nil
	}
	if err != nil {
		t.Fatalf("%q is taken, where net/http says %v", text, err)
	}
	body, err := io.ReadAll(std.Body)
	ownBody, ownErr := io.ReadAll(&own.sized)
	if string(body) != string(ownBody) || err != ownErr { //nolint:errorlint // the very same
		t.Errorf("the body of %q: %q, %v, want %q, %v", text, ownBody, ownErr, body, err)
	}
	rest, _ := io.ReadAll(a)
	if ownRest, _ := io.ReadAll(b); string(rest) != string(ownRest) {
		t.Errorf("behind %q is left %q, want %q", text, ownRest, rest)
	}
	options := []cmp.Option{cmpopts.IgnoreFields(http.Response{}, "Body", "Request"), cmpopts.EquateEmpty()}
	if diff := cmp.Diff(*std, own.Response, options...); diff != "" {
		t.Errorf("%q (-net/http +ours):\n%s", text, diff)
	}
	return std, own
}
