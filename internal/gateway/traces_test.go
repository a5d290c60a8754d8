package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// witness is a way to Close that remembers the headers, by path.
type witness struct {
	next http.RoundTripper

	mu      sync.Mutex
	headers map[string][]http.Header
}

func (w *witness) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	_, path, _ := strings.Cut(r.URL.Path, "/v1")
	w.headers[path] = append(w.headers[path], r.Header.Clone())
	w.mu.Unlock()
	return w.next.RoundTrip(r)
}

// held is a way to Close that opens when it is released.
type held struct {
	next    http.RoundTripper
	release chan struct{}
}

func (h held) RoundTrip(r *http.Request) (*http.Response, error) {
	<-h.release
	return h.next.RoundTrip(r)
}

// newTracedGateway is a gateway whose spans are recorded, with its log and what it sends to Close.
func newTracedGateway(t *testing.T, s *sandbox.Server) (*Gateway, *tracetest.SpanRecorder, *witness, *bytes.Buffer) {
	t.Helper()
	spans, close, log := tracetest.NewSpanRecorder(), &witness{next: s.Transport(), headers: map[string][]http.Header{}}, &bytes.Buffer{}
	o := testOptions(s)
	o.Telemetry = telemetry.New("test", telemetry.NewTracing(spans))
	o.Transport, o.Log = close, slog.New(slog.NewJSONHandler(log, nil))
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g, spans, close, log
}

// ended are the spans by their names, each with its attributes.
func ended(spans *tracetest.SpanRecorder) (byName map[string]sdktrace.ReadOnlySpan, attributes map[string]map[string]any) {
	byName, attributes = map[string]sdktrace.ReadOnlySpan{}, map[string]map[string]any{}
	for _, span := range spans.Ended() {
		byName[span.Name()] = span
		of := map[string]any{}
		for _, a := range span.Attributes() {
			of[string(a.Key)] = a.Value.AsInterface()
		}
		attributes[span.Name()] = of
	}
	return byName, attributes
}

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
	secret       = "s3cr3tPlanted"
)

// TestTraces follows one query from its caller to Close.
func TestTraces(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g, spans, close, log := newTracedGateway(t, s)
	lead := s.IDs("lead")[0]
	s.Fault(sandbox.Fault{Match: "GET /lead/", Times: 1, Status: 503})
	post(t, g, map[string]any{"query": `{ viewer { id } }`}, nil) // is kept then
	spans.Reset()

	query := fmt.Sprintf(`query Page($id: ID!, $gone: ID!) {
		lead(id: $id) { name } gone: lead(id: $gone) { name } viewer { id } text: lead(id: "lead_%s") { id }
	}`, secret)
	post(t, g, map[string]any{
		"query": query, "operationName": "Page", "variables": map[string]any{"id": lead, "gone": "lead_" + secret + "2"},
	}, http.Header{
		"Traceparent": {"00-" + callersTrace + "-" + callersSpan + "-01"}, "Tracestate": {"vendor=1"},
		"Baggage": {"key=" + secret}, "Cookie": {"a=" + secret}, "User-Agent": {secret}, "X-Secret": {secret},
	})

	byName, attributes := ended(spans)
	want := map[string]map[string]any{
		"POST /graphql": {
			"http.request.method": "POST", "http.route": "/graphql", "url.path": "/graphql", "url.scheme": "http",
			"http.response.status_code": int64(200), "closegraph.outcome": "partial",
		},
		"query": {"graphql.operation.type": "query", "graphql.operation.name": "Page"},
		"GET /me/": {
			"http.request.method": "GET", "url.template": "/me/", "http.response.status_code": int64(200),
			"closegraph.cached": true, "closegraph.joined": false, "closegraph.attempts": int64(0),
		},
		"GET /lead/": {
			"http.request.method": "GET", "url.template": "/lead/", "http.response.status_code": int64(200),
			"server.address": "api.close.com", "server.port": int64(443),
			"closegraph.cached": false, "closegraph.joined": false, "closegraph.attempts": int64(2),
		},
		"GET /lead/{id}/": {
			"http.request.method": "GET", "url.template": "/lead/{id}/", "http.response.status_code": int64(404), "error.type": "404",
			"server.address": "api.close.com", "server.port": int64(443),
			"closegraph.cached": false, "closegraph.joined": false, "closegraph.attempts": int64(1),
		},
	}
	if diff := cmp.Diff(want, attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}

	server, operation := byName["POST /graphql"], byName["query"]
	if got := server.Parent(); got.TraceID().String() != callersTrace || got.SpanID().String() != callersSpan || !got.IsRemote() {
		t.Errorf("the request's span belongs to %s %s, not to its caller's", got.TraceID(), got.SpanID())
	}
	if operation.Parent().SpanID() != server.SpanContext().SpanID() {
		t.Error("the operation's span does not belong to the request's")
	}
	sent := map[string]bool{} // which spans Close was told of
	for path, headers := range close.headers {
		for _, header := range headers {
			sent[header.Get("Traceparent")] = true
			for _, name := range []string{"Tracestate", "Baggage"} {
				if header.Get(name) != "" {
					t.Errorf("%s: %s went to Close", path, name)
				}
			}
		}
	}
	for _, span := range spans.Ended() {
		if span == server || span == operation {
			continue
		}
		if span.Parent().SpanID() != operation.SpanContext().SpanID() {
			t.Errorf("the span of %s does not belong to the operation's", span.Name())
		}
		told := sent[fmt.Sprintf("00-%s-%s-01", callersTrace, span.SpanContext().SpanID())]
		if asked := span.Name() != "GET /me/"; told != asked {
			t.Errorf("%s: Close was told of the span: %t, want %t", span.Name(), told, asked)
		}
	}

	all, err := json.Marshal(tracetest.SpanStubsFromReadOnlySpans(spans.Ended()))
	if err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{secret, sandbox.DemoKey, lead, "viewer"} {
		if strings.Contains(string(all), private) {
			t.Errorf("%q is in a span: %s", private, all)
		}
	}
	if !strings.Contains(log.String(), `"trace":"`+callersTrace+`"`) {
		t.Errorf("the log does not have the trace: %s", log)
	}
}

