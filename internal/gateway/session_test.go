package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestLogin logs two people in and out.
func TestLogin(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	maren, tobias := l.person(t), l.person(t)
	maren.is("before", "")
	maren.login(0, "allow", "?return_to=/playground/config.json%3Fx=1")
	if last := maren.trail[len(maren.trail)-1]; last != l.URL+"/playground/config.json?x=1" {
		t.Errorf("after the login the browser is at %s", last)
	}
	maren.is("logged in", "Maren Okafor")
	tobias.login(1, "allow", "?return_to=https://evil.example/")
	if last := tobias.trail[len(tobias.trail)-1]; last != l.URL+"/" {
		t.Errorf("after the login the browser is at %s", last)
	}
	tobias.is("logged in", "Tobias Lindqvist")
	maren.is("still logged in", "Maren Okafor")
	if names := maren.cookies(); len(names) != 1 || names["closegraph-session"] == "" {
		t.Errorf("the browser holds %v, want the session alone", names)
	}

	kept := maren.cookies()["closegraph-session"]
	maren.do(http.MethodPost, l.URL+"/oauth/logout", "", "Origin", l.URL)
	maren.is("logged out", "")
	if n := l.calls("POST /oauth2/revoke/"); n != 2 {
		t.Errorf("%d tokens are revoked, want both", n)
	}
	maren.setCookie("closegraph-session", kept)
	maren.is("with the old cookie", "")
	tobias.is("the other one", "Tobias Lindqvist")

	before := tobias.cookies()["closegraph-session"]
	tobias.login(2, "allow", "")
	tobias.is("logged in as somebody else", "Priya Raman")
	tobias.setCookie("closegraph-session", before)
	tobias.is("with the cookie from before", "")
}

// TestCookie wants the cookies to be out of reach of scripts and of other sites.
func TestCookie(t *testing.T) {
	t.Parallel()
	o := testOptions(nil, "--oauth-client-id=x", "--oauth-client-secret=y", "--oauth-redirect-url=https://graph.example.com/oauth/callback", "--listen=:8080")
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	for name, tc := range map[string]struct {
		handler http.Handler
		want    string
	}{
		"https":         {g.Handler(), "__Host-closegraph-login=*; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"},
		"http on local": {newLoginServer(t).Config.Handler, "closegraph-login=*; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"},
	} {
		w := ask(t, tc.handler, http.MethodGet, "/oauth/login", "", nil)
		cookie := w.Header().Get("Set-Cookie")
		_, after, _ := strings.Cut(cookie, "=")
		value, _, _ := strings.Cut(after, ";")
		if got := strings.Replace(cookie, value, "*", 1); got != tc.want || len(value) < 64 {
			t.Errorf("%s: Set-Cookie: %s, want %s", name, got, tc.want)
		}
		if w.Code != 303 || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d, %v", name, w.Code, w.Header())
		}
	}
}

