package closeapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Where Close lets its users grant access to their data, and where it hands out and revokes the tokens (Close docs:
// Authentication with OAuth).
const (
	DefaultAuthorizeURL = "https://app.close.com/oauth2/authorize/"
	DefaultTokenURL     = "https://api.close.com/oauth2/token/" //nolint:gosec // an address, no token
	DefaultRevokeURL    = "https://api.close.com/oauth2/revoke/"
)

const (
	oauthTimeout    = 15 * time.Second
	defaultLifetime = time.Hour // of an access token, where the answer does not say (Close docs: Authentication with OAuth)
)

// OAuthConfig says as which app users are asked to grant access, and where.
type OAuthConfig struct {
	ClientID     string
	ClientSecret string
	RedirectURL  string // where the browser comes back to, as registered with Close

	// The addresses of the authorization server. The defaults are Close's.
	AuthorizeURL, TokenURL, RevokeURL string

	// Transport reaches the addresses. The default is [NewHTTPTransport].
	Transport http.RoundTripper
	// Now is the clock. The default is time.Now.
	Now func() time.Time
}

// OAuth lets users of Close grant access to their data: the authorization code flow. It is safe for concurrent use.
// Nothing is repeated by itself, since codes and refresh tokens work once.
type OAuth struct {
	config oauth2.Config
	revoke string
	client *http.Client
	now    func() time.Time
}

// NewOAuth returns an OAuth. It makes no call.
func NewOAuth(cfg OAuthConfig) *OAuth {
	if cfg.Transport == nil {
		cfg.Transport = NewHTTPTransport()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &OAuth{
		config: oauth2.Config{
			ClientID: cfg.ClientID, ClientSecret: cfg.ClientSecret, RedirectURL: cfg.RedirectURL,
			Scopes: []string{"all.full_access", "offline_access"}, // the latter brings a refresh token
			Endpoint: oauth2.Endpoint{
				AuthURL:   cmp.Or(cfg.AuthorizeURL, DefaultAuthorizeURL),
				TokenURL:  cmp.Or(cfg.TokenURL, DefaultTokenURL),
				AuthStyle: oauth2.AuthStyleInParams,
			},
		},
		revoke: cmp.Or(cfg.RevokeURL, DefaultRevokeURL),
		client: &http.Client{
			Transport:     cfg.Transport,
			Timeout:       oauthTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // secrets go nowhere else
		},
		now: cfg.Now,
	}
}

// OAuthGrant is what a user has granted: access to the data of one organization as that user. Printing or logging it
// shows no token; encoding it shows them, for it has to be kept somewhere.
type OAuthGrant struct {
	AccessToken    string    `json:"access_token"`
	RefreshToken   string    `json:"refresh_token"`
	Expires        time.Time `json:"expires"` // when the access token ends
	UserID         string    `json:"user_id"`
	OrganizationID string    `json:"organization_id"`
}

// Credential is what calls are made with under the grant.
func (g OAuthGrant) Credential() Credential { return Bearer(g.AccessToken) }

// Format shows whose grant it is and no token, whatever the verb.
func (g OAuthGrant) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "grant of "+g.UserID)
}

// LogValue shows whose grant it is and no token.
func (g OAuthGrant) LogValue() slog.Value { return slog.StringValue("grant of " + g.UserID) }

// AuthorizeURL is where to send a user's browser. The state comes back with it, and proves that it set out from here;
// the verifier, which only Exchange shows, proves that whoever redeems the code asked for it (PKCE).
func (o *OAuth) AuthorizeURL(state, verifier string) string {
	return o.config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier))
}

// NewVerifier makes a verifier.
func NewVerifier() string { return oauth2.GenerateVerifier() }

// Exchange redeems the code that a browser came back with. [IsOAuthGrantOver] is true for the error when Close does
// not know the code, or not any more.
func (o *OAuth) Exchange(ctx context.Context, code, verifier string) (OAuthGrant, error) {
	token, err := o.config.Exchange(o.in(ctx), code, oauth2.VerifierOption(verifier))
	if err != nil {
		return OAuthGrant{}, o.failed(ctx, o.config.Endpoint.TokenURL, err)
	}
	return o.grant(token, OAuthGrant{}), nil
}

