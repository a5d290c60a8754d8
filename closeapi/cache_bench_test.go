package closeapi

import (
	"net/http"
	"testing"
	"time"

	store "github.com/closegraph/closegraph/internal/cache"
)

// always is a transport that answers everything at once with the same document.
type always []byte

func (c always) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, ContentLength: int64(len(c)), Body: &heldBody{doc: c},
	}, nil
}

// benchmarkTransport measures what a transport adds to a call, beside the call alone.
func benchmarkTransport(b *testing.B, transport http.RoundTripper, call Call) {
	b.Helper()
	client, err := New(Config{Caller: Caller{Credential: APIKey("api_secret.key123")}})
	if err != nil {
		b.Fatal(err)
	}
	op := operations()[call.Operation]
	for name, transport := range map[string]http.RoundTripper{"without": always(`{"data":[]}`), "with": transport} {
		b.Run(name, func(b *testing.B) {
			req, _, err := client.request(b.Context(), op, &call)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				resp, err := transport.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				if err := client.intake.read(resp).err; err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkCoalesce is a read that nobody joins.
func BenchmarkCoalesce(b *testing.B) {
	t := newCoalesce(Config{Timeout: time.Minute}, intake{1 << 20}, always(`{"data":[]}`))
	benchmarkTransport(b, t, Call{Operation: "GET /lead/", Params: map[string]string{"_limit": "50"}})
}

// BenchmarkCoalesceWrite is a write.
func BenchmarkCoalesceWrite(b *testing.B) {
	t := newCoalesce(Config{Timeout: time.Minute}, intake{1 << 20}, always(`{"data":[]}`))
	benchmarkTransport(b, t, Call{Operation: "POST /lead/"})
}

// BenchmarkCache is a read that is answered from the store.
func BenchmarkCache(b *testing.B) {
	kept, err := lifetimes(nil)
	if err != nil {
		b.Fatal(err)
	}
	t := newCoalesce(Config{Timeout: time.Minute}, intake{1 << 20}, always(`{"data":[]}`))
	benchmarkTransport(b, newCache(store.NewMemory(1<<20), kept, t), Call{Operation: "GET /user/", Params: map[string]string{"_limit": "1000"}})
}