// TestLoginRefused comes back from Close in all the wrong ways.
func TestLoginRefused(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	for name, tc := range map[string]struct {
		do     func(p *person) (int, string)
		status int
		want   string
	}{
		"access denied": {func(p *person) (int, string) { return p.login(0, "deny", "") }, 403, "Access was not allowed"},
		"replayed": {func(p *person) (int, string) {
			p.login(0, "allow", "")
			p.do(http.MethodPost, l.URL+"/oauth/logout", "", "Origin", l.URL)
			return p.do(http.MethodGet, p.callback(), "")
		}, 400, "did not begin in this browser"},
		"replayed with its cookie": {func(p *person) (int, string) {
			p.do(http.MethodGet, l.URL+"/oauth/login", "")
			kept, address := p.cookies()["closegraph-login"], p.trail[0]
			form := url.Values{"decision": {"allow"}, "user": {l.sandbox.IDs("user")[0]}}
			p.do(http.MethodPost, address, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
			p.do(http.MethodPost, l.URL+"/oauth/logout", "", "Origin", l.URL)
			p.setCookie("closegraph-login", kept)
			return p.do(http.MethodGet, p.callback(), "")
		}, 400, "does not accept this login any more"},
		"of another browser": {func(p *person) (int, string) {
			other := l.person(p.t)
			other.login(1, "allow", "")
			return p.do(http.MethodGet, other.callback(), "")
		}, 400, "did not begin in this browser"},
		"another state": {func(p *person) (int, string) {
			p.do(http.MethodGet, l.URL+"/oauth/login", "")
			return p.do(http.MethodGet, l.URL+"/oauth/callback?code=x&state=y", "")
		}, 400, "did not begin in this browser"},
		"no state": {func(p *person) (int, string) {
			p.do(http.MethodGet, l.URL+"/oauth/login", "")
			return p.do(http.MethodGet, l.URL+"/oauth/callback?code=x", "")
		}, 400, "did not begin in this browser"},
		"a made-up cookie": {func(p *person) (int, string) {
			p.setCookie("closegraph-login", "eyJzdGF0ZSI6InkifQ")
			return p.do(http.MethodGet, l.URL+"/oauth/callback?code=x&state=y", "")
		}, 400, "did not begin in this browser"},
		"the cookie of a session in its place": {func(p *person) (int, string) {
			p.login(0, "allow", "")
			value := p.cookies()["closegraph-session"]
			p.do(http.MethodPost, l.URL+"/oauth/logout", "", "Origin", l.URL)
			p.setCookie("closegraph-login", value)
			return p.do(http.MethodGet, l.URL+"/oauth/callback?code=x", "")
		}, 400, "did not begin in this browser"},
		"a made-up code": {func(p *person) (int, string) {
			p.do(http.MethodGet, l.URL+"/oauth/login", "")
			u, _ := url.Parse(p.trail[0])
			return p.do(http.MethodGet, l.URL+"/oauth/callback?code=x&state="+u.Query().Get("state"), "")
		}, 400, "does not accept this login any more"},
		"another error": {func(p *person) (int, string) {
			p.do(http.MethodGet, l.URL+"/oauth/login", "")
			u, _ := url.Parse(p.trail[0])
			return p.do(http.MethodGet, l.URL+"/oauth/callback?error=%3Cscript%3E&state="+u.Query().Get("state"), "")
		}, 502, "Close did not let you log in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := l.person(t)
			status, page := tc.do(p)
			if status != tc.status || !strings.Contains(page, tc.want) || !strings.Contains(page, `href="/oauth/login"`) {
				t.Errorf("%d %s, want %d and %q", status, page, tc.status, tc.want)
			}
			p.is("afterwards", "")
		})
	}
}

// TestLateLogin comes back after too long a time.
func TestLateLogin(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	p := l.person(t)
	p.do(http.MethodGet, l.URL+"/oauth/login", "")
	l.pass(11 * time.Minute)
	form := url.Values{"decision": {"allow"}, "user": {l.sandbox.IDs("user")[0]}}
	status, page := p.do(http.MethodPost, p.trail[0], form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	if status != 400 || !strings.Contains(page, "too long ago") {
		t.Errorf("%d %s", status, page)
	}
}

// TestBadCookies changes the cookie of a session in all sorts of ways.
func TestBadCookies(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	p := l.person(t)
	p.login(0, "allow", "")
	good := p.cookies()["closegraph-session"]
	for i := 0; i < len(good); i += 7 {
		changed := []byte(good)
		changed[i] = map[bool]byte{true: 'B', false: 'A'}[changed[i] == 'A']
		p.setCookie("closegraph-session", string(changed))
		p.is(fmt.Sprintf("changed at %d", i), "")
		p.setCookie("closegraph-session", good[:i])
		p.is(fmt.Sprintf("cut at %d", i), "")
	}
	for _, value := range []string{"x", good + "AAAA", good + good, strings.Repeat("A", 4000)} {
		p.setCookie("closegraph-session", value)
		p.is("another value", "")
	}
	p.setCookie("closegraph-session", good)
	p.is("as it was", "Maren Okafor")
}

// TestRenewal asks fifty times at once when the access token has ended, and wants it renewed once.
func TestRenewal(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	p := l.person(t)
	p.login(0, "allow", "")
	l.pass(2 * time.Hour)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { p.is("after two hours", "Maren Okafor") })
	}
	all.Wait()
	if n := l.calls("POST /oauth2/token/?grant_type=refresh_token"); n != 1 {
		t.Errorf("%d refreshes, want one", n)
	}
	l.sandbox.Fault(sandbox.Fault{Match: "POST /oauth2/token/", Status: 503, Times: 1})
	l.pass(2 * time.Hour)
	if status, body := p.ask("{viewer{name}}"); status != 503 || !strings.Contains(body, codeUpstreamError) {
		t.Errorf("while Close is down: %d %s", status, body)
	}
	p.is("when Close is back", "Maren Okafor")
	l.sandbox.Fault(sandbox.Fault{Match: "POST /oauth2/token/", Status: 400, Body: `{"error":"invalid_grant"}`, Times: 1})
	l.pass(2 * time.Hour)
	for range 2 {
		if status, body := p.ask("{viewer{name}}"); status != 401 || !strings.Contains(body, "log in again at /oauth/login") {
			t.Errorf("when Close does not renew: %d %s", status, body)
		}
	}
	p.login(0, "allow", "")
	p.is("logged in again", "Maren Okafor")
}

