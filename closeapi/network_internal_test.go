package closeapi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// opened is a transport of ours, and how many connections it has opened.
func opened(t *testing.T) (*network, *atomic.Int64) {
	t.Helper()
	n := NewHTTPTransport().(*network)
	t.Cleanup(n.CloseIdleConnections)
	var count atomic.Int64
	dial := n.std.DialContext
	n.std.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		count.Add(1)
		return dial(ctx, network, address)
	}
	return n, &count
}

// fetch gets what is at an address, and the status and the body of it.
func fetch(ctx context.Context, n http.RoundTripper, url string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := n.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func TestNetworkReads(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a long answer ", 10_000)
	mux := http.NewServeMux()
	mux.HandleFunc("/whole", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Host, r.URL.RawQuery, r.Header.Get("Accept"))
	})
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, long) })
	mux.HandleFunc("/chunks", func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			_, _ = io.WriteString(w, "chunk ")
			_ = http.NewResponseController(w).Flush()
		}
	})
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/none", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/whole", http.StatusFound) })
	mux.HandleFunc("/early", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "after all")
	})
	for _, secure := range []bool{false, true} {
		server := httptest.NewUnstartedServer(mux)
		n, connections := opened(t)
		if secure {
			server.StartTLS()
			n.std.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		host := strings.TrimPrefix(strings.TrimPrefix(server.URL, "http://"), "https://")
		for _, test := range []struct {
			path   string
			status int
			body   string
		}{
			{"/whole?a=1&b=%20", 200, "GET " + host + " a=1&b=%20 application/json"},
			{"/long", 200, long},
			{"/chunks", 200, "chunk chunk chunk "},
			{"/empty", 200, ""},
			{"/none", 204, ""},
			{"/moved", 302, "<a href=\"/whole\">Found</a>.\n\n"},
			{"/early", 200, "after all"},
			{"/nothing", 404, "404 page not found\n"},
		} {
			status, body, err := fetch(t.Context(), n, server.URL+test.path)
			if err != nil || status != test.status || body != test.body {
				t.Errorf("secure %v, %s: %d %.40q %v, want %d %.40q", secure, test.path, status, body, err, test.status, test.body)
			}
		}
		if got := connections.Load(); got != 1 {
			t.Errorf("secure %v: %d connections for one call after the other, want 1", secure, got)
		}
	}
}

func TestNetworkEndsWithContext(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"before the head":   "",
		"within the head":   "HTTP/1.1 200 OK\r\n",
		"within the body":   "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfine",
		"within the chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			gone := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(conn, answer)
				cancel()
				_, _ = io.Copy(io.Discard, conn) // until the other side closes
				close(gone)
			}))
			defer server.Close()
			n, _ := opened(t)
			if _, _, err := fetch(ctx, n, server.URL); err == nil {
				t.Error("there is an answer")
			}
			<-gone
			if len(n.idle) != 0 {
				t.Error("the connection is kept")
			}
		})
	}
}

func TestNetworkClosesEarly(t *testing.T) {
	t.Parallel()
	n, connections := opened(t)
	url := script(t, []string{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfine"}, []string{fine})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	resp, err := n.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("read after closing: %v", err)
	}
	if _, body, err := fetch(t.Context(), n, url); err != nil || body != "fine" || connections.Load() != 2 {
		t.Errorf("%q, %v, on %d connections, want a new one", body, err, connections.Load())
	}
}

// TestNetworkDrained has bytes behind an answer that TLS has read and not given: they must not become the next answer.
func TestNetworkDrained(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { conn.Close() })
		// More than a buffer holds, so that the rest of the record stays within TLS.
		long := strings.Repeat("x", 8000)
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(long), long+fine)
	}))
	defer server.Close()
	n, connections := opened(t)
	n.std.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	for range 2 {
		if _, body, err := fetch(t.Context(), n, server.URL); err != nil || len(body) != 8000 {
			t.Fatalf("%d bytes, %v, want 8000", len(body), err)
		}
	}
	if got := connections.Load(); got != 2 {
		t.Errorf("%d connections, want 2: bytes that nobody asked for came on the first", got)
	}
}

