package http1

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzRead wants net/http to take whatever is taken here, for the same.
func FuzzRead(f *testing.F) {
	for _, head := range []string{
		question[:len(question)-13],
		"POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\nx-a: b\r\nX-A:\tc\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 007\r\nConnection: Keep-Alive\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
		"GET /a/b?c=%7B%22&d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
		"OPTIONS /a%2fb;c=d?? HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD /%41 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\nContent-Length: 2\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\n",
	} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		end := bytes.Index(head, endOfHead)
		if end < 0 || !beginsPlain(head) {
			return
		}
		head = head[:end+len(endOfHead)]
		x := &exchange{conn: &conn{}, head: len(head)}
		if !x.read(head) {
			return
		}
		want, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), zeros{})))
		if err != nil {
			t.Fatalf("net/http refuses %q: %v", head, err)
		}
		type request struct {
			Method, RequestURI, Host, Proto string
			URL                             url.URL
			Length                          int64
			Header                          http.Header
			Close                           bool
		}
		of := func(r *http.Request) request {
			return request{r.Method, r.RequestURI, r.Host, r.Proto, *r.URL, r.ContentLength, r.Header, r.Close}
		}
		if diff := cmp.Diff(of(want), of(x.request)); diff != "" {
			t.Errorf("%q: -net/http +http1:\n%s", head, diff)
		}
	})
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
