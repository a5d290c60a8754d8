package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The app that the sandbox knows. It may send browsers back to any address.
const (
	DemoClientID     = "oauth_sandbox.demo"
	DemoClientSecret = "sandbox-client-secret"
)

const (
	oauthPath = "/oauth2/"

	codeLifetime   = time.Minute
	accessLifetime = time.Hour // (Close docs: Authentication with OAuth)

	// What the sandbox hands out begins so. Bearer tokens that begin otherwise are always valid.
	accessPrefix  = "sandbox_access_"
	refreshPrefix = "sandbox_refresh_"

	maxGrants = 10_000  // strangers must not fill the memory
	maxForm   = 1 << 20 // bytes
)

// oauthScopes are those of the REST API (Close docs: Authentication with OAuth).
var oauthScopes = []string{"all.full_access", "offline_access"}

// A grant is what a user has allowed an app, and the tokens that are valid for it now.
type grant struct {
	user    string // by id
	scopes  []string
	code    string
	access  map[string]time.Time // when each token ends
	refresh string               // empty without the scope offline_access
}

// A pendingCode is one that has been handed to a browser and may be redeemed.
type pendingCode struct {
	user, redirect, challenge string
	scopes                    []string
	ends                      time.Time
}

// An oauthServer hands out tokens.
type oauthServer struct {
	mu     sync.Mutex
	codes  map[string]pendingCode
	grants []*grant // oldest first
}

func newOAuthServer() *oauthServer { return &oauthServer{codes: map[string]pendingCode{}} }

// userOf is the id of the user whom an access token stands for; empty when it is not valid at that time.
func (o *oauthServer) userOf(token string, now time.Time) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, g := range o.grants {
		if ends, ok := g.access[token]; ok && now.Before(ends) {
			return g.user
		}
	}
	return ""
}

// oauthEndpoint answers what is below /oauth2/.
func (s *Server) oauthEndpoint(c *call) *answer {
	switch c.method + " " + c.path {
	case "GET /oauth2/authorize/", "POST /oauth2/authorize/":
		return s.authorize(c)
	case "POST /oauth2/token/", "POST /oauth2/revoke/":
		if !checkClient(c) {
			return refuseGrant(http.StatusUnauthorized, "invalid_client")
		}
		s.oauth.mu.Lock()
		defer s.oauth.mu.Unlock()
		if c.path == "/oauth2/revoke/" {
			return s.oauth.revoke(c.params.Get("token"))
		}
		return s.token(c)
	}
	return refuse(http.StatusNotFound, textUnknownURL).answer()
}

// readForm reads the parameters of a call to the OAuth endpoints: those of the query, and those of a form.
func (c *call) readForm(r *http.Request) *apiError {
	c.forOAuth = true
	if r.Body != nil {
		r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	}
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "sandbox: that is no form")
	}
	c.params = r.Form
	c.keyID = r.Form.Get("client_id")
	return nil
}

// refuseGrant is the shape of refusals by the token endpoint. Close documents none; this is the standard's (RFC 6749).
func refuseGrant(status int, code string) *answer {
	return (&apiError{status: status, body: fields{{"error", code}}}).answer()
}

// checkClient proves the app by its secret in the form, or else in a Basic header (Close docs: OAuth server metadata).
func checkClient(c *call) bool {
	id, secret := c.params.Get("client_id"), c.params.Get("client_secret")
	if encoded, ok := strings.CutPrefix(c.header.Get("Authorization"), "Basic "); ok && secret == "" {
		text, _ := base64.StdEncoding.DecodeString(encoded)
		user, password, _ := strings.Cut(string(text), ":")
		id, _ = url.QueryUnescape(user)
		secret, _ = url.QueryUnescape(password)
	}
	return id == DemoClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(DemoClientSecret)) == 1
}

// token is POST /oauth2/token/.
func (s *Server) token(c *call) *answer {
	var g *grant
	switch c.params.Get("grant_type") {
	case "authorization_code":
		g = s.oauth.redeem(c)
	case "refresh_token":
		g = s.oauth.byRefresh(c.params.Get("refresh_token"))
	default:
		return refuseGrant(http.StatusBadRequest, "unsupported_grant_type")
	}
	if g == nil {
		return refuseGrant(http.StatusBadRequest, "invalid_grant")
	}
	access := accessPrefix + rand.Text()
	for token, ends := range g.access {
		if !c.now.Before(ends) {
			delete(g.access, token)
		}
	}
	g.access[access] = c.now.Add(accessLifetime)
	body := fields{
		{"token_type", "Bearer"}, {"access_token", access}, {"expires_in", int(accessLifetime.Seconds())},
		{"scope", strings.Join(g.scopes, " ")}, {"organization_id", s.store.organization}, {"user_id", g.user},
	}
	if slices.Contains(g.scopes, "offline_access") {
		g.refresh = refreshPrefix + rand.Text() // the one before is worth nothing from now on
		body = append(body, field{"refresh_token", g.refresh})
	}
	var v view
	a := newAnswer(http.StatusOK, v.value(nil, body))
	a.header.Set("Cache-Control", "no-store")
	return a
}

// redeem makes a grant of a code. A code that comes a second time ends the grant that it made (RFC 6749, 4.1.2).
func (o *oauthServer) redeem(c *call) *grant {
	code := c.params.Get("code")
	o.grants = slices.DeleteFunc(o.grants, func(g *grant) bool { return code != "" && g.code == code })
	pending, ok := o.codes[code]
	delete(o.codes, code)
	if !ok || !c.now.Before(pending.ends) || c.params.Get("redirect_uri") != pending.redirect {
		return nil
	}
	if pending.challenge != "" {
		sum := sha256.Sum256([]byte(c.params.Get("code_verifier")))
		if base64.RawURLEncoding.EncodeToString(sum[:]) != pending.challenge {
			return nil
		}
	}
	if len(o.grants) >= maxGrants {
		o.grants = slices.Delete(o.grants, 0, 1)
	}
	g := &grant{user: pending.user, scopes: pending.scopes, code: code, access: map[string]time.Time{}}
	o.grants = append(o.grants, g)
	return g
}

func (o *oauthServer) byRefresh(token string) *grant {
	for _, g := range o.grants {
		if token != "" && g.refresh == token {
			return g
		}
	}
	return nil
}

// revoke is POST /oauth2/revoke/: it ends one token, and succeeds for tokens that there are not (RFC 7009).
func (o *oauthServer) revoke(token string) *answer {
	for _, g := range o.grants {
		delete(g.access, token)
		if token != "" && g.refresh == token {
			g.refresh = ""
		}
	}
	return newAnswer(http.StatusOK, []byte("{}"))
}
