package gateway

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// from asks a handler as somebody at an address does.
func from(t *testing.T, h http.Handler, peer, target string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	r.RemoteAddr = peer
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// others are the lines that are not of our own metrics.
var others = regexp.MustCompile(`^(#|go_|process_|build_info)`)

// scrape reads our own metrics as Prometheus would on this machine, but for the buckets and sums of times.
func scrape(t *testing.T, h http.Handler) map[string]string {
	t.Helper()
	w := from(t, h, "127.0.0.1:40000", "http://localhost:8080/metrics", nil)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("status = %d, %s: %s", w.Code, w.Header(), w.Body)
	}
	samples := map[string]string{}
	for line := range strings.Lines(w.Body.String()) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "closegraph_")
		name, value := line[:strings.LastIndexByte(line, ' ')], line[strings.LastIndexByte(line, ' ')+1:]
		timed := strings.Contains(name, "_seconds_bucket") || strings.Contains(name, "_seconds_sum")
		if !timed && !others.MatchString(line) {
			samples[name] = value
		}
	}
	return samples
}

// TestMetrics asks for this and that, and reads what the metrics have more after each.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	o := testOptions(s)
	o.Config.MaxDepth, o.Config.MaxTokens, o.Config.MaxCalls, o.Config.MaxBody = 4, 250, 2, 2000
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	leads, task := s.IDs("lead"), s.IDs("task")[0]

	for _, step := range []struct {
		name  string
		fault sandbox.Fault
		query string
		want  map[string]string // what changed; without the counts of the histograms
	}{
		{
			name: "a cold cache", query: `query Who { viewer { id } }`,
			want: map[string]string{
				`requests_total{outcome="ok",type="query"}`:              "1",
				`rest_calls_total{operation="GET /me/",outcome="2xx"}`:   "1",
				`cache_requests_total{kind="me",result="miss"}`:          "1",
				`request_duration_seconds_count{type="query"}`:           "1",
				`rest_call_duration_seconds_count{operation="GET /me/"}`: "1",
				`rest_calls_per_request_sum{type="query"}`:               "1",
				`rest_calls_per_request_bucket{type="query",le="1"}`:     "1",
				`rest_calls_per_request_bucket{type="query",le="250"}`:   "1",
			},
		},
		{
			name: "a warm one", query: `{ viewer { id } }`,
			want: map[string]string{
				`requests_total{outcome="ok",type="query"}`:          "2",
				`cache_requests_total{kind="me",result="hit"}`:       "1",
				`request_duration_seconds_count{type="query"}`:       "2",
				`rest_calls_per_request_bucket{type="query",le="0"}`: "1",
				`rest_calls_per_request_bucket{type="query",le="1"}`: "2",
			},
		},
		{
			name: "an edge whose calls are refused", fault: sandbox.Fault{Match: "GET /lead/{id}/", Times: 1, Status: 403},
			query: fmt.Sprintf(`{ task(id: %q) { id } lead(id: %q) { name } }`, task, leads[0]),
			want: map[string]string{
				`requests_total{outcome="partial",type="query"}`:              "1",
				`rest_calls_total{operation="GET /task/{id}/",outcome="2xx"}`: "1",
				`rest_calls_total{operation="GET /lead/{id}/",outcome="4xx"}`: "1",
			},
		},
		{
			name: "a call that is sent again", fault: sandbox.Fault{Match: "GET /lead/{id}/", Times: 1, Status: 503},
			query: fmt.Sprintf(`{ lead(id: %q) { name } }`, leads[0]),
			want: map[string]string{
				`requests_total{outcome="ok",type="query"}`:                   "3",
				`rest_calls_total{operation="GET /lead/{id}/",outcome="2xx"}`: "1",
				`rest_retries_total{operation="GET /lead/{id}/"}`:             "1",
			},
		},
		{
			name: "a mutation", query: fmt.Sprintf(`mutation { taskComplete(id: %q) { task { id } } }`, task),
			want: map[string]string{
				`requests_total{outcome="ok",type="mutation"}`:                "1",
				`rest_calls_total{operation="PUT /task/{id}/",outcome="2xx"}`: "1",
			},
		},
		{
			name: "a query that is not valid", query: `{ nothing }`,
			want: map[string]string{`requests_total{outcome="refused",type="unknown"}`: "1"},
		},
		{
			name: "too deep", query: `{ tasks { nodes { lead { contacts { name } } } } }`,
			want: map[string]string{`requests_total{outcome="refused",type="unknown"}`: "2", `limits_hit_total{limit="depth"}`: "1"},
		},
		{
			name: "too many tokens", query: `{ viewer { id ` + strings.Repeat("id ", 250) + `} }`,
			want: map[string]string{`requests_total{outcome="refused",type="unknown"}`: "3", `limits_hit_total{limit="tokens"}`: "1"},
		},
		{
			name: "too long", query: `{ viewer { id } }` + strings.Repeat(" ", 2000),
			want: map[string]string{`requests_total{outcome="refused",type="unknown"}`: "4", `limits_hit_total{limit="body"}`: "1"},
		},
		{
			name: "too often the same", query: `{ viewer { ` + strings.Repeat("firstName ", 101) + `} }`,
			want: map[string]string{`requests_total{outcome="refused",type="unknown"}`: "5", `limits_hit_total{limit="repeats"}`: "1"},
		},
		{
			name:  "too many calls",
			query: fmt.Sprintf(`{ a: lead(id: %q) { tasks { nodes { id } } } b: lead(id: %q) { tasks { nodes { id } } } }`, leads[0], leads[1]),
			want: map[string]string{
				`requests_total{outcome="refused",type="query"}`: "1",
				`limits_hit_total{limit="calls"}`:                "1",
			},
		},
	} {
		before := scrape(t, g.Handler())
		s.Fault(step.fault)
		post(t, g, map[string]any{"query": step.query}, nil)
		s.ClearFaults()
		after := scrape(t, g.Handler())
		for name, want := range step.want {
			if after[name] != want || before[name] == want {
				t.Errorf("%s: %s is %s and was %q, want %s", step.name, name, after[name], before[name], want)
			}
		}
		for name, value := range after {
			counter := strings.Contains(name, "_total{")
			if _, wanted := step.want[name]; counter && value != before[name] && !wanted {
				t.Errorf("%s: %s is %s and was %q, and should not have changed", step.name, name, value, before[name])
			}
		}
	}
	if got := scrape(t, g.Handler())[`requests_in_flight`]; got != "0" {
		t.Errorf("requests in flight: %s", got)
	}
}

