package session_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/session"
)

// clock is the time of a test, for Close and for the sessions.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is Close, a store, and one replica or several in front of it.
type world struct {
	clock   *clock
	sandbox *sandbox.Server
	close   *httptest.Server
	store   session.Store
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)}
	s := sandbox.New(sandbox.Options{Now: c.Now, Strict: true, RateLimit: 1_000_000})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &world{clock: c, sandbox: s, close: server, store: session.NewMemory(10, c.Now)}
}

// replica are Sessions and the server of their paths; /me answers with the id of the user, or the error.
func (w *world) replica(t *testing.T, keys ...string) (*session.Sessions, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	s, err := session.New(session.Options{
		OAuth: closeapi.NewOAuth(closeapi.OAuthConfig{
			ClientID: sandbox.DemoClientID, ClientSecret: sandbox.DemoClientSecret,
			RedirectURL:  "http://" + server.Listener.Addr().String() + session.CallbackPath,
			AuthorizeURL: w.close.URL + "/oauth2/authorize/", TokenURL: w.close.URL + "/oauth2/token/", RevokeURL: w.close.URL + "/oauth2/revoke/",
			Now: w.clock.Now,
		}),
		Store: w.store, Keys: keys, Lifetime: 24 * time.Hour, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+session.LoginPath, s.Login)
	mux.HandleFunc("GET "+session.CallbackPath, s.Callback)
	mux.HandleFunc("POST "+session.LogoutPath, s.Logout)
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	return s, server
}

// login logs in as a user, and returns a request of that browser.
func (w *world) login(t *testing.T, server *httptest.Server, user int) *http.Request {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	page, err := browser.Get(server.URL + session.LoginPath)
	if err != nil {
		t.Fatal(err)
	}
	page.Body.Close()
	back, err := browser.PostForm(page.Request.URL.String(), url.Values{"decision": {"allow"}, "user": {w.sandbox.IDs("user")[user]}})
	if err != nil {
		t.Fatal(err)
	}
	back.Body.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	for _, cookie := range jar.Cookies(r.URL) {
		r.AddCookie(cookie)
	}
	return r
}

func (w *world) refreshes() int {
	n := 0
	for _, r := range w.sandbox.Requests() {
		if strings.Contains(r.String(), "grant_type=refresh_token") {
			n++
		}
	}
	return n
}

const (
	firstKey  = "the-first-key-0123456789abcdefghij"
	secondKey = "the-second-key-0123456789abcdefghi"
)

// TestReplicasRenewOnce lets many requests of one session reach two replicas when its access token ends.
func TestReplicasRenewOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, server := w.replica(t, firstKey)
	two, _ := w.replica(t, firstKey)
	r := w.login(t, server, 1)
	w.clock.pass(59*time.Minute + 30*time.Second)
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			replica := []*session.Sessions{one, two}[i%2]
			g, err := replica.Grant(t.Context(), r)
			if err != nil || g.UserID != w.sandbox.IDs("user")[1] || g.Expires.Sub(w.clock.Now()) != time.Hour {
				t.Errorf("Grant = %v until %s, %v", g, g.Expires, err)
			}
		})
	}
	all.Wait()
	if n := w.refreshes(); n != 1 {
		t.Errorf("%d refreshes, want one", n)
	}
}

// TestRenewalSurvivesItsRequest gives up the request that began a renewal: the session goes on all the same.
func TestRenewalSurvivesItsRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, server := w.replica(t, firstKey)
	r := w.login(t, server, 1)
	w.clock.pass(2 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Grant(ctx, r); err != nil && !errors.Is(err, context.Canceled) { // the renewal may be quicker
		t.Errorf("Grant: %v", err)
	}
	if _, err := s.Grant(t.Context(), r); err != nil || w.refreshes() != 1 {
		t.Errorf("Grant: %v after %d refreshes", err, w.refreshes())
	}
}