func TestNetworkKeepsToCertificates(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that fails
	server.StartTLS()
	defer server.Close()
	n, _ := opened(t)
	if _, _, err := fetch(t.Context(), n, server.URL); err == nil {
		t.Error("a certificate that nobody vouches for is taken")
	} else if _, ok := errors.AsType[*tls.CertificateVerificationError](err); !ok {
		t.Errorf("error %v, want one about the certificate", err)
	}
}

func TestNetworkLeavesToOthers(t *testing.T) {
	t.Parallel()
	get := func(change func(*http.Request)) *http.Request {
		req := httptest.NewRequest(http.MethodGet, "http://close.test/api/v1/me/?_fields=id", nil)
		req.Body = nil
		change(req)
		return req
	}
	n, _ := opened(t)
	direct := func(req *http.Request) bool {
		_, ok := n.direct(nil, req)
		return ok
	}
	if req := get(func(*http.Request) {}); canPeek && !direct(req) {
		t.Error("a plain GET is left to net/http")
	}
	long := func(r *http.Request) {
		r.Method, r.Body, r.ContentLength = http.MethodPost, http.NoBody, 2
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}")), nil }
	}
	if req := get(long); direct(req) {
		t.Error("a POST that changes something is not left to net/http")
	}
	if req := get(long); canPeek {
		if req.Header["Idempotency-Key"] = unsent; !direct(req) {
			t.Error("a POST that only reads is left to net/http")
		}
	}
	for name, req := range map[string]*http.Request{
		"a POST":               get(func(r *http.Request) { r.Method = http.MethodPost }),
		"a body":               get(func(r *http.Request) { r.Body = http.NoBody }),
		"a user in the URL":    get(func(r *http.Request) { r.URL.User = url.User("x") }),
		"a line in a header":   get(func(r *http.Request) { r.Header.Set("X", "a\r\nb") }),
		"another host":         get(func(r *http.Request) { r.Host = "other.test" }),
		"a colon in a name":    get(func(r *http.Request) { r.Header["A:b"] = []string{"c"} }),
		"a blank in the query": get(func(r *http.Request) { r.URL.RawQuery = "a= b" }),
		"a blank in the host":  get(func(r *http.Request) { r.URL.Host = "a b" }),
		"another scheme":       get(func(r *http.Request) { r.URL.Scheme = "ftp" }),
	} {
		if direct(req) {
			t.Errorf("%s is not left to net/http", name)
		}
	}
	n.std.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy.test") }
	if direct(get(func(*http.Request) {})) {
		t.Error("a proxy is gone past")
	}
}

// TestNetworkSendsBodies sends long reads, which are POSTs, over a connection that the other side closes between two of them.
func TestNetworkSendsBodies(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, key := r.Header["Idempotency-Key"]
		fmt.Fprintf(w, "%s %d %s %v %v", r.Method, r.ContentLength, body, key, err)
	}))
	defer server.Close()
	n, _ := opened(t)
	for _, text := range []string{`{"_params":{}}`, strings.Repeat("long ", 50_000)} {
		for range 2 {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			req.Header["Idempotency-Key"] = unsent
			resp, err := n.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if want := fmt.Sprintf("POST %d %s false <nil>", len(text), text); err != nil || string(body) != want {
				t.Errorf("%.60q, %v, want %.60q", body, err, want)
			}
			server.CloseClientConnections()
		}
	}
}

func TestNetworkManyAtOnce(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat(r.URL.RawQuery, 1000))
	}))
	defer server.Close()
	n, _ := opened(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for j := range 20 {
				ctx, cancel := context.WithCancel(t.Context())
				if (i+j)%5 == 0 {
					cancel() // before, or while it is sent
				}
				want := strings.Repeat(fmt.Sprintf("q=%d.%d", i, j), 1000)
				if _, body, err := fetch(ctx, n, fmt.Sprintf("%s/?q=%d.%d", server.URL, i, j)); err == nil && body != want {
					t.Errorf("the answer to another request: %.20q, want %.20q", body, want)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	n.CloseIdleConnections()
	if len(n.idle) != 0 || n.sweep != nil {
		t.Error("connections are left")
	}
}
