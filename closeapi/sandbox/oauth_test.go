package sandbox_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// send sends a form to an OAuth endpoint, or the parameters in the query of a GET.
func send(t *testing.T, s *sandbox.Server, method, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	address, body := "https://api.close.test"+path, io.Reader(nil)
	if method == http.MethodGet {
		address += "?" + form.Encode()
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := s.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(answer)
}

// with is the form with more members, which come in pairs; an empty value takes a member away.
func with(form url.Values, pairs ...string) url.Values {
	more := url.Values{}
	maps.Copy(more, form)
	for i := 0; i < len(pairs); i += 2 {
		more.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			more.Del(pairs[i])
		}
	}
	return more
}

const verifier = "a-verifier-that-is-long-enough-for-everybody"

func authorizeForm() url.Values {
	sum := sha256.Sum256([]byte(verifier))
	return url.Values{
		"client_id": {sandbox.DemoClientID}, "response_type": {"code"}, "redirect_uri": {"http://127.0.0.1:1/back?x=1"},
		"scope": {"all.full_access offline_access"}, "state": {"s1"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
}

// allow allows access as a user, and returns the code.
func allow(t *testing.T, s *sandbox.Server, user string, pairs ...string) string {
	t.Helper()
	form := with(authorizeForm(), append([]string{"decision", "allow", "user", user}, pairs...)...)
	resp, body := send(t, s, http.MethodPost, "/oauth2/authorize/", form)
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("allow: %d %s, to %s", resp.StatusCode, body, back)
	}
	return back.Query().Get("code")
}

func client(pairs ...string) url.Values {
	return with(url.Values{"client_id": {sandbox.DemoClientID}, "client_secret": {sandbox.DemoClientSecret}}, pairs...)
}

func redeem(code string, pairs ...string) url.Values {
	return with(client("grant_type", "authorization_code", "code", code, "redirect_uri", "http://127.0.0.1:1/back?x=1",
		"code_verifier", verifier), pairs...)
}

func refresh(token string) url.Values {
	return client("grant_type", "refresh_token", "refresh_token", token)
}

// tokens are what the token endpoint answers.
type tokens struct {
	Type         string `json:"token_type"`
	Access       string `json:"access_token"`
	Refresh      string `json:"refresh_token"`
	Expires      int    `json:"expires_in"`
	Scope        string `json:"scope"`
	Organization string `json:"organization_id"`
	User         string `json:"user_id"`
	Error        string `json:"error"`
}

func token(t *testing.T, s *sandbox.Server, form url.Values) (int, tokens) {
	t.Helper()
	resp, body := send(t, s, http.MethodPost, "/oauth2/token/", form)
	var got tokens
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("token: %d %s", resp.StatusCode, body)
	}
	return resp.StatusCode, got
}

// works says as whom a token acts; "" when it is not valid.
func works(t *testing.T, s *sandbox.Server, access string) string {
	t.Helper()
	resp, body := ask(t, s, http.MethodGet, "/me/?_fields=id", "", "Authorization", "Bearer "+access)
	if resp.StatusCode == http.StatusUnauthorized {
		return ""
	}
	var me struct{ ID string }
	if err := json.Unmarshal([]byte(body), &me); err != nil {
		t.Fatalf("me: %d %s", resp.StatusCode, body)
	}
	return me.ID
}

// TestOAuth walks the whole way: allow, redeem, use, refresh, revoke, expire.
func TestOAuth(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	user := s.IDs("user")[3]
	code := allow(t, s, user)
	status, first := token(t, s, redeem(code))
	if status != 200 || first.Type != "Bearer" || first.Expires != 3600 || first.User != user ||
		first.Organization != s.IDs("organization")[0] || first.Scope != "all.full_access offline_access" || first.Refresh == "" {
		t.Fatalf("redeem: %d %+v", status, first)
	}
	if got := works(t, s, first.Access); got != user {
		t.Errorf("the token acts as %q, want %s", got, user)
	}
	_, second := token(t, s, refresh(first.Refresh))
	if second.Refresh == first.Refresh || second.Access == first.Access || works(t, s, second.Access) != user {
		t.Errorf("refresh gave %+v", second)
	}
	if status, got := token(t, s, refresh(first.Refresh)); status != 400 || got.Error != "invalid_grant" {
		t.Errorf("the old refresh token: %d %+v", status, got)
	}
	s.SetTime(wednesday.Add(time.Hour))
	if got := works(t, s, second.Access); got != "" {
		t.Error("the access token does not expire")
	}
	_, third := token(t, s, refresh(second.Refresh))
	for _, revoked := range []string{third.Refresh, third.Access, "unknown"} {
		if resp, body := send(t, s, http.MethodPost, "/oauth2/revoke/", client("token", revoked)); resp.StatusCode != 200 {
			t.Errorf("revoke: %d %s", resp.StatusCode, body)
		}
	}
	if status, _ := token(t, s, refresh(third.Refresh)); status != 400 || works(t, s, third.Access) != "" {
		t.Error("revoked tokens work")
	}
	for _, r := range s.Requests() {
		if text := r.String(); strings.Contains(text, sandbox.DemoClientSecret) || strings.Contains(text, first.Refresh) || strings.Contains(text, code) {
			t.Errorf("a secret is recorded: %s", text)
		}
	}
}

