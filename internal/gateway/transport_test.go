package gateway

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/internal/telemetry"
)

func tinyOptions(t testing.TB) httpOptions {
	t.Helper()
	return httpOptions{
		Exec: newTinyExecutor(t), Telemetry: telemetry.New("test", nil),
		MaxBody: 4 << 10, Timeout: time.Second, Log: slog.New(slog.DiscardHandler),
	}
}

// ask sends a request to the handler. A header without a value is taken away.
func ask(t *testing.T, h http.Handler, method, target, body string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, "localhost:8080", method, target, body, header)
}

// askHost sends a request to the API of a server that is called so.
func askHost(t *testing.T, h http.Handler, method, host, body string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, h, host, method, graphqlPath, body, header)
}

func send(t *testing.T, h http.Handler, host, method, target, body string, header map[string]string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Host = host
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var modern = map[string]string{"Accept": mediaGraphQL}

func TestRequests(t *testing.T) {
	t.Parallel()
	handler := newHTTPHandler(tinyOptions(t))
	for _, tc := range []struct {
		name   string
		method string // POST when empty
		target string // /graphql when empty
		body   string
		header map[string]string
		status int
		media  string // application/json when empty
		want   string // the body; when it is a code, that of the only error, beside no data
	}{
		{name: "a query", body: `{"query":"{hello}"}`, status: 200, want: `{"data":{"hello":"world"}}`},
		{name: "a query, new media type", body: `{"query":"{hello}"}`, header: modern, status: 200, media: mediaGraphQL, want: `{"data":{"hello":"world"}}`},
		{name: "everything given", body: `{"query":"query A{hello} query B($t:String!){echo(text:$t)}","operationName":"B","variables":{"t":"<é>"},"extensions":{"x":1}}`, status: 200, want: `{"data":{"echo":"\u003cé\u003e"}}`},
		{name: "nulls count as absent", body: `{"query":"{hello}","operationName":null,"variables":null,"extensions":null}`, status: 200, want: `{"data":{"hello":"world"}}`},
		{name: "unknown members are ignored", body: `{"query":"{hello}","more":[1]}`, status: 200, want: `{"data":{"hello":"world"}}`},
		{name: "numbers keep their digits", body: `{"query":"query($n:Long){echo(text:\"\",big:$n)}","variables":{"n":12345678901234567890}}`, status: 200, want: `{"data":{"echo":12345678901234567890}}`},
		{name: "partial data", body: `{"query":"{hello fail}"}`, header: modern, status: 200, media: mediaGraphQL, want: `{"data":{"fail":null,"hello":"world"},"errors":[{"message":"it failed","path":["fail"],"extensions":{"code":"UPSTREAM_ERROR"}}]}`},
		{name: "a mutation", body: `{"query":"mutation{touch}"}`, status: 200, want: `{"data":{"touch":"world"}}`},
		{name: "charset", body: `{"query":"{hello}"}`, header: map[string]string{"Content-Type": `application/json; charset="UTF-8"`}, status: 200, want: `{"data":{"hello":"world"}}`},

		{name: "not parsed", body: `{"query":"{"}`, status: 200, want: codeParseFailed},
		{name: "not parsed, new media type", body: `{"query":"{"}`, header: modern, status: 400, media: mediaGraphQL, want: codeParseFailed},
		{name: "empty query", body: `{"query":""}`, header: modern, status: 400, media: mediaGraphQL, want: codeValidationFailed},
		{name: "not valid", body: `{"query":"{nothing}"}`, status: 200, want: codeValidationFailed},
		{name: "not valid, new media type", body: `{"query":"{nothing}"}`, header: modern, status: 400, media: mediaGraphQL, want: codeValidationFailed},
		{name: "no such operation", body: `{"query":"query A{hello}","operationName":"B"}`, header: modern, status: 400, media: mediaGraphQL, want: codeValidationFailed},
		{name: "variable of a wrong type", body: `{"query":"query($t:String!){echo(text:$t)}","variables":{"t":null}}`, header: modern, status: 400, media: mediaGraphQL, want: codeValidationFailed},
		{name: "variable of a wrong type, old media type", body: `{"query":"query($t:String!){echo(text:$t)}"}`, status: 200, want: codeValidationFailed},
		{name: "subscription", body: `{"query":"subscription{tick}"}`, status: 400, want: codeBadInput},

		{name: "no body", body: ``, status: 400, want: codeBadInput},
		{name: "not JSON", body: `{"query":`, status: 400, want: codeBadInput},
		{name: "not JSON, new media type", body: `NONSENSE`, header: modern, status: 400, media: mediaGraphQL, want: codeBadInput},
		{name: "a list", body: `[{"query":"{hello}"}]`, status: 400, want: codeBadInput},
		{name: "something after it", body: `{"query":"{hello}"} {}`, status: 400, want: codeBadInput},
		{name: "no query", body: `{"qeury":"{hello}"}`, status: 400, want: codeBadInput},
		{name: "query in another case", body: `{"Query":"{hello}"}`, status: 400, want: codeBadInput},
		{name: "query null", body: `{"query":null}`, status: 400, want: codeBadInput},
		{name: "query of a wrong type", body: `{"query":{}}`, status: 400, want: codeBadInput},
		{name: "operationName of a wrong type", body: `{"query":"{hello}","operationName":0}`, status: 400, want: codeBadInput},
		{name: "variables of a wrong type", body: `{"query":"{hello}","variables":[7]}`, status: 400, want: codeBadInput},
		{name: "variables as text", body: `{"query":"{hello}","variables":"{}"}`, status: 400, want: codeBadInput},
		{name: "extensions of a wrong type", body: `{"query":"{hello}","extensions":false}`, status: 400, want: codeBadInput},
		{name: "not UTF-8", body: "{\"query\":\"{hello}\xff\"}", status: 400, want: codeBadInput},
		{name: "too long", body: `{"query":"{hello}","more":"` + strings.Repeat("x", 5000) + `"}`, status: 413, want: codeBadInput},
		{name: "no content type", body: `{"query":"{hello}"}`, header: map[string]string{"Content-Type": ""}, status: 415, want: codeBadInput},
		{name: "a form", body: `query={hello}`, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, status: 415, want: codeBadInput},
		{name: "plain text", body: `{"query":"{hello}"}`, header: map[string]string{"Content-Type": "text/plain"}, status: 415, want: codeBadInput},
		{name: "another charset", body: `{"query":"{hello}"}`, header: map[string]string{"Content-Type": "application/json; charset=latin1"}, status: 415, want: codeBadInput},
		{name: "compressed", body: `{"query":"{hello}"}`, header: map[string]string{"Content-Encoding": "gzip"}, status: 415, want: codeBadInput},
		{name: "not acceptable", body: `{"query":"{hello}"}`, header: map[string]string{"Accept": "text/html"}, status: 406, want: codeBadInput},
		{name: "another method", method: "PUT", body: `{"query":"{hello}"}`, status: 405, want: codeBadInput},
		{name: "of another origin", body: `{"query":"{hello}"}`, header: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: 403, want: codeForbidden},
		{name: "of another origin, old browser", body: `{"query":"{hello}"}`, header: map[string]string{"Origin": "https://example.com"}, status: 403, want: codeForbidden},
		{name: "of the same origin", body: `{"query":"{hello}"}`, header: map[string]string{"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}, status: 200, want: `{"data":{"hello":"world"}}`},

		{name: "GET", method: "GET", target: get("query", "{hello}"), status: 200, want: `{"data":{"hello":"world"}}`},
		{name: "GET with everything", method: "GET", target: get("query", "query A{hello} query B($t:String!){echo(text:$t)}", "operationName", "B", "variables", `{"t":"x"}`, "extensions", "{}"), header: modern, status: 200, media: mediaGraphQL, want: `{"data":{"echo":"x"}}`},
		{name: "GET with nothing in it", method: "GET", target: get("query", "{hello}", "operationName", "", "variables", "", "extensions", "null"), status: 200, want: `{"data":{"hello":"world"}}`},
		{name: "GET of a mutation", method: "GET", target: get("query", "mutation{touch}"), status: 405, want: codeBadInput},
		{name: "GET of a mutation by name", method: "GET", target: get("query", "query A{hello} mutation B{touch}", "operationName", "B"), header: modern, status: 405, media: mediaGraphQL, want: codeBadInput},
		{name: "GET without a query", method: "GET", status: 400, want: codeBadInput},
		{name: "GET not valid", method: "GET", target: get("query", "{nothing}"), status: 200, want: codeValidationFailed},
		{name: "GET with variables of a wrong type", method: "GET", target: get("query", "{hello}", "variables", "[]"), status: 400, want: codeBadInput},
		{name: "GET with something after the variables", method: "GET", target: get("query", "{hello}", "variables", "{}{}"), status: 400, want: codeBadInput},
		{name: "GET twice", method: "GET", target: "/graphql?query=%7Bhello%7D&query=%7Bfail%7D", status: 400, want: codeBadInput},
		{name: "GET badly encoded", method: "GET", target: "/graphql?query=%7", status: 400, want: codeBadInput},
		{name: "GET not UTF-8", method: "GET", target: "/graphql?query=%ff", status: 400, want: codeBadInput},
		{name: "GET too long", method: "GET", target: get("query", strings.Repeat(" ", longestQueryString)+"{hello}"), status: 414, want: codeBadInput},
		{name: "GET for a foreign page", method: "GET", target: get("query", "{hello}"), header: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: 403, want: codeForbidden},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.method == "" {
				tc.method = http.MethodPost
			}
			if tc.target == "" {
				tc.target = graphqlPath
			}
			if tc.media == "" {
				tc.media = mediaJSON
			}
			w := ask(t, handler, tc.method, tc.target, tc.body, tc.header)
			body := w.Body.String()
			if w.Code != tc.status {
				t.Errorf("status = %d, want %d: %s", w.Code, tc.status, body)
			}
			if got, want := w.Header().Get("Content-Type"), tc.media+"; charset=utf-8"; got != want {
				t.Errorf("Content-Type = %q, want %q", got, want)
			}
			if got, want := w.Header().Get("Content-Length"), strconv.Itoa(len(body)); got != want {
				t.Errorf("Content-Length = %s, want %s", got, want)
			}
			if tc.status == http.StatusMethodNotAllowed && w.Header().Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			if strings.HasPrefix(tc.want, "{") {
				if body != tc.want {
					t.Errorf("body = %s, want %s", body, tc.want)
				}
				return
			}
			checkRefusal(t, body, tc.want)
		})
	}
}

// checkRefusal wants one error, with the code, a text, and no data.
func checkRefusal(t *testing.T, body, code string) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("body %q: %v", body, err)
	}
	if _, ok := got["data"]; ok {
		t.Errorf("data beside a refusal: %s", body)
	}
	errs, _ := got["errors"].([]any)
	if len(errs) != 1 {
		t.Fatalf("errors = %v, want one", errs)
	}
	first := errs[0].(map[string]any)
	if message, _ := first["message"].(string); message == "" || len(message) > longestMessage {
		t.Errorf("message = %q, want a short text", message)
	}
	if diff := cmp.Diff(map[string]any{"code": code}, first["extensions"]); diff != "" {
		t.Errorf("extensions (-want +got):\n%s", diff)
	}
}

