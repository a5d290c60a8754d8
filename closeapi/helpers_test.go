package closeapi_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

// secretKey must never be seen in anything that is printed.
const secretKey = "api_secret.key123"

// inProcess is a transport without a network.
type inProcess func(*http.Request) (*http.Response, error)

func (f inProcess) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// answer makes an answer of known length; headers come as name, value, name, value.
func answer(status int, body string, headers ...string) *http.Response {
	header := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i+1 < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: header,
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
}

// newClient makes a client with a credential and quick retries, unless cfg says otherwise.
func newClient(t testing.TB, cfg closeapi.Config) *closeapi.Client {
	t.Helper()
	if cfg.Caller.Credential == nil {
		cfg.Caller.Credential = closeapi.APIKey(secretKey)
	}
	if cfg.Retry.BaseDelay == 0 {
		cfg.Retry.BaseDelay = time.Microsecond
	}
	client, err := closeapi.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// serve starts a server and returns a client of it.
func serve(t testing.TB, handler http.HandlerFunc) *closeapi.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return newClient(t, closeapi.Config{BaseURL: server.URL + "/api/v1/"})
}

// serveRaw starts a server that answers every connection's first request with these bytes and hangs up, and
// returns its base URL. What happens to be the number of the connection, from 1, chooses the bytes; beyond
// the last, the last is used. Empty bytes reset the connection.
func serveRaw(t testing.TB, answers ...string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for i := 0; ; i++ {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if req, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				_, _ = io.Copy(io.Discard, req.Body)
			}
			if text := answers[min(i, len(answers)-1)]; text != "" {
				_, _ = io.WriteString(conn, text)
			} else {
				_ = conn.(*net.TCPConn).SetLinger(0)
			}
			conn.Close()
		}
	}()
	return "http://" + listener.Addr().String()
}

// getLead is the call that tests make when it does not matter which.
var getLead = closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{"lead_1"}}

// postLead is a call that changes something.
var postLead = closeapi.Call{Operation: "POST /lead/", Body: map[string]string{"name": "Bluth"}}
