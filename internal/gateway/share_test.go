package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// sluice is the way to the sandbox. While it is shut, calls wait in it, until their callers give up.
type sluice struct {
	next http.RoundTripper

	mu    sync.Mutex
	shut  chan struct{} // closed when it opens
	calls []string      // all that came
	given int           // of them, those that were given up
}

func newSluice(s *sandbox.Server) *sluice {
	return &sluice{next: s.Transport(), shut: make(chan struct{})}
}

// RoundTrip implements http.RoundTripper.
func (g *sluice) RoundTrip(r *http.Request) (*http.Response, error) {
	g.mu.Lock()
	g.calls = append(g.calls, r.Method+" "+r.URL.Path)
	shut := g.shut
	g.mu.Unlock()
	if r.Method == http.MethodGet {
		select {
		case <-shut:
		case <-r.Context().Done():
			g.mu.Lock()
			g.given++
			g.mu.Unlock()
			return nil, r.Context().Err()
		}
	}
	return g.next.RoundTrip(r)
}

// seen are how many calls came, and how many of them were given up.
func (g *sluice) seen() (calls, given int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.calls), g.given
}

// gated is a gateway in front of a sandbox whose sluice is shut.
func gated(t *testing.T, flags ...string) (*Gateway, *sluice, *sandbox.Server) {
	t.Helper()
	s := sandbox.New(sandbox.Options{})
	o := testOptions(s, flags...)
	way := newSluice(s)
	o.Transport, o.Config.RequestTimeout = way, 10*time.Second
	return newGateway(t, o), way, s
}

// asker sends one request and keeps the answer.
type asker struct {
	*httptest.ResponseRecorder
	cancel context.CancelFunc
	done   chan struct{}
}

// asks begins a request, and returns when it waits or is answered.
func asks(t *testing.T, g *Gateway, body string, header map[string]string) *asker {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	a := &asker{httptest.NewRecorder(), cancel, make(chan struct{})}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	go func() {
		defer close(a.done)
		g.Handler().ServeHTTP(a, r)
	}()
	synctest.Wait()
	return a
}

func (a *asker) answer() string {
	<-a.done
	return a.Body.String()
}

// executed is how many operations were run, and how many requests had the answer of another.
func executed(t *testing.T, g *Gateway) (run, joined string) {
	t.Helper()
	samples := scrape(t, g.Handler())
	return samples[`rest_calls_per_request_count{type="query"}`], samples["requests_joined_total"]
}

const leadsQuery = `{"query":"{ leads(first: 3) { nodes { id displayName } } }"}`

// TestSharing wants one run for all who ask the same at the same time, and the same bytes for them.
func TestSharing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, _ := gated(t)
		var all []*asker
		for range 20 {
			all = append(all, asks(t, g, leadsQuery, nil))
		}
		modern := asks(t, g, leadsQuery, map[string]string{"Accept": mediaGraphQL})
		close(way.shut)
		want := all[0].answer()
		if !strings.HasPrefix(want, `{"data":{"leads":{"nodes":[{"id":"lead_`) {
			t.Errorf("%s", want)
		}
		for _, a := range append(all, modern) {
			if got := a.answer(); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
		if got := modern.Header().Get("Content-Type"); got != mediaGraphQL+"; charset=utf-8" {
			t.Errorf("Content-Type = %q: the answer is shared, the media type is each one's own", got)
		}
		if run, joined := executed(t, g); run != "1" || joined != "20" {
			t.Errorf("%s runs, %s joined, want 1 and 20", run, joined)
		}
		asks(t, g, leadsQuery, nil).answer()
		if run, _ := executed(t, g); run != "2" {
			t.Errorf("%s runs after one more request, want 2: nothing is kept", run)
		}
	})
}

// TestSharingCompressed wants each to have the answer in the coding that he takes.
func TestSharingCompressed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, _ := gated(t)
		long := strings.Replace(leadsQuery, "first: 3", "first: 50", 1)
		zip := map[string]string{"Accept-Encoding": "gzip"}
		plain, first, second := asks(t, g, long, nil), asks(t, g, long, zip), asks(t, g, long, zip)
		close(way.shut)
		want := plain.answer()
		for _, a := range []*asker{first, second} {
			packed := a.answer()
			if got := a.Header(); got.Get("Content-Encoding") != "gzip" || got.Get("Content-Length") != strconv.Itoa(len(packed)) {
				t.Errorf("headers: %v", got)
			}
			z, err := gzip.NewReader(strings.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(z); err != nil || string(got) != want {
				t.Errorf("got  %s, %v\nwant %s", got, err, want)
			}
		}
		if run, joined := executed(t, g); run != "1" || joined != "2" || len(want) < worthCompressing {
			t.Errorf("%s runs, %s joined, %d bytes, want 1, 2, and many", run, joined, len(want))
		}
	})
}