// TestForeignPages wants the cookie to be of no use to pages of other origins, and to requests that forms can send.
func TestForeignPages(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	p := l.person(t)
	p.login(0, "allow", "")
	l.sandbox.ResetRequests()
	const query = `{"query":"{viewer{name}}"}`
	for name, tc := range map[string]struct {
		method, path, body string
		header             []string
		status             int
	}{
		"a page of another origin":  {"POST", graphqlPath, query, []string{"Content-Type", "application/json", "Origin", "https://evil.example"}, 403},
		"a page of another site":    {"POST", graphqlPath, query, []string{"Content-Type", "application/json", "Sec-Fetch-Site", "cross-site"}, 403},
		"a page of a sibling":       {"POST", graphqlPath, query, []string{"Content-Type", "application/json", "Sec-Fetch-Site", "same-site"}, 403},
		"a form":                    {"POST", graphqlPath, "query={viewer{name}}", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415},
		"a form of plain text":      {"POST", graphqlPath, query, []string{"Content-Type", "text/plain"}, 415},
		"a link with a query":       {"GET", get("query", "{viewer{name}}"), "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		"a link with a mutation":    {"GET", get("query", "mutation{taskDelete(id:\"task_x\"){userErrors{message}}}"), "", nil, 405},
		"a link to log out":         {"GET", "/oauth/logout", "", nil, 405},
		"a foreign form to log out": {"POST", "/oauth/logout", "", []string{"Origin", "https://evil.example"}, 403},
		"a credential beside":       {"POST", graphqlPath, query, []string{"Content-Type", "application/json", "Authorization", "Bearer x"}, 401},
	} {
		if status, body := p.do(tc.method, l.URL+tc.path, tc.body, tc.header...); status != tc.status {
			t.Errorf("%s: %d %s, want %d", name, status, body, tc.status)
		}
	}
	if calls := l.sandbox.Requests(); len(calls) > 0 {
		t.Errorf("Close was asked: %v", calls)
	}
	if status, body := p.do(http.MethodGet, l.URL+get("query", "{viewer{name}}"), "", "Sec-Fetch-Site", "same-origin"); status != 200 || !strings.Contains(body, "Maren") {
		t.Errorf("a query by GET of the own page: %d %s", status, body)
	}
	p.is("afterwards", "Maren Okafor")
}

// TestNoSecrets goes through logins, renewals and failures, and looks for what must be told to nobody.
func TestNoSecrets(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t)
	wire := &wiretap{next: http.DefaultTransport}
	p := l.person(t)
	p.client.Transport = wire
	p.login(0, "allow", "")
	code := p.callback()
	p.is("logged in", "Maren Okafor")
	cookie := p.cookies()["closegraph-session"]
	l.pass(2 * time.Hour)
	p.is("renewed", "Maren Okafor")
	for _, fault := range []sandbox.Fault{
		{Match: "GET /me/", Status: 401, Body: `{"error":"Unauthorized"}`, Times: 1},
		{Match: "POST /oauth2/token/", Status: 503, Body: "down", Times: 1},
		{Match: "POST /oauth2/token/", Status: 400, Body: `{"error":"invalid_grant","error_description":"rt-planted"}`, Times: 1},
	} {
		l.sandbox.Fault(fault)
		if fault.Match != "GET /me/" {
			l.pass(2 * time.Hour)
		}
		p.ask("{viewer{name}}")
	}
	p.do(http.MethodGet, code, "")
	p.login(0, "allow", "")
	l.sandbox.Fault(sandbox.Fault{Match: "POST /oauth2/revoke/", Status: 500, Body: "rt-planted", Times: 2})
	p.do(http.MethodPost, l.URL+"/oauth/logout", "", "Origin", l.URL)

	l.mu.Lock()
	log := l.log.String()
	l.mu.Unlock()
	if !strings.Contains(log, "cannot revoke the tokens") || !strings.Contains(log, "Close does not renew its grant") {
		t.Errorf("the log lacks what happened: %s", log)
	}
	u, err := url.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	told := wire.seen(l.URL)
	for _, secret := range []string{sandbox.DemoClientSecret, sessionKey, "sandbox_access_", "sandbox_refresh_", "rt-planted"} {
		if strings.Contains(log, secret) || strings.Contains(told, secret) {
			t.Errorf("%s is told:\n%s\n%s", secret, log, told)
		}
	}
	for _, secret := range []string{u.Query().Get("code"), u.Query().Get("state"), cookie} { // which the browser has to know
		if secret == "" || strings.Contains(log, secret) {
			t.Errorf("%s is logged: %s", secret, log)
		}
	}
}