// Refresh renews a grant whose access token ends. From then on only the new refresh token works (Close docs:
// Authentication with OAuth), so the caller must see to it that a grant is refreshed once, and keep what it gets.
// [IsOAuthGrantOver] is true for the error when the user has to grant access anew.
func (o *OAuth) Refresh(ctx context.Context, old OAuthGrant) (OAuthGrant, error) {
	if old.RefreshToken == "" {
		return OAuthGrant{}, fmt.Errorf("refresh a grant: %w: there is no refresh token", errGrantOver)
	}
	source := o.config.TokenSource(o.in(ctx), &oauth2.Token{RefreshToken: old.RefreshToken})
	token, err := source.Token()
	if err != nil {
		return OAuthGrant{}, o.failed(ctx, o.config.Endpoint.TokenURL, err)
	}
	return o.grant(token, old), nil
}

// Revoke ends the tokens of a grant. Whether one of them takes the other along is not documented, so both are named.
func (o *OAuth) Revoke(ctx context.Context, g OAuthGrant) error {
	var errs []error
	for _, token := range []string{g.RefreshToken, g.AccessToken} {
		if token != "" {
			errs = append(errs, o.revokeToken(ctx, token))
		}
	}
	return errors.Join(errs...)
}

func (o *OAuth) revokeToken(ctx context.Context, token string) error {
	form := url.Values{"client_id": {o.config.ClientID}, "client_secret": {o.config.ClientSecret}, "token": {token}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.revoke, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := o.client.Do(req)
	if err != nil {
		return noAnswer(ctx, http.MethodPost, req.URL.Path, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxErrorBody)) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return &Error{Status: resp.StatusCode, Method: http.MethodPost, Path: req.URL.Path, Message: statusName(resp.StatusCode)}
	}
	return nil
}

// in is ctx with the client that the library is to use.
func (o *OAuth) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, o.client)
}

// grant reads the answer of the token endpoint. What it leaves out is as it was in the grant before.
func (o *OAuth) grant(token *oauth2.Token, before OAuthGrant) OAuthGrant {
	g := OAuthGrant{
		AccessToken: token.AccessToken, RefreshToken: token.RefreshToken,
		UserID: before.UserID, OrganizationID: before.OrganizationID,
	}
	lifetime := time.Duration(token.ExpiresIn) * time.Second
	if lifetime <= 0 {
		lifetime = defaultLifetime
	}
	g.Expires = o.now().Add(lifetime)
	if id, ok := token.Extra("user_id").(string); ok {
		g.UserID = id
	}
	if id, ok := token.Extra("organization_id").(string); ok {
		g.OrganizationID = id
	}
	return g
}

// errGrantOver is what IsOAuthGrantOver looks for.
var errGrantOver = errors.New("the grant is over")

// IsOAuthGrantOver reports whether a code or a refresh token is refused for good: it was used before, revoked, or
// expired.
func IsOAuthGrantOver(err error) bool { return errors.Is(err, errGrantOver) }

// failed is the error of the token endpoint, without what was sent and without what came back but the code of the
// error. Close's codes are not documented, so a refusal counts as one of the grant unless it says that the app is at
// fault.
func (o *OAuth) failed(ctx context.Context, address string, err error) error {
	path := address
	if u, parseErr := url.Parse(address); parseErr == nil {
		path = u.Path
	}
	refusal, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		if _, ok := errors.AsType[*url.Error](err); ok {
			return noAnswer(ctx, http.MethodPost, path, err)
		}
		return &Error{Method: http.MethodPost, Path: path, Message: "the answer has no token"}
	}
	status := refusal.Response.StatusCode
	e := &Error{Status: status, Method: http.MethodPost, Path: path, Message: statusName(status)}
	if isErrorCode(refusal.ErrorCode) {
		e.Message = refusal.ErrorCode
	}
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		if e.Message != "invalid_client" && e.Message != "unauthorized_client" {
			return fmt.Errorf("%w: %w", errGrantOver, e)
		}
	}
	return e
}

// isErrorCode reports whether the text has the form of OAuth's error codes, which are words such as invalid_grant.
func isErrorCode(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return text != "" && len(text) <= 40
}
