package closeapi

import (
	"context"
	"net/http"
	"testing"
	"time"
)

// BenchmarkCall makes calls as the gateway does, under a context with a deadline, and with somebody who is told of them:
// over a socket, the other side's part included, and without one, which leaves what the client and its transports cost.
func BenchmarkCall(b *testing.B) {
	url, _ := answering(b, false)
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
