package gateway

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// loginServer is a gateway in session mode in front of a sandbox, both over sockets, under one clock.
type loginServer struct {
	*httptest.Server
	sandbox   *sandbox.Server
	authorize string // where the sandbox asks for access

	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
}

const sessionKey = "session-planted-key-0123456789abcdef"

func newLoginServer(t *testing.T, flags ...string) *loginServer {
	t.Helper()
	l := &loginServer{now: time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)}
	l.sandbox = sandbox.New(sandbox.Options{Now: l.clock, Strict: true, RateLimit: 1_000_000})
	upstream := httptest.NewServer(l.sandbox)
	t.Cleanup(upstream.Close)
	l.Server, l.authorize = httptest.NewUnstartedServer(nil), upstream.URL+"/oauth2/authorize/"
	o := testOptions(nil, append(flags, "--oauth-client-id="+sandbox.DemoClientID, "--oauth-client-secret="+sandbox.DemoClientSecret,
		"--session-keys="+sessionKey+",another-key-that-was-in-use-before", "--listen="+l.Listener.Addr().String(),
		"--close-base-url="+upstream.URL+"/api/v1", "--oauth-authorize-url="+l.authorize,
		"--oauth-token-url="+upstream.URL+"/oauth2/token/", "--oauth-revoke-url="+upstream.URL+"/oauth2/revoke/")...)
	o.Now, o.Log = l.clock, slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	l.Config.Handler = g.Handler()
	l.Start()
	t.Cleanup(l.Close)
	return l
}

func (l *loginServer) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// pass lets time pass.
func (l *loginServer) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

// Write takes a record of the log.
func (l *loginServer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(b)
}

// calls are the requests that the sandbox got whose line begins so.
func (l *loginServer) calls(beginning string) int {
	n := 0
	for _, r := range l.sandbox.Requests() {
		if strings.HasPrefix(r.String(), beginning) {
			n++
		}
	}
	return n
}

// person is somebody with a browser.
type person struct {
	t      *testing.T
	server *loginServer
	client *http.Client
	trail  []string // where the browser was sent
}

func (l *loginServer) person(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, server: l}
	p.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		p.trail = append(p.trail, r.URL.String())
		return nil
	}}
	return p
}

// do sends a request and returns the status and the body of the answer at the end of all redirects.
func (p *person) do(method, address, body string, header ...string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// login logs in as a user of the sandbox, with the decision to allow access or not.
func (p *person) login(user int, decision, query string) (int, string) {
	p.t.Helper()
	p.trail = nil
	if status, page := p.do(http.MethodGet, p.server.URL+"/oauth/login"+query, ""); status != 200 || !strings.Contains(page, "<select") {
		p.t.Fatalf("login: %d %s", status, page)
	}
	form := url.Values{"decision": {decision}, "user": {p.server.sandbox.IDs("user")[user]}}
	return p.do(http.MethodPost, p.trail[len(p.trail)-1], form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// callback is the address with which the browser came back from Close.
func (p *person) callback() string {
	p.t.Helper()
	for _, address := range p.trail {
		if strings.Contains(address, "/oauth/callback") {
			return address
		}
	}
	p.t.Fatalf("the browser did not come back: %v", p.trail)
	return ""
}

// ask sends a query as a page of the server does.
func (p *person) ask(query string, header ...string) (int, string) {
	p.t.Helper()
	return p.do(http.MethodPost, p.server.URL+graphqlPath, `{"query":"`+query+`"}`,
		append([]string{"Content-Type", "application/json", "Accept", mediaGraphQL, "Origin", p.server.URL}, header...)...)
}

// is wants the person to be logged in under the name; "" for not at all.
func (p *person) is(when, name string) {
	p.t.Helper()
	status, body := p.ask("{viewer{name}}")
	if want := `{"data":{"viewer":{"name":"` + name + `"}}}`; name != "" && (status != 200 || body != want) {
		p.t.Errorf("%s: %d %s, want %s", when, status, body, want)
	} else if name == "" && (status != 401 || !strings.Contains(body, codeUnauthenticated) || !strings.Contains(body, "/oauth/login")) {
		p.t.Errorf("%s: %d %s, want to be told to log in", when, status, body)
	}
}

// cookies are those that the browser holds for the server, by name.
func (p *person) cookies() map[string]string {
	p.t.Helper()
	u, err := url.Parse(p.server.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	all := map[string]string{}
	for _, c := range p.client.Jar.Cookies(u) {
		all[c.Name] = c.Value
	}
	return all
}

// cookieHeader is what the browser sends of them.
func (p *person) cookieHeader() string {
	p.t.Helper()
	var pairs []string
	for name, value := range p.cookies() {
		pairs = append(pairs, name+"="+value)
	}
	return strings.Join(pairs, "; ")
}

// setCookie puts a cookie into the browser.
func (p *person) setCookie(name, value string) {
	p.t.Helper()
	u, err := url.Parse(p.server.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	p.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// wiretap keeps what a browser is answered.
type wiretap struct {
	next http.RoundTripper
	mu   sync.Mutex
	text map[string]string // by origin
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.text == nil {
		w.text = map[string]string{}
	}
	w.text[r.URL.Scheme+"://"+r.URL.Host] += fmt.Sprint(resp.Header) + string(body)
	return resp, err
}

func (w *wiretap) seen(origin string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text[origin]
}
