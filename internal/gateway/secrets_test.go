package gateway

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// outputs is all that a gateway lets out: its log at its most talkative, its spans, and what it answers.
type outputs struct {
	mu    sync.Mutex
	text  bytes.Buffer
	spans *tracetest.SpanRecorder
}

// Write takes a record of the log.
func (o *outputs) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// everything is the outputs as one text.
func (o *outputs) everything() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all strings.Builder
	all.Write(o.text.Bytes())
	for _, span := range o.spans.Ended() {
		fmt.Fprintln(&all, "span:", span.Name(), span.Attributes(), span.Events(), span.Status(), span.SpanContext().TraceState())
	}
	return all.String()
}

// traitor is a way to Close that panics with all that it was given, and quotes it in what it answers, as only a mistake in a
// library or a hostile server would.
type traitor struct{ next http.RoundTripper }

func (w traitor) RoundTrip(r *http.Request) (*http.Response, error) {
	given := fmt.Sprint(r.Header)
	switch {
	case strings.Contains(r.URL.Path, "/contact/"):
		panic("broken with " + given)
	case strings.Contains(r.URL.Path, "/opportunity/"):
		return nil, fmt.Errorf("cannot send %s %v", r.URL, given)
	case strings.Contains(r.URL.Path, "/pipeline/"):
		body := fmt.Sprintf(`{"error": %q}`, given)
		return &http.Response{StatusCode: http.StatusBadGateway, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	case strings.Contains(r.URL.Path, "/user/"):
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://evil.example/?" + given}}, Body: http.NoBody}, nil
	}
	return w.next.RoundTrip(r)
}

// TestPlantedSecrets plants credentials in every mode, lets much go well and much go wrong, and looks for them in all that
// comes out.
func TestPlantedSecrets(t *testing.T) {
	t.Parallel()
	keys, sign := issuer(t)
	token := sign(jwt.MapClaims{"scope": "close.write"})
	basic := base64.StdEncoding.EncodeToString([]byte("api_planted.callers-key:"))
	session := []string{"--oauth-client-id=" + sandbox.DemoClientID, "--oauth-client-secret=planted-client-secret", "--session-keys=planted-session-key-0123456789abcdef"}
	for name, tt := range map[string]struct {
		flags         []string
		authorization []string // each is used once
		secrets       []string
	}{
		"key":          {[]string{"--close-api-key=" + serverKey}, []string{"", "Bearer planted-in-vain"}, []string{serverKey, "planted-key"}},
		"access token": {[]string{"--close-api-key=" + serverKey, "--access-tokens-file=" + tokensFile(t)}, []string{"Bearer " + writeToken, "Bearer planted-guess", "Basic " + basic}, []string{serverKey, writeToken, "planted", basic}},
		"JWT": {[]string{"--close-api-key=" + serverKey, "--jwt-issuer=" + keys, "--jwt-audience=closegraph", "--jwks-url=" + keys, "--jwt-write-scope=close.write"},
			[]string{"Bearer " + token, "Bearer " + token + "x"}, []string{serverKey, "planted", token, strings.Split(token, ".")[2]}},
		"passthrough": {[]string{"--passthrough"}, []string{"Basic " + basic, "Bearer planted-bearer-token", "Digest planted"}, []string{"planted", basic}},
		"session":     {session, []string{"", "Bearer planted-bearer-token"}, []string{"planted"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := &outputs{spans: tracetest.NewSpanRecorder()}
			o := testOptions(nil, append(tt.flags, "--explain=on", "--admin-listen=127.0.0.1:0", "--pprof")...)
			o.Transport = traitor{sandbox.RunT(t).Transport()}
			o.Log = slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug}))
			o.Telemetry = telemetry.New("test", telemetry.NewTracing(out.spans))
			g := newGateway(t, o)
			note := func(method, target, body, authorization string) {
				header := map[string]string{"Authorization": authorization, explainHeader: "1", "Cookie": "closegraph-session=planted-cookie; planted=1", "Accept": mediaGraphQL}
				for _, handler := range []http.Handler{g.Handler(), g.Admin()} {
					w := ask(t, handler, method, target, body, header)
					fmt.Fprintln(out, method, target, w.Code, w.Header(), w.Body)
				}
			}
			for _, authorization := range tt.authorization {
				for _, query := range []string{
					`{viewer{id name} leads(first: 2) {nodes {name}}}`, `{contact(id: \"cont_1\"){name}}`, `{opportunity(id: \"oppo_1\"){note}}`,
					`{pipelines{name}}`, `{user(id: \"user_1\"){name}}`, `{nothing}`, `{`, `mutation{taskDelete(id: \"task_1\"){deletedId}}`,
				} {
					note(http.MethodPost, graphqlPath, `{"query":"`+query+`"}`, authorization)
				}
				note(http.MethodPost, graphqlPath, `[`, authorization)
				for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/playground/config.json", "/oauth/login", "/oauth/callback?code=c&state=s", "/nowhere"} {
					note(http.MethodGet, path, "", authorization)
				}
			}
			for _, path := range []string{"", "heap?debug=1", "goroutine?debug=2", "cmdline", "symbol"} {
				fmt.Fprintln(out, from(t, g.Admin(), "127.0.0.1:40000", "http://localhost/debug/pprof/"+path, nil).Body)
			}
			var help bytes.Buffer
			_, _ = config.Parse(append(tt.flags, "--help"), "test", func(string) (string, bool) { return "", false }, &help, &help)
			fmt.Fprintln(out, &help, fmt.Sprintf("%v %+v %#v", o.Config, o.Config, o.Config))

			all := out.everything()
			for _, must := range []string{"span: POST /graphql", "closegraph_requests_total", "goroutine", "Usage:", `"msg":"request"`} {
				if !strings.Contains(all, must) {
					t.Errorf("the outputs lack %s", must)
				}
			}
			if name != "session" && (!strings.Contains(all, "broken with") || !strings.Contains(all, `"closegraph":{`)) {
				t.Error("nothing went wrong, or nothing was explained")
			}
			for _, secret := range tt.secrets {
				if at := strings.Index(all, secret); at >= 0 {
					t.Errorf("%s is told: %s", secret, all[max(0, at-300):min(len(all), at+100)])
				}
			}
		})
	}
}
