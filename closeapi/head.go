package closeapi

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// maxHeadLines is how many lines a header may have that is read here.
const maxHeadLines = 32

// answer is an answer and what its body needs, in one piece of memory.
type answer struct {
	http.Response
	body   answerBody
	sized  sizedReader
	values [8]string // of its header, if they are no more
}

// readPlainHead reads the head of an answer that is as nearly all are: there at once, of HTTP/1.1, with a body whose length
// it tells, and without anything that could be read in two ways. It returns what http.ReadResponse would, but for
// the body, for less than half the price. All other answers it leaves unread, and returns nil.
func readPlainHead(in *bufio.Reader, req *http.Request) *answer {
	buffered, _ := in.Peek(in.Buffered())
	end := bytes.Index(buffered, []byte("\r\n\r\n"))
	if end < 0 || req.Method == http.MethodHead {
		return nil
	}
	a := &answer{Response: http.Response{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req}}
	status, header, found := strings.Cut(string(buffered[:end+len("\r\n")]), "\r\n")
	if !found || !a.readStatus(status) || !a.readHeader(header) {
		return nil
	}
	_, _ = in.Discard(end + len("\r\n\r\n")) // it is there
	a.sized = sizedReader{from: in, left: a.ContentLength}
	return a
}

// readStatus reads the first line. It reports false where that is not plain.
func (a *answer) readStatus(line string) bool {
	text, found := strings.CutPrefix(line, "HTTP/1.1 ")
	if !found || len(text) < len("200 OK") || text[3] != ' ' || text[4] == ' ' || !isText(text) {
		return false
	}
	code, ok := digits(text[:3])
	if !ok || code < 200 || code == http.StatusNoContent || code == http.StatusNotModified {
		return false
	}
	a.Status, a.StatusCode = text, int(code)
	return true
}

// readHeader reads the lines of the header, each with its end. It reports false where one is not plain, or none tells the
// length of the body.
func (a *answer) readHeader(lines string) bool {
	n := strings.Count(lines, "\n")
	if n > maxHeadLines {
		return false
	}
	a.Header = make(http.Header, n)
	values := a.values[:]
	if n > len(values) {
		values = make([]string, n)
	}
	values = values[:n]
	for i := range values {
		var line string
		line, lines, _ = strings.Cut(lines, "\r\n")
		name, value, found := strings.Cut(line, ":")
		if !found || !isName(name) || !isText(value) {
			return false
		}
		name, values[i] = canonical(name), strings.Trim(value, " \t")
		if !a.heed(name, values[i]) {
			return false
		}
		if before := a.Header[name]; before != nil {
			a.Header[name] = append(before, values[i])
		} else {
			a.Header[name] = values[i : i+1 : i+1]
		}
	}
	return a.ContentLength > 0
}

// heed does what a line says about the answer itself. It reports false where that is more than how long it is.
func (a *answer) heed(name, value string) (ok bool) {
	switch name {
	case "Content-Length":
		told := a.ContentLength > 0
		a.ContentLength, ok = digits(value)
		return ok && !told
	case "Connection":
		return value == "keep-alive"
	case "Transfer-Encoding", "Trailer", "Pragma":
		return false
	}
	return true
}

// canonical is the name of a header as net/http has it.
func canonical(name string) string {
	switch name { // those that are on most answers
	case "RateLimit":
		return "Ratelimit"
	case "Content-Type", "Content-Length", "Content-Encoding", "Date", "Server", "Connection", "Vary":
		return name
	}
	return textproto.CanonicalMIMEHeaderKey(name)
}

// isName reports whether the name of a header is letters, digits and hyphens.
func isName(name string) bool {
	for i := range len(name) {
		if b := name[i]; !unreserved[b] || b == '.' || b == '_' || b == '~' {
			return false
		}
	}
	return name != ""
}

// isText reports whether a text is blanks, tabs and the characters of ASCII that can be seen.
func isText(text string) bool {
	for i := range len(text) {
		if b := text[i]; b-' ' > '~'-' ' && b != '\t' {
			return false
		}
	}
	return true
}

// digits reads a number of one to fifteen digits.
func digits(text string) (n int64, ok bool) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int64(text[i]-'0')
	}
	return n, 0 < len(text) && len(text) <= 15
}

// sizedReader reads a body of known length.
type sizedReader struct {
	from io.Reader
	left int64
}

// Read reads on. The end comes with the last bytes.
func (r *sizedReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.from.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	switch {
	case r.left == 0:
		return n, io.EOF
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}
