package closeapi

import (
	"net/http"
	"net/url"
	"testing"
)

// canned is a transport that answers at once, with a rate limit that is never used up.
type canned struct{ header http.Header }

func (t canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: t.header, Body: http.NoBody}, nil
}

// BenchmarkTransports measures what each transport costs a call that nothing is in the way of. "none" is the cost of the
// measurement, and in all others.
func BenchmarkTransports(b *testing.B) {
	cfg, err := Config{}.withDefaults()
	if err != nil {
		b.Fatal(err)
	}
	next := canned{http.Header{"Ratelimit": {"limit=1000000, remaining=999999, reset=0.001"}}}
	cfg.Transport = next
	all, _, _, _ := chain(cfg, nil, intake{cfg.MaxResponseBytes})
	for _, bench := range []struct {
		name      string
		transport http.RoundTripper
	}{
		{"none", next},
		{"gunzip", &gunzip{next: next}},
		{"attemptTimeout", &attemptTimeout{next: next, timeout: cfg.Timeout}},
		{"circuit", newCircuit(cfg, next)},
		{"govern", newGovern(cfg, next)},
		{"retry", newRetry(cfg.Retry, next)},
		{"all", all},
	} {
		op := operations()["GET /lead/{id}/"]
		target := &url.URL{Scheme: "https", Host: "close.example"}
		trip := func(next func() bool) {
			ctx, _ := withExchange(b.Context(), exchange{op: op})
			req := newRequest(ctx, http.MethodGet, target, http.Header{}, "")
			for next() {
				resp, err := bench.transport.RoundTrip(req)
				if err != nil {
					b.Error(err)
					return
				}
				resp.Body.Close()
			}
		}
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			trip(b.Loop)
		})
		b.Run(bench.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) { trip(pb.Next) })
		})
	}
}