func TestOAuthCodes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		authorize, redeem []string
		later             time.Duration
		status            int
		err               string
	}{
		"without PKCE":       {authorize: []string{"code_challenge", ""}, redeem: []string{"code_verifier", ""}, status: 200},
		"another verifier":   {redeem: []string{"code_verifier", "x"}, status: 400, err: "invalid_grant"},
		"no verifier":        {redeem: []string{"code_verifier", ""}, status: 400, err: "invalid_grant"},
		"another address":    {redeem: []string{"redirect_uri", "http://127.0.0.1:1/other"}, status: 400, err: "invalid_grant"},
		"too late":           {later: time.Minute, status: 400, err: "invalid_grant"},
		"another secret":     {redeem: []string{"client_secret", "x"}, status: 401, err: "invalid_client"},
		"another app":        {redeem: []string{"client_id", "x"}, status: 401, err: "invalid_client"},
		"another grant type": {redeem: []string{"grant_type", "password"}, status: 400, err: "unsupported_grant_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(sandbox.Options{})
			code := allow(t, s, s.IDs("user")[0], tc.authorize...)
			s.SetTime(wednesday.Add(tc.later))
			if status, got := token(t, s, redeem(code, tc.redeem...)); status != tc.status || got.Error != tc.err {
				t.Errorf("%d %+v, want %d %s", status, got, tc.status, tc.err)
			}
		})
	}
	s := open(sandbox.Options{})
	code := allow(t, s, s.IDs("user")[0], "scope", "all.full_access")
	_, first := token(t, s, redeem(code))
	if first.Refresh != "" {
		t.Error("there is a refresh token without offline_access")
	}
	if status, _ := token(t, s, redeem(code)); status != 400 || works(t, s, first.Access) != "" {
		t.Error("a code that is redeemed twice leaves its grant valid")
	}
}

func TestOAuthPage(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{})
	resp, page := send(t, s, http.MethodGet, "/oauth2/authorize/", authorizeForm())
	if resp.StatusCode != 200 || !strings.Contains(page, "Lighthouse Instruments") || strings.Count(page, "<option") != len(s.IDs("user")) {
		t.Errorf("the page: %d %s", resp.StatusCode, page)
	}
	for name, tc := range map[string]struct {
		method string
		pairs  []string
		status int
		back   string // a part of where the browser goes
	}{
		"deny":                {"POST", []string{"decision", "deny"}, 302, "http://127.0.0.1:1/back?error=access_denied&state=s1&x=1"},
		"no such user":        {"POST", []string{"decision", "allow", "user", "user_x"}, 400, ""},
		"unknown app":         {"GET", []string{"client_id", "x"}, 400, ""},
		"nowhere to go":       {"GET", []string{"redirect_uri", ""}, 400, ""},
		"a script to go to":   {"GET", []string{"redirect_uri", "javascript:alert(1)"}, 400, ""},
		"another kind":        {"GET", []string{"response_type", "token"}, 302, "error=unsupported_response_type"},
		"unknown scope":       {"GET", []string{"scope", "everything"}, 302, "error=invalid_scope"},
		"plain challenge":     {"GET", []string{"code_challenge_method", "plain"}, 302, "error=invalid_request"},
		"no state, no scopes": {"POST", []string{"state", "", "scope", "", "decision", "deny"}, 302, "http://127.0.0.1:1/back?error=access_denied&x=1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, body := send(t, s, tc.method, "/oauth2/authorize/", with(authorizeForm(), tc.pairs...))
			if got := resp.Header.Get("Location"); resp.StatusCode != tc.status || !strings.Contains(got, tc.back) {
				t.Errorf("%d %s to %q, want %d to %q", resp.StatusCode, body, got, tc.status, tc.back)
			}
		})
	}
	if resp, _ := send(t, s, http.MethodGet, "/oauth2/elsewhere/", nil); resp.StatusCode != 404 {
		t.Errorf("elsewhere: %d, want 404", resp.StatusCode)
	}
}
