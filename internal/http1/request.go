package http1

import (
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/closegraph/closegraph/internal/ending"
)

// exchange is a request and its answer. It is the [http.ResponseWriter] and the body of the request too.
type exchange struct {
	conn     *conn
	head     int // how long the head of the request is, in bytes
	request  *http.Request
	lifetime lifetime
	url      url.URL
	body     body
	response
}

// lifetime is the context of a request, which ends with its answer, or with the connection.
type lifetime struct{ ending.Ending }

// Deadline says that there is none.
func (*lifetime) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value says that there are none.
func (*lifetime) Value(any) any { return nil }

// body is what a request has to say. It has been read already.
type body struct{ rest []byte }

// Read gives what is left of it.
func (b *body) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	if len(b.rest) == 0 {
		return n, io.EOF
	}
	return n, nil
}

// Close ends the reading.
func (b *body) Close() error {
	b.rest = nil
	return nil
}

// methods are those of plain requests.
var methods = []string{http.MethodPost, http.MethodGet, http.MethodHead, http.MethodOptions}

const proto = " HTTP/1.1"

// beginsPlain reports whether what has come of a request may be a plain one.
func beginsPlain(in []byte) bool {
	for _, method := range methods {
		n := min(len(in), len(method))
		if string(in[:n]) == method[:n] && (len(in) <= n || in[n] == ' ' && (len(in) == n+1 || in[n+1] == '/')) {
			return true
		}
	}
	return false
}

// read reads the head of a request, up to and including the empty line. It reports false for all that is not plain.
func (x *exchange) read(head []byte) bool {
	text := string(head)
	line, rest, _ := strings.Cut(text, "\r\n")
	method, target, _ := strings.Cut(line, " ")
	target, ok := strings.CutSuffix(target, proto)
	if !ok || !x.readTarget(target) {
		return false
	}
	x.request = (&http.Request{
		Method: method, URL: &x.url, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		RemoteAddr: x.conn.remote, Body: &x.body, ContentLength: -1,
	}).WithContext(&x.lifetime)
	if !x.readHeader(rest[:len(rest)-len("\r\n")]) || x.request.Host == "" {
		return false
	}
	if x.request.ContentLength <= 0 {
		x.request.Body, x.request.ContentLength = http.NoBody, 0
	}
	return true
}

// readTarget reads what a request is for: a path, and perhaps a query.
func (x *exchange) readTarget(target string) bool {
	if isPath(target) {
		x.url.Path = target
		return true
	}
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsFunc(target, isOdd) {
		return false
	}
	parsed, err := url.ParseRequestURI(target)
	if err != nil {
		return false
	}
	x.url = *parsed
	return true
}

// readHeader reads lines of the form "Name: value", each with its end.
func (x *exchange) readHeader(lines string) bool {
	space := make([]string, strings.Count(lines, "\n"))
	header := make(http.Header, len(space))
	x.request.Header = header
	for len(lines) > 0 {
		line, rest, _ := strings.Cut(lines, "\r\n")
		lines = rest
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isName(name) {
			return false
		}
		value = strings.Trim(value, " \t")
		if !isValue(value) {
			return false
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		switch name {
		case "Host":
			if x.request.Host != "" || !isHost(value) {
				return false
			}
			x.request.Host = value
			continue
		case "Content-Length":
			length, err := strconv.ParseUint(value, 10, 31)
			if x.request.ContentLength >= 0 || err != nil {
				return false
			}
			x.request.ContentLength = int64(length)
		case "Connection":
			if !strings.EqualFold(value, "keep-alive") {
				return false
			}
		case "Transfer-Encoding", "Trailer", "Upgrade", "Expect", "Pragma", "Http2-Settings":
			return false
		}
		if have := header[name]; have != nil {
			header[name] = append(have, value)
			continue
		}
		space[0] = value
		header[name], space = space[:1:1], space[1:]
	}
	return true
}

// isOdd reports whether a character has no business in a URL.
func isOdd(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }

// isPath reports whether the target of a request is a path in which nothing stands for anything else.
func isPath(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '/' && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//")
}

// isName reports whether a text is the name of a header field, as nearly all are.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '-' && c != '_' {
			return false
		}
	}
	return s != ""
}

// isValue reports whether a text may be the value of a header field.
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// isHost reports whether a text is a host, with or without a port.
func isHost(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isAlphanumeric(c) && c != '.' && c != '-' && c != ':' && c != '[' && c != ']' && c != '_' {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