// TestOutcomes says what requests are counted as.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx    context.Context
		method string
		target string
		query  string
		refuse error
		want   []string // what is there, but for histograms
	}{
		"ok":                 {query: "{hello}", want: []string{`requests_total{outcome="ok",type="query"}`}},
		"a mutation":         {query: "mutation{touch}", want: []string{`requests_total{outcome="ok",type="mutation"}`}},
		"an error":           {query: "{hello fail}", want: []string{`requests_total{outcome="partial",type="query"}`}},
		"a panic":            {query: "{boom}", want: []string{`requests_total{outcome="failed",type="query"}`}},
		"nothing of ours":    {query: "{hello}", refuse: io.EOF, want: []string{`requests_total{outcome="failed",type="unknown"}`}},
		"turned down":        {query: "{hello}", refuse: badRequest("no"), want: []string{`requests_total{outcome="refused",type="unknown"}`}},
		"not valid":          {query: "{nothing}", want: []string{`requests_total{outcome="refused",type="unknown"}`}},
		"another method":     {method: "PUT", query: "{hello}", want: []string{`requests_total{outcome="refused",type="unknown"}`}},
		"a mutation by GET":  {method: "GET", target: get("query", "mutation{touch}"), want: []string{`requests_total{outcome="refused",type="mutation"}`}},
		"a client that left": {ctx: gone, query: "{hello}", want: []string{`requests_total{outcome="canceled",type="query"}`}},
		"too late": {query: "{hello slow}", want: []string{
			`limits_hit_total{limit="time"}`, `requests_total{outcome="partial",type="query"}`,
		}},
		"a long GET": {method: "GET", target: get("query", "{hello}"+strings.Repeat(" ", longestQueryString)), want: []string{
			`limits_hit_total{limit="query_string"}`, `requests_total{outcome="refused",type="unknown"}`,
		}},
		"what is asked beforehand": {method: "OPTIONS"},
		"another path":             {method: "GET", target: "/graphq"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := tinyOptions(t)
			opts.Timeout = 20 * time.Millisecond
			if test.refuse != nil {
				opts.Prepare = func(ctx context.Context, _ *http.Request) (context.Context, error) { return ctx, test.refuse }
			}
			if test.ctx == nil {
				test.ctx = t.Context()
			}
			body := strings.NewReader(fmt.Sprintf(`{"query":%q}`, test.query))
			r := httptest.NewRequestWithContext(test.ctx, cmp.Or(test.method, http.MethodPost), cmp.Or(test.target, graphqlPath), body)
			r.Header.Set("Content-Type", mediaJSON)
			newHTTPHandler(opts).ServeHTTP(httptest.NewRecorder(), r)
			var got []string
			for name, value := range scrape(t, opts.Telemetry.Metrics()) {
				if strings.Contains(name, "_total{") {
					got = append(got, name)
					if value != "1" {
						t.Errorf("%s is %s, want 1", name, value)
					}
				}
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("counted: %q, want %q", got, test.want)
			}
		})
	}
}