func get(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return graphqlPath + "?" + values.Encode()
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	w := ask(t, newHTTPHandler(tinyOptions(t)), http.MethodPost, graphqlPath, `{"query":"{hello}"}`, nil)
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Vary": "Accept", "Referrer-Policy": "no-referrer",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newHTTPHandler(tinyOptions(t)))
	t.Cleanup(server.Close)
	do := func(method, target string) (*http.Response, string) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+target, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}
	if resp, body := do("OPTIONS", graphqlPath); resp.StatusCode != 204 || resp.Header.Get("Allow") != allowQuery || body != "" {
		t.Errorf("OPTIONS: %d, Allow %q, body %q", resp.StatusCode, resp.Header.Get("Allow"), body)
	}
	if resp, body := do("HEAD", get("query", "{hello}")); resp.StatusCode != 200 || resp.ContentLength != 26 || body != "" {
		t.Errorf("HEAD: %d, length %d, body %q", resp.StatusCode, resp.ContentLength, body)
	}
	if resp, _ := do("HEAD", get("query", "mutation{touch}")); resp.StatusCode != 405 {
		t.Errorf("HEAD of a mutation: %d, want 405", resp.StatusCode)
	}
}

// TestTimeout wants what was found in time, although the time was over when it came to be written.
func TestTimeout(t *testing.T) {
	t.Parallel()
	opts := tinyOptions(t)
	opts.Timeout = 10 * time.Millisecond
	server := httptest.NewServer(newHTTPHandler(opts))
	t.Cleanup(server.Close)
	resp, err := server.Client().Post(server.URL+graphqlPath, mediaJSON, strings.NewReader(`{"query":"{hello slow}"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"data":{"hello":"world","slow":null},"errors":[{"message":"context deadline exceeded","path":["slow"],"extensions":{"code":"UPSTREAM_ERROR"}}]}`
	if got := string(body); got != want || resp.StatusCode != 200 {
		t.Errorf("%d %s, want 200 %s", resp.StatusCode, got, want)
	}
}

// TestExpired wants an answer even when the time was over before the operation began.
func TestExpired(t *testing.T) {
	t.Parallel()
	opts := tinyOptions(t)
	opts.Prepare = func(ctx context.Context, _ *http.Request) (context.Context, error) {
		ctx, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
		t.Cleanup(cancel)
		return ctx, nil
	}
	w := ask(t, newHTTPHandler(opts), http.MethodPost, graphqlPath, `{"query":"{hello}"}`, modern)
	if w.Code != http.StatusGatewayTimeout {
		t.Errorf("status = %d, want 504", w.Code)
	}
	checkRefusal(t, w.Body.String(), codeUpstreamTimeout)
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	opts := tinyOptions(t)
	for _, tc := range []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"a refusal", &refusal{Status: 401, Code: codeUnauthenticated, Message: "who are you?", Header: http.Header{"Www-Authenticate": {"Bearer"}}}, 401, codeUnauthenticated},
		{"something else", io.ErrUnexpectedEOF, 500, codeInternal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			opts := opts
			opts.Prepare = func(ctx context.Context, _ *http.Request) (context.Context, error) { return ctx, tc.err }
			w := ask(t, newHTTPHandler(opts), http.MethodPost, graphqlPath, `{"query":"{hello}"}`, modern)
			if w.Code != tc.status {
				t.Errorf("status = %d, want %d", w.Code, tc.status)
			}
			checkRefusal(t, w.Body.String(), tc.code)
			if strings.Contains(w.Body.String(), "EOF") {
				t.Errorf("an internal text got out: %s", w.Body)
			}
			if tc.status == 401 && w.Header().Get("Www-Authenticate") != "Bearer" {
				t.Error("401 without its header")
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"":                                  mediaJSON,
		"*/*":                               mediaJSON,
		"application/*":                     mediaJSON,
		"application/json":                  mediaJSON,
		"Application/JSON":                  mediaJSON,
		"application/json, */*":             mediaJSON,
		"application/graphql-response+json": mediaGraphQL,
		"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8": mediaGraphQL,
		"application/json, application/graphql-response+json":                               mediaJSON,
		"application/json;q=0.9, application/graphql-response+json":                         mediaGraphQL,
		"application/graphql-response+json;q=0.5, application/json;q=0.8":                   mediaJSON,
		"application/json;q=0, */*":                                                         mediaGraphQL,
		"*/*;q=0.1, application/graphql-response+json":                                      mediaGraphQL,
		"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8":                mediaJSON,
		"text/html":                        "",
		"application/json;q=0":             "",
		"application/json; charset=utf-16": "",
		"application/json;q=2":             "",
		";;;,,,":                           "",
		strings.Repeat("text/plain,", 64) + "application/json":                                 "",
		"application/graphql-response+json;charset=utf-16, application/json; charset=\"utf8\"": mediaJSON,
	} {
		if got := negotiate([]string{accept}); got != want {
			t.Errorf("negotiate(%q) = %q, want %q", accept, got, want)
		}
	}
	if got := negotiate([]string{"text/html", mediaGraphQL}); got != mediaGraphQL {
		t.Errorf("two headers: %q", got)
	}
}

func TestAnswerThatCannotBeEncoded(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	writeAnswer(w, plain, nil, mediaGraphQL, 200, &graphql.Response{Data: []byte(`{}`), Extensions: map[string]any{"x": func() {}}})
	if w.Code != 500 {
		t.Errorf("status = %d, want 500", w.Code)
	}
	checkRefusal(t, w.Body.String(), codeInternal)
}
