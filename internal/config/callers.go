package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Service says how callers prove who they are who share the server's Close key: with a JWT, with an access token, or
// with either.
type Service struct {
	JWTIssuer        string `name:"jwt-issuer" placeholder:"URL" help:"Take JWTs of this issuer. Its keys are found by OpenID Connect Discovery, unless --jwks-url says where they are."`
	JWTAudience      string `name:"jwt-audience" placeholder:"NAME" help:"Take JWTs for this audience only."`
	JWKSURL          string `name:"jwks-url" placeholder:"URL" help:"Where the keys of the issuer are, as a JWK set."`
	JWTRequiredScope string `name:"jwt-required-scope" placeholder:"SCOPE" help:"Take JWTs with this scope only."`
	JWTWriteScope    string `name:"jwt-write-scope" placeholder:"SCOPE" help:"JWTs without this scope may only query."`
	AccessTokensFile string `name:"access-tokens-file" placeholder:"FILE" help:"Take the access tokens whose hashes are in this file, one a line: name:sha256, or name:sha256:read for one that may only query. --hash-token makes a line."`
}

// Session says how callers log in with Close.
type Session struct {
	OAuthClientID     string `name:"oauth-client-id" placeholder:"ID" help:"Let people log in with Close through this OAuth app of yours, and serve each one with the data that Close shows to them."`
	OAuthClientSecret Secret `name:"oauth-client-secret" placeholder:"SECRET" help:"The secret of the OAuth app. Prefer the variable."`
	OAuthRedirectURL  string `name:"oauth-redirect-url" placeholder:"URL" help:"Where browsers find /oauth/callback of this server, as registered with the OAuth app. When it listens on a loopback address, that is the default."`

	OAuthAuthorizeURL string `name:"oauth-authorize-url" placeholder:"URL" default:"${authorizeURL}" help:"Where Close asks for access."`
	OAuthTokenURL     string `name:"oauth-token-url" placeholder:"URL" default:"${tokenURL}" help:"Where Close hands out tokens."`
	OAuthRevokeURL    string `name:"oauth-revoke-url" placeholder:"URL" default:"${revokeURL}" help:"Where Close revokes tokens."`

	SessionKeys     []Secret      `name:"session-keys" placeholder:"KEY,..." help:"Random texts of 32 characters or more that sessions are sealed with: the first seals, all of them open, so that keys can be changed. Replicas share them. Without any, sessions end with the process. Prefer the variable."`
	SessionLifetime time.Duration `name:"session-lifetime" placeholder:"DURATION" default:"168h" help:"When people have to log in again, however much they do."`
	MaxSessions     int           `name:"max-sessions" placeholder:"N" default:"10000" help:"How many sessions are kept; the one that was used longest ago makes room."`
}

// Where Close lets its users grant access (Close docs: Authentication with OAuth).
const (
	defaultAuthorizeURL = "https://app.close.com/oauth2/authorize/"
	defaultTokenURL     = "https://api.close.com/oauth2/token/" //nolint:gosec // an address, no token
	defaultRevokeURL    = "https://api.close.com/oauth2/revoke/"
)

// callbackPath is where browsers come back to; the gateway serves it there.
const callbackPath = "/oauth/callback"

// shortestSessionKey is the length below which a text is not random enough to seal with.
const shortestSessionKey = 32

// TakesJWTs reports whether callers may prove themselves with a JWT.
func (s Service) TakesJWTs() bool {
	return s.JWTIssuer != "" || s.JWTAudience != "" || s.JWKSURL != "" || s.JWTRequiredScope != "" || s.JWTWriteScope != ""
}

func (s Service) on() bool { return s.TakesJWTs() || s.AccessTokensFile != "" }