// TestLabelsAreBounded wants what strangers send to make no series of its own.
func TestLabelsAreBounded(t *testing.T) {
	t.Parallel()
	g := newTestGateway(t, sandbox.RunT(t))
	ask := func(i int) {
		post(t, g, map[string]any{"query": fmt.Sprintf(`query Name%d { lead(id: "lead_%d") { name } }`, i, i)}, http.Header{"X-Request-Id": {fmt.Sprint(i)}})
		post(t, g, map[string]any{"query": fmt.Sprintf(`{ field%d }`, i)}, nil)
		for _, method := range []string{"GET", fmt.Sprintf("METHOD%d", i)} {
			for _, path := range []string{fmt.Sprintf("/path/%d", i), fmt.Sprintf("/graphql?query=%d", i)} {
				r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost"+path, nil)
				g.Handler().ServeHTTP(httptest.NewRecorder(), r)
			}
		}
	}
	names := func() (names []string) {
		for name := range scrape(t, g.Handler()) {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}
	ask(0)
	before := names()
	for i := range 1000 {
		ask(i + 1)
	}
	if after := names(); !slices.Equal(before, after) {
		t.Errorf("series after a thousand strangers: %q, before: %q", after, before)
	}
}

// TestWhoSeesMetrics asks for metrics and profiles from here and from elsewhere.
func TestWhoSeesMetrics(t *testing.T) {
	t.Parallel()
	const here, elsewhere = "127.0.0.1:40000", "192.0.2.1:40000"
	gateway := func(admin string, profiles bool) *Gateway {
		o := testOptions(sandbox.RunT(t))
		o.Config.AdminListen, o.Config.Pprof, o.Config.AllowAnonymous = admin, profiles, true
		g, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(g.Close)
		return g
	}
	plain, admin, profiles := gateway("", false), gateway("0.0.0.0:9090", false), gateway("0.0.0.0:9090", true)
	for name, test := range map[string]struct {
		handler    http.Handler
		peer, path string
		host       string
		header     http.Header
		want       int
	}{
		"metrics from here":                         {handler: plain.Handler(), peer: here, path: "/metrics", want: 200},
		"from here, version 6":                      {handler: plain.Handler(), peer: "[::1]:40000", path: "/metrics", want: 200},
		"from here, version 4 in 6":                 {handler: plain.Handler(), peer: "[::ffff:127.0.0.1]:40000", path: "/metrics", want: 200},
		"from elsewhere":                            {handler: plain.Handler(), peer: elsewhere, path: "/metrics", want: 403},
		"from elsewhere, through a proxy":           {handler: plain.Handler(), peer: here, path: "/metrics", header: http.Header{"X-Forwarded-For": {"192.0.2.1"}}, want: 403},
		"from elsewhere, by another's name":         {handler: plain.Handler(), peer: here, path: "/metrics", host: "evil.example", want: 403},
		"from nowhere":                              {handler: plain.Handler(), peer: "@", path: "/metrics", want: 403},
		"no profiles there":                         {handler: profiles.Handler(), peer: here, path: "/debug/pprof/", want: 404},
		"metrics that have an address of their own": {handler: admin.Handler(), peer: here, path: "/metrics", want: 404},
		"which serves all":                          {handler: admin.Admin(), peer: elsewhere, path: "/metrics", host: "10.0.0.1:9090", want: 200},
		"and health":                                {handler: admin.Admin(), peer: elsewhere, path: "/healthz", want: 200},
		"and readiness":                             {handler: admin.Admin(), peer: elsewhere, path: "/readyz", want: 200},
		"and nothing else":                          {handler: admin.Admin(), peer: here, path: "/graphql", want: 404},
		"no profiles unless wanted":                 {handler: admin.Admin(), peer: here, path: "/debug/pprof/", want: 404},
		"profiles from here":                        {handler: profiles.Admin(), peer: here, path: "/debug/pprof/", want: 200},
		"one profile from here":                     {handler: profiles.Admin(), peer: here, path: "/debug/pprof/goroutine", want: 200},
		"profiles from elsewhere":                   {handler: profiles.Admin(), peer: elsewhere, path: "/debug/pprof/heap", want: 403},
		"the arguments, which may hold the key":     {handler: profiles.Admin(), peer: here, path: "/debug/pprof/cmdline", want: 404},
	} {
		if test.host == "" {
			test.host = "localhost:8080"
		}
		if w := from(t, test.handler, test.peer, "http://"+test.host+test.path, test.header); w.Code != test.want {
			t.Errorf("%s: status = %d, want %d: %.100s", name, w.Code, test.want, w.Body)
		}
	}
}