// TestTracesOfFailures wants requests that failed to show, and names that are long not to.
func TestTracesOfFailures(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g, spans, _, _ := newTracedGateway(t, s)
	for _, step := range []struct {
		name, query string
		fault       sandbox.Fault
		span        string
		want        map[string]any // among the attributes; nil for what must not be there
	}{
		{"refused", `{ nothing }`, sandbox.Fault{}, "POST /graphql", map[string]any{"closegraph.outcome": "refused"}},
		{"a long name", `query ` + strings.Repeat("N", 65) + ` { __typename }`, sandbox.Fault{}, "query", map[string]any{"graphql.operation.name": nil}},
		{"no name", `{ __typename }`, sandbox.Fault{}, "query", map[string]any{"graphql.operation.name": nil}},
		{"no connection", `{ task(id: "task_1") { id } }`, sandbox.Fault{Drop: true}, "GET /task/{id}/", map[string]any{
			"error.type": "connection", "http.response.status_code": nil,
		}},
		{"cut short", `{ task(id: "task_1") { id } }`, sandbox.Fault{Status: 200, Body: "<html>"}, "GET /task/{id}/", map[string]any{
			"error.type": "unusable", "http.response.status_code": int64(200),
		}},
	} {
		spans.Reset()
		s.Fault(step.fault)
		post(t, g, map[string]any{"query": step.query}, nil)
		s.ClearFaults()
		_, attributes := ended(spans)
		got := map[string]any{}
		for name := range step.want {
			got[name] = attributes[step.span][name]
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

// TestTracesShareCalls wants requests of different traces to share what they would share without: the calls, where the
// operations differ in anything, and else the whole operation.
func TestTracesShareCalls(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		query  func(i int, id string) string
		joined int // spans
	}{
		"the calls": {func(i int, id string) string {
			return fmt.Sprintf(`query Q%d { task(id: %q) { id } viewer { id } }`, i, id)
		}, 4},
		"the operations": {func(_ int, id string) string { return fmt.Sprintf(`{ task(id: %q) { id } viewer { id } }`, id) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tracesShare(t, tt.query, tt.joined)
		})
	}
}

func tracesShare(t *testing.T, query func(i int, id string) string, want int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.RunT(t)
		g, spans, seen, _ := newTracedGateway(t, s)
		release := make(chan struct{})
		seen.next = held{seen.next, release}
		id := s.IDs("task")[0]
		var all sync.WaitGroup
		for i := range 3 {
			all.Go(func() {
				post(t, g, map[string]any{"query": query(i, id)}, http.Header{"Traceparent": {fmt.Sprintf("00-%032x-%016x-01", i+1, i+1)}})
			})
		}
		synctest.Wait()
		close(release)
		all.Wait()
		post(t, g, map[string]any{"query": `{ viewer { id } }`}, http.Header{"Traceparent": {"00-" + callersTrace + "-" + callersSpan + "-01"}})
		for path, headers := range seen.headers {
			if len(headers) != 1 {
				t.Errorf("%s: %d calls, want 1", path, len(headers))
			}
		}
		joined := slices.DeleteFunc(spans.Ended(), func(span sdktrace.ReadOnlySpan) bool {
			return !slices.ContainsFunc(span.Attributes(), func(a attribute.KeyValue) bool {
				return a.Key == "closegraph.joined" && a.Value.AsBool()
			})
		})
		if len(joined) != want {
			t.Errorf("%d spans that joined another, want %d", len(joined), want)
		}
	})
}

// TestNoTraces wants nothing of a caller's trace to go to Close when nothing is traced.
func TestNoTraces(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	close := &witness{next: s.Transport(), headers: map[string][]http.Header{}}
	o := testOptions(s)
	o.Transport = close
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	post(t, g, map[string]any{"query": `{ viewer { id } }`}, http.Header{"Traceparent": {"00-" + callersTrace + "-" + callersSpan + "-01"}})
	if headers := close.headers["/me/"]; len(headers) != 1 || headers[0].Get("Traceparent") != "" {
		t.Errorf("headers: %v", headers)
	}
}
