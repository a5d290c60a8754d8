package closeapi

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkNetwork makes GETs over a socket, with the transport of net/http and with ours. What the other side needs is in
// the figures of both.
func BenchmarkNetwork(b *testing.B) {
	for _, secure := range []bool{false, true} {
		url, trusted := answering(b, secure)
		for _, size := range []string{"500", "24000"} {
			ours := NewHTTPTransport().(*network)
			ours.std.TLSClientConfig = trusted
			for name, transport := range map[string]http.RoundTripper{"nethttp": ours.std, "ours": ours} {
				b.Run(fmt.Sprintf("secure=%v/size=%s/transport=%s", secure, size, name), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/"+size, nil)
						req.Header.Set("Authorization", "Basic a2V5Og==")
						resp, err := transport.RoundTrip(req)
						if err != nil {
							b.Fatal(err)
						}
						_, _ = io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				})
			}
		}
	}
}

// answering serves answers of the size that the path names, as cheaply as it can be done.
func answering(b *testing.B, secure bool) (url string, trusted *tls.Config) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	url = "http://" + l.Addr().String()
	if secure {
		s := httptest.NewTLSServer(nil)
		s.Close()
		trusted = &tls.Config{RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, ServerName: "example.com"}
		l = tls.NewListener(l, &tls.Config{Certificates: s.TLS.Certificates})
		url = "https" + strings.TrimPrefix(url, "http")
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go answerAll(conn)
		}
	}()
	return url, trusted
}

func answerAll(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	answers := map[string][]byte{}
	for {
		head, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		answer := answers[string(head)]
		if answer == nil {
			var size int
			_, _ = fmt.Sscanf(string(head), "GET /%d", &size)
			answer = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Thu, 26 Nov 2026 10:00:00 GMT\r\nRatelimit: limit=1000000, remaining=999999, reset=0.001\r\nContent-Length: %d\r\n\r\n{%s}", size, strings.Repeat(" ", size-2))
			answers[string(head)] = answer
		}
		for len(head) > len("\r\n") {
			if head, err = in.ReadSlice('\n'); err != nil {
				return
			}
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}
