package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

const appOrigin = "http://localhost:3000"

// preflight asks as a browser does before a page of another origin may send a query.
func preflight(origin, method, headers string) map[string]string {
	return map[string]string{
		"Origin": origin, "Sec-Fetch-Site": "cross-site",
		"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers,
	}
}

// TestCORS lets pages of one other origin in, and nobody else.
func TestCORS(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newGateway(t, testOptions(s, "--cors-origins="+appOrigin))
	handler := g.Handler()

	w := ask(t, handler, http.MethodOptions, graphqlPath, "", preflight(appOrigin, http.MethodPost, "authorization,content-type,x-tz-offset"))
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":      appOrigin,
		"Access-Control-Allow-Methods":     http.MethodPost,
		"Access-Control-Allow-Headers":     "authorization,content-type,x-tz-offset",
		"Access-Control-Max-Age":           "7200",
		"Access-Control-Allow-Credentials": "",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("preflight: %s = %q, want %q", name, got, want)
		}
	}
	if w.Code != http.StatusNoContent || !strings.Contains(strings.Join(w.Header()["Vary"], ","), "Origin") {
		t.Errorf("preflight: %d, Vary %v", w.Code, w.Header()["Vary"])
	}
	for name, header := range map[string]map[string]string{
		"another origin":   preflight("https://evil.example", http.MethodPost, "content-type"),
		"a longer one":     preflight(appOrigin+".evil.example", http.MethodPost, "content-type"),
		"another scheme":   preflight("https://localhost:3000", http.MethodPost, "content-type"),
		"another port":     preflight("http://localhost:3001", http.MethodPost, "content-type"),
		"no origin at all": preflight("null", http.MethodPost, "content-type"),
		"another method":   preflight(appOrigin, http.MethodDelete, "content-type"),
		"another header":   preflight(appOrigin, http.MethodPost, "content-type,cookie"),
	} {
		w := ask(t, handler, http.MethodOptions, graphqlPath, "", header)
		for key := range w.Header() {
			if strings.HasPrefix(key, "Access-Control-") {
				t.Errorf("%s: %s = %q", name, key, w.Header().Get(key))
			}
		}
	}

	const query = `{"query":"{viewer{id}}"}`
	w = ask(t, handler, http.MethodPost, graphqlPath, query, map[string]string{"Origin": appOrigin, "Sec-Fetch-Site": "cross-site"})
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != appOrigin || w.Header().Get("Access-Control-Expose-Headers") != "X-Request-Id, Retry-After, Www-Authenticate" {
		t.Errorf("a page that is let in: %d %v %s", w.Code, w.Header(), w.Body)
	}
	s.ResetRequests()
	for name, header := range map[string]map[string]string{
		"a page that is not":               {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		"a picture of the page that is":    {"Sec-Fetch-Site": "cross-site"},
		"a page without an origin":         {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
		"a page that says it is by itself": {"Origin": "http://localhost:3000.evil.example", "Sec-Fetch-Site": "same-site"},
		"a page in an old browser":         {"Origin": "https://evil.example"},
	} {
		w := ask(t, handler, http.MethodPost, graphqlPath, query, header)
		if w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	if calls := s.Requests(); len(calls) > 0 {
		t.Errorf("calls to Close: %v", calls)
	}
}

// TestCORSBehindTheHostGuard wants the guard of local host names to hold for pages that are let in, too.
func TestCORSBehindTheHostGuard(t *testing.T) {
	t.Parallel()
	g := newGateway(t, testOptions(sandbox.RunT(t), "--cors-origins="+appOrigin))
	for method, header := range map[string]map[string]string{
		http.MethodPost:    {"Origin": appOrigin},
		http.MethodOptions: preflight(appOrigin, http.MethodPost, "content-type"),
	} {
		w := askHost(t, g.Handler(), method, "rebound.example", `{"query":"{viewer{id}}"}`, header)
		if w.Code != http.StatusMisdirectedRequest || w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
}

// TestCORSForAll lets every page in where callers bring what proves them, and the browser's cookies to none.
func TestCORSForAll(t *testing.T) {
	t.Parallel()
	o := testOptions(nil, "--passthrough", "--cors-origins=*")
	o.Transport = sandbox.RunT(t).Transport()
	g := newGateway(t, o)
	header := map[string]string{"Origin": "https://any.example", "Sec-Fetch-Site": "cross-site"}
	w := ask(t, g.Handler(), http.MethodPost, graphqlPath, `{"query":"{viewer{id}}"}`, header)
	if w.Code != 401 || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("without a credential: %d %v", w.Code, w.Header())
	}
	header["Authorization"] = "Basic YXBpX3NhbmRib3guZGVtbzo="
	if w = ask(t, g.Handler(), http.MethodPost, graphqlPath, `{"query":"{viewer{id}}"}`, header); w.Code != 200 {
		t.Errorf("with one: %d %s", w.Code, w.Body)
	}
}

// TestCORSWithCookies lets a page of a sibling host use the session of the person in front of it, and log out.
func TestCORSWithCookies(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	l := newLoginServer(t, "--cors-origins="+app)
	p := l.person(t)
	p.login(1, "allow", "")
	header := map[string]string{"Origin": app, "Sec-Fetch-Site": "same-site", "Cookie": p.cookieHeader()}
	w := askHost(t, l.Config.Handler, http.MethodPost, l.Listener.Addr().String(), `{"query":"{viewer{id}}"}`, header)
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Credentials") != "true" || w.Header().Get("Access-Control-Allow-Origin") != app {
		t.Errorf("the sibling: %d %v %s", w.Code, w.Header(), w.Body)
	}
	header["Origin"] = "https://evil.example.com"
	w = askHost(t, l.Config.Handler, http.MethodPost, l.Listener.Addr().String(), `{"query":"{viewer{id}}"}`, header)
	if w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another sibling: %d %v", w.Code, w.Header())
	}
}