// checkCallers refuses contradictions about who may call.
func (c Config) checkCallers() error {
	switch {
	case c.Passthrough && c.Service.on():
		return errors.New("--passthrough: callers bring their own Close credentials; " +
			"JWTs and access tokens are for callers that share --close-api-key")
	case c.Passthrough && c.OAuthClientID != "":
		return errors.New("--passthrough: callers bring their own Close credentials; leave out --oauth-client-id, with which they log in")
	case c.OAuthClientID != "" && c.CloseAPIKey != "":
		return errors.New("--oauth-client-id: people log in with their own Close account, so --close-api-key must not be set too")
	case c.OAuthClientID != "" && c.Service.on():
		return errors.New("--oauth-client-id: people log in with their own Close account; " +
			"JWTs and access tokens are for callers that share --close-api-key")
	case c.Service.on() && c.CloseAPIKey == "":
		return errors.New("--close-api-key: callers with a JWT or an access token share a Close key, so it is needed")
	case c.AllowAnonymous && (c.Service.on() || c.OAuthClientID != ""):
		return errors.New("--allow-anonymous: callers have to prove who they are here; leave it out")
	case c.Service.TakesJWTs():
		return c.checkJWT()
	case c.OAuthClientID != "":
		return c.checkSession()
	case c.OAuthClientSecret != "" || c.OAuthRedirectURL != "" || len(c.SessionKeys) > 0:
		return errors.New("--oauth-client-id: it is needed for people to log in with Close; without it, leave out the other settings of logging in")
	}
	return nil
}

func (c Config) checkJWT() error {
	if c.JWTIssuer == "" || c.JWTAudience == "" {
		return errors.New("--jwt-issuer, --jwt-audience: both are needed, or JWTs that were issued for something else would be taken")
	}
	if err := checkSafeURL(c.JWTIssuer); err != nil && c.JWKSURL == "" {
		return fmt.Errorf("--jwt-issuer: %w; or say with --jwks-url where its keys are", err)
	}
	if c.JWKSURL != "" {
		if err := checkSafeURL(c.JWKSURL); err != nil {
			return fmt.Errorf("--jwks-url: %w", err)
		}
	}
	return nil
}

func (c Config) checkSession() error {
	if secret := c.OAuthClientSecret.Reveal(); secret == "" || strings.TrimSpace(secret) != secret {
		return errors.New("--oauth-client-secret: the secret of the OAuth app is needed too, without blanks or line breaks around it")
	}
	if c.RedirectURL() == "" {
		return errors.New("--oauth-redirect-url: say where browsers find " + callbackPath + " of this server, such as https://graph.example.com" + callbackPath)
	}
	for _, address := range []struct{ flag, value string }{
		{"--oauth-redirect-url", c.RedirectURL()},
		{"--oauth-authorize-url", c.OAuthAuthorizeURL},
		{"--oauth-token-url", c.OAuthTokenURL},
		{"--oauth-revoke-url", c.OAuthRevokeURL},
	} {
		if err := checkSafeURL(address.value); err != nil {
			return fmt.Errorf("%s: %w", address.flag, err)
		}
	}
	if u, err := url.Parse(c.RedirectURL()); err != nil || u.Path != callbackPath {
		return fmt.Errorf("--oauth-redirect-url: it must end in %s, after the host", callbackPath)
	}
	for _, key := range c.SessionKeys {
		if len(key) < shortestSessionKey {
			return fmt.Errorf("--session-keys: each must have %d characters at least; take random ones, as from: openssl rand -base64 32", shortestSessionKey)
		}
	}
	if c.SessionLifetime <= 0 {
		return fmt.Errorf("--session-lifetime: must be longer than nothing, is %s", c.SessionLifetime)
	}
	if c.MaxSessions < 1 {
		return fmt.Errorf("--max-sessions: must be at least 1, is %d", c.MaxSessions)
	}
	return nil
}

// RedirectURL is where browsers come back to from Close; empty when that cannot be told.
func (c Config) RedirectURL() string {
	if c.OAuthRedirectURL != "" {
		return c.OAuthRedirectURL
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || port == "0" || !loopback(c.Listen) {
		return ""
	}
	scheme := "http://"
	if c.TLS() {
		scheme = "https://"
	}
	return scheme + c.Listen + callbackPath
}

// checkSafeURL refuses addresses that others could listen on or answer for: secrets go there, or trust comes from
// there.
func checkSafeURL(text string) error {
	if err := checkURL(text); err != nil {
		return err
	}
	if u, err := url.Parse(text); err != nil || u.Scheme != "https" && !loopbackHost(u.Hostname()) {
		return fmt.Errorf("%q must be an https URL, or be on this machine", text)
	}
	return nil
}
