package closeapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// newOAuth is the demo app of a sandbox that is served over a socket.
func newOAuth(t *testing.T, s *sandbox.Server, change func(*closeapi.OAuthConfig)) *closeapi.OAuth {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	cfg := closeapi.OAuthConfig{
		ClientID: sandbox.DemoClientID, ClientSecret: sandbox.DemoClientSecret, RedirectURL: "http://127.0.0.1:1/back",
		AuthorizeURL: server.URL + "/oauth2/authorize/", TokenURL: server.URL + "/oauth2/token/", RevokeURL: server.URL + "/oauth2/revoke/",
	}
	if change != nil {
		change(&cfg)
	}
	return closeapi.NewOAuth(cfg)
}

// allow is the code that a user's browser comes back with.
func allow(t *testing.T, o *closeapi.OAuth, verifier, user string) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(o.AuthorizeURL("s1", verifier), url.Values{"decision": {"allow"}, "user": {user}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	back, err := resp.Location()
	if err != nil || back.Query().Get("code") == "" || back.Query().Get("state") != "s1" {
		t.Fatalf("allow: %d to %v", resp.StatusCode, back)
	}
	return back.Query().Get("code")
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	s := sandbox.RunT(t)
	o := newOAuth(t, s, func(cfg *closeapi.OAuthConfig) { cfg.Now = func() time.Time { return now } })
	user, verifier := s.IDs("user")[2], closeapi.NewVerifier()
	code := allow(t, o, verifier, user)
	first, err := o.Exchange(t.Context(), code, verifier)
	if err != nil || first.UserID != user || first.OrganizationID == "" || !first.Expires.Equal(now.Add(time.Hour)) {
		t.Fatalf("Exchange = %+v, %v", first, err)
	}
	second, err := o.Refresh(t.Context(), first)
	if err != nil || second.UserID != user || second.RefreshToken == first.RefreshToken {
		t.Fatalf("Refresh = %+v, %v", second, err)
	}
	if _, err := o.Refresh(t.Context(), first); !closeapi.IsOAuthGrantOver(err) {
		t.Errorf("Refresh of the old token: %v, want that the grant is over", err)
	}
	if err := o.Revoke(t.Context(), second); err != nil {
		t.Errorf("Revoke: %v", err)
	}
	if _, err := o.Refresh(t.Context(), second); !closeapi.IsOAuthGrantOver(err) {
		t.Errorf("Refresh after Revoke: %v, want that the grant is over", err)
	}
	if _, err := o.Refresh(t.Context(), closeapi.OAuthGrant{AccessToken: "a"}); !closeapi.IsOAuthGrantOver(err) {
		t.Errorf("Refresh without a refresh token: %v, want that the grant is over", err)
	}
	verifier = closeapi.NewVerifier()
	code = allow(t, o, verifier, user)
	if _, err := o.Exchange(t.Context(), code, closeapi.NewVerifier()); !closeapi.IsOAuthGrantOver(err) {
		t.Errorf("Exchange with another verifier: %v, want that the grant is over", err)
	}
}

// TestOAuthFailures wants each failure to be told from the end of the grant, and no secret in any of their texts.
func TestOAuthFailures(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault sandbox.Fault
		over  bool
		want  string
	}{
		"refused":                {sandbox.Fault{Status: 400, Body: `{"error":"invalid_grant","error_description":"rt_secret"}`}, true, "invalid_grant"},
		"refused in other words": {sandbox.Fault{Status: 401, Body: `{"error":"Unauthorized"}`}, true, "401 unauthorized"},
		"refused without words":  {sandbox.Fault{Status: 403, Body: `<html>rt_secret</html>`, ContentType: "text/html"}, true, "403 forbidden"},
		"the app is at fault":    {sandbox.Fault{Status: 401, Body: `{"error":"invalid_client"}`}, false, "invalid_client"},
		"not there":              {sandbox.Fault{Status: 404, Body: `{}`}, false, "404"},
		"too many":               {sandbox.Fault{Status: 429, Body: `{}`}, false, "429"},
		"down":                   {sandbox.Fault{Status: 503, Body: `rt_secret`, ContentType: "text/plain"}, false, "503"},
		"moved":                  {sandbox.Fault{Status: 307, Header: http.Header{"Location": {"http://127.0.0.1:1/"}}}, false, "307"},
		"no JSON":                {sandbox.Fault{Body: `rt_secret`}, false, "no token"},
		"no token":               {sandbox.Fault{Body: `{"x":"rt_secret"}`}, false, "no token"},
		"broken off":             {sandbox.Fault{Drop: true}, false, "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.RunT(t)
			o := newOAuth(t, s, nil)
			s.Fault(tc.fault)
			_, err := o.Refresh(t.Context(), closeapi.OAuthGrant{RefreshToken: "rt_secret", AccessToken: "at_secret"})
			if err == nil || closeapi.IsOAuthGrantOver(err) != tc.over || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Refresh: %v, want %q, over: %t", err, tc.want, tc.over)
			}
			for _, secret := range []string{"rt_secret", "at_secret", sandbox.DemoClientSecret} {
				if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
					t.Errorf("the error tells a secret: %v", err)
				}
			}
			if n := len(s.Requests()); n != 1 {
				t.Errorf("%d requests, want one: a refresh token works once", n)
			}
			if err := o.Revoke(t.Context(), closeapi.OAuthGrant{RefreshToken: "rt_secret"}); err == nil && tc.fault.Status > 299 {
				t.Error("Revoke takes a failure for a success")
			} else if strings.Contains(fmt.Sprint(err), "rt_secret") {
				t.Errorf("Revoke tells a secret: %v", err)
			}
		})
	}
}