// TestSharingByGet wants queries in URLs to be shared like others, but not with others.
func TestSharingByGet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, _ := gated(t)
		var wait sync.WaitGroup
		answers := make([]string, 3)
		for i := range answers {
			wait.Go(func() {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/graphql?query=%7Bleads%28first%3A3%29%7Bnodes%7Bid%20displayName%7D%7D%7D", nil)
				w := httptest.NewRecorder()
				g.Handler().ServeHTTP(w, r)
				answers[i] = w.Body.String()
			})
		}
		posted := asks(t, g, leadsQuery, nil)
		synctest.Wait()
		close(way.shut)
		wait.Wait()
		for _, got := range answers {
			if want := posted.answer(); got != want || !strings.Contains(got, "lead_") {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}
		if run, joined := executed(t, g); run != "2" || joined != "2" {
			t.Errorf("%s runs, %s joined, want 2 and 2", run, joined)
		}
	})
}

// TestLeavingAShare wants a run to go on when the one has gone who began it, and to end with the last.
func TestLeavingAShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, _ := gated(t)
		first, second, third := asks(t, g, leadsQuery, nil), asks(t, g, leadsQuery, nil), asks(t, g, leadsQuery, nil)
		first.cancel()
		second.cancel()
		<-second.done
		if calls, given := way.seen(); calls != 1 || given != 0 {
			t.Errorf("%d calls of which %d were given up, want 1 and 0: one waits still", calls, given)
		}
		third.cancel()
		synctest.Wait()
		if _, given := way.seen(); given != 1 {
			t.Errorf("%d calls were given up, want 1", given)
		}

		first, second = asks(t, g, leadsQuery, nil), asks(t, g, leadsQuery, nil)
		first.cancel()
		synctest.Wait()
		close(way.shut)
		if got := second.answer(); !strings.HasPrefix(got, `{"data":{"leads":{"nodes":[{`) || strings.Contains(got, "errors") {
			t.Errorf("%s", got)
		}
		if calls, _ := way.seen(); calls != 2 {
			t.Errorf("%d calls, want 2: nobody had to ask again", calls)
		}
	})
}

// stuck is a client that does not read.
type stuck struct {
	*httptest.ResponseRecorder
	until chan struct{}
}

// Write waits.
func (s stuck) Write(b []byte) (int, error) {
	<-s.until
	return s.ResponseRecorder.Write(b)
}

// TestSlowReader wants nobody to wait for one who does not read his answer.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, _ := gated(t)
		slow := stuck{httptest.NewRecorder(), make(chan struct{})}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/graphql", strings.NewReader(leadsQuery))
		r.Header.Set("Content-Type", "application/json")
		var wait sync.WaitGroup
		wait.Go(func() { g.Handler().ServeHTTP(slow, r) })
		synctest.Wait()
		other := asks(t, g, leadsQuery, nil)
		close(way.shut)
		want := other.answer()
		close(slow.until)
		wait.Wait()
		if got := slow.Body.String(); got != want || !strings.Contains(got, "lead_") {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// TestSharingForgets sends many requests that give up: nothing of them stays.
func TestSharingForgets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reading := func(context.Context) (closeapi.Reading, bool) { return closeapi.Reading{}, true }
		s := newSharing(reading, nil, time.Second)
		_, told := tinyOptions(t).Telemetry.Request(t.Context(), httptest.NewRequest(http.MethodPost, "/", nil), graphqlPath)
		to := reply{told: told}
		var wait sync.WaitGroup
		cancels := make([]context.CancelFunc, 1000)
		for i := range cancels {
			ctx, cancel := context.WithCancel(t.Context())
			cancels[i] = cancel
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", nil)
			q := &question{Request: r, body: bytes.NewBufferString(fmt.Sprint(i / 2))}
			wait.Go(func() {
				s.find(ctx, to, q, func(ctx context.Context, isQuery func(bool)) found {
					isQuery(true)
					<-ctx.Done()
					return found{}
				})
			})
		}
		synctest.Wait()
		if len(s.runs) != 500 {
			t.Errorf("%d runs of 1000 requests, each twice, want 500", len(s.runs))
		}
		for _, cancel := range cancels {
			cancel()
		}
		wait.Wait()
		if len(s.runs) != 0 {
			t.Errorf("%d runs stay", len(s.runs))
		}
	})
}

// TestPanicInAShare lets the first run panic: the others run their own.
func TestPanicInAShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reading := func(context.Context) (closeapi.Reading, bool) { return closeapi.Reading{}, true }
		s := newSharing(reading, nil, time.Second)
		_, told := tinyOptions(t).Telemetry.Request(t.Context(), httptest.NewRequest(http.MethodPost, "/", nil), graphqlPath)
		to := reply{told: told}
		begin, runs := make(chan struct{}), 0
		find := func() (f found, cause any) {
			defer func() { cause = recover() }()
			q := &question{Request: httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", nil), body: bytes.NewBufferString("x")}
			return s.find(t.Context(), to, q, func(_ context.Context, isQuery func(bool)) found {
				isQuery(true)
				if runs++; runs == 1 {
					<-begin
					panic("first")
				}
				return found{kind: "query"}
			}), nil
		}
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, cause := find(); cause != "first" {
				t.Errorf("the first has %v", cause)
			}
		})
		synctest.Wait()
		wait.Go(func() {
			if f, cause := find(); cause != nil || f.kind != "query" {
				t.Errorf("the second has %v, %v", f, cause)
			}
		})
		synctest.Wait()
		close(begin)
		wait.Wait()
	})
}
