package closeapi

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// BenchmarkCall makes calls as the gateway does, under a context with a deadline, and with somebody who is told of them:
// over a socket, the other side's part included, and without one, which leaves what the client and its transports cost. "raw"
// is the same bytes over a socket, and nothing else: no client can cost less.
func BenchmarkCall(b *testing.B) {
	url, _ := answering(b, false)
	b.Run("way=raw", func(b *testing.B) { benchmarkRaw(b, strings.TrimPrefix(url, "http://")) })
	doc := make(always, 500)
	doc[0] = '{'
	for _, bench := range []struct {
		name      string
		transport http.RoundTripper
		call      Call
	}{
		{"way=none/call=one", doc, Call{
			Operation: "GET /task/{id}/", Vars: []string{"task_0000000000000000000000000000"},
			Fields: []string{"due_date", "id", "is_complete", "text"},
		}},
		{"way=none/call=long", doc, Call{
			Operation: "GET /lead/", Params: map[string]string{"id__in": strings.Repeat("lead_0000000000000000000000000000000000000000000,", 50)},
			Fields: []string{"description", "id", "name", "url"},
		}},
		{"way=socket/call=one", nil, Call{
			Operation: "GET /task/{id}/", Vars: []string{"task_0000000000000000000000000000"},
			Fields: []string{"due_date", "id", "is_complete", "text"},
		}},
		{"way=socket/call=list", nil, Call{
			Operation: "GET /task/", Params: map[string]string{"_limit": "50", "_order_by": "-date", "is_complete": "false"},
			Fields: []string{"due_date", "id", "is_complete", "lead_id", "lead_name", "text"},
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			client, err := New(Config{
				BaseURL: url + "/500", Transport: bench.transport, Caller: Caller{Credential: APIKey("api_secret.key123"), Share: "127.0.0.1"},
				Observe: func(context.Context, Observation) {},
			})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(client.Close)
			client = client.Observing(func(context.Context, Observation) {})
			ctx, cancel := context.WithTimeout(context.WithValue(b.Context(), exchangeKey{}, nil), time.Hour)
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Do(ctx, bench.call); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchmarkRaw(b *testing.B, address string) {
	b.Helper()
	conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	request := []byte("GET /500/" + strings.Repeat("x", 330) + " HTTP/1.1\r\n\r\n")
	answer := make([]byte, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Read(answer); err != nil {
			b.Fatal(err)
		}
	}
}