// TestOAuthToleratesLess wants a grant from an answer with no more than a token.
func TestOAuthToleratesLess(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	o := newOAuth(t, s, nil)
	s.Fault(sandbox.Fault{Body: `{"access_token":"at_2","token_type":"Bearer"}`})
	old := closeapi.OAuthGrant{AccessToken: "at_1", RefreshToken: "rt_1", UserID: "user_1", OrganizationID: "orga_1"}
	g, err := o.Refresh(t.Context(), old)
	if err != nil || g.AccessToken != "at_2" || g.RefreshToken != "rt_1" || g.UserID != "user_1" || g.OrganizationID != "orga_1" || !g.Expires.After(time.Now()) {
		t.Errorf("Refresh = %#v, %v", g, err)
	}
}

func TestGrantIsNeverPrinted(t *testing.T) {
	t.Parallel()
	g := closeapi.OAuthGrant{AccessToken: "at_secret", RefreshToken: "rt_secret", UserID: "user_1"}
	var logged bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&logged, nil), slog.NewJSONHandler(&logged, nil)} {
		slog.New(handler).Info("granted", "grant", g)
	}
	text := fmt.Sprintf("%v %+v %#v %s %v", g, g, g, g, &g) + logged.String()
	if strings.Contains(text, "secret") || !strings.Contains(text, "user_1") {
		t.Errorf("a grant is printed as %s", text)
	}
	encoded, err := json.Marshal(g)
	if err != nil || !strings.Contains(string(encoded), "rt_secret") {
		t.Errorf("a grant is encoded as %s, %v, and could not be kept", encoded, err)
	}
}

func TestOAuthDefaults(t *testing.T) {
	t.Parallel()
	address := closeapi.NewOAuth(closeapi.OAuthConfig{ClientID: "c", ClientSecret: secretKey, RedirectURL: "https://x/back"}).AuthorizeURL("s", "v")
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if !strings.HasPrefix(address, "https://app.close.com/oauth2/authorize/?") || q.Get("scope") != "all.full_access offline_access" ||
		q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != "https://x/back" || strings.Contains(address, secretKey) {
		t.Errorf("AuthorizeURL = %s", address)
	}
}

// TestOAuthRedirectIsNotFollowed wants codes, tokens and the secret to go nowhere but to the token endpoint.
func TestOAuthRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 307, 308} {
		var hosts []string
		o := closeapi.NewOAuth(closeapi.OAuthConfig{
			ClientID: "c", ClientSecret: secretKey, RedirectURL: "https://x/back",
			TokenURL: "https://close.example/token/", RevokeURL: "https://close.example/revoke/",
			Transport: inProcess(func(r *http.Request) (*http.Response, error) {
				hosts = append(hosts, r.URL.Host)
				resp := answer(status, "")
				resp.Header.Set("Location", "https://evil.example/")
				return resp, nil
			}),
		})
		grant := closeapi.OAuthGrant{AccessToken: "at_1", RefreshToken: "rt_1"}
		if _, err := o.Exchange(t.Context(), "code", "verifier"); err == nil {
			t.Errorf("%d: Exchange takes a redirect for an answer", status)
		}
		if _, err := o.Refresh(t.Context(), grant); err == nil {
			t.Errorf("%d: Refresh takes a redirect for an answer", status)
		}
		if err := o.Revoke(t.Context(), grant); err == nil {
			t.Errorf("%d: Revoke takes a redirect for an answer", status)
		}
		if len(hosts) != 4 || slices.Contains(hosts, "evil.example") {
			t.Errorf("%d: asked %v", status, hosts)
		}
	}
}