// TestRenewalFails wants a session to outlive failures that may pass, and to end with its grant.
func TestRenewalFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, server := w.replica(t, firstKey)
	r := w.login(t, server, 1)
	before, err := s.Grant(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	w.sandbox.Fault(sandbox.Fault{Match: "POST /oauth2/token/", Status: 503})
	w.clock.pass(59*time.Minute + 30*time.Second)
	if g, err := s.Grant(t.Context(), r); err != nil || g != before {
		t.Errorf("the token is good for half a minute yet: %v", err)
	}
	w.clock.pass(time.Hour)
	if _, err := s.Grant(t.Context(), r); err == nil || errors.Is(err, session.ErrOver) {
		t.Errorf("Close is down: %v, want another error than that the session is over", err)
	}
	w.sandbox.ClearFaults()
	if _, err := s.Grant(t.Context(), r); err != nil {
		t.Errorf("Close is back: %v", err)
	}
	w.sandbox.Fault(sandbox.Fault{Match: "POST /oauth2/token/", Status: 400, Body: `{"error":"invalid_grant"}`, Times: 1})
	w.clock.pass(2 * time.Hour)
	for range 2 {
		if _, err := s.Grant(t.Context(), r); !errors.Is(err, session.ErrOver) {
			t.Errorf("Close does not renew: %v, want that the session is over", err)
		}
	}
}

// TestKeys changes the key that sessions are sealed with.
func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, server := w.replica(t, firstKey)
	old := w.login(t, server, 1)
	both, bothServer := w.replica(t, secondKey, firstKey)
	if _, err := both.Grant(t.Context(), old); err != nil {
		t.Errorf("a session of the old key: %v", err)
	}
	w.clock.pass(2 * time.Hour)
	if _, err := both.Grant(t.Context(), old); err != nil {
		t.Errorf("a session of the old key, renewed: %v", err)
	}
	fresh := w.login(t, bothServer, 2)
	after, _ := w.replica(t, secondKey)
	if _, err := after.Grant(t.Context(), fresh); err != nil {
		t.Errorf("a session of the new key: %v", err)
	}
	if _, err := after.Grant(t.Context(), old); !errors.Is(err, session.ErrNone) {
		t.Errorf("a session of a key that is gone: %v", err)
	}
	stranger, _ := w.replica(t)
	if _, err := stranger.Grant(t.Context(), fresh); !errors.Is(err, session.ErrNone) {
		t.Errorf("a session of somebody else's key: %v", err)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, server := w.replica(t, firstKey)
	r := w.login(t, server, 1)
	w.clock.pass(24*time.Hour - time.Second)
	if _, err := s.Grant(t.Context(), r); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	w.clock.pass(time.Second)
	if _, err := s.Grant(t.Context(), r); !errors.Is(err, session.ErrOver) {
		t.Errorf("at its end: %v", err)
	}
}

// TestForgottenSession begins more sessions than there is room for.
func TestForgottenSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, server := w.replica(t, firstKey)
	first := w.login(t, server, 0)
	var last *http.Request
	for i := range 10 {
		last = w.login(t, server, i)
	}
	if _, err := s.Grant(t.Context(), first); !errors.Is(err, session.ErrOver) {
		t.Errorf("the session used longest ago: %v, want that it is over", err)
	}
	if _, err := s.Grant(t.Context(), last); err != nil {
		t.Errorf("the last session: %v", err)
	}
}

// TestStoreLearnsNothing looks for tokens in what is given to the store.
func TestStoreLearnsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seen := &watched{Store: w.store}
	w.store = seen
	s, server := w.replica(t, firstKey)
	g, err := s.Grant(t.Context(), w.login(t, server, 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(seen.values) == 0 || strings.Contains(string(seen.values[0]), g.AccessToken) || strings.Contains(string(seen.values[0]), g.UserID) {
		t.Error("what is stored can be read")
	}
}

type watched struct {
	session.Store
	values [][]byte
}

func (w *watched) Put(ctx context.Context, id string, value []byte, lifetime time.Duration) error {
	w.values = append(w.values, value)
	return w.Store.Put(ctx, id, value, lifetime)
}
