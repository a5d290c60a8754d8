package gateway

import (
	"context"
	"hash/maphash"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/auth"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/session"
)

// newIdentifier makes what the mode needs to find out who asks. What of it runs by itself does so as long as ctx lasts.
func newIdentifier(ctx context.Context, o Options) (identifier, error) {
	i := identifier{mode: o.Config.Mode(), seed: maphash.MakeSeed(), own: ownCredential(o.Config), log: o.Log}
	var err error
	switch i.mode {
	case config.ModeService:
		i.tokens, err = newVerifier(ctx, o)
	case config.ModeSession:
		i.sessions, err = newSessions(o)
	}
	return i, err
}

// newVerifier knows the tokens of those who share the server's Close key.
func newVerifier(ctx context.Context, o Options) (auth.Verifier, error) {
	var v auth.Verifier
	var err error
	if path := o.Config.AccessTokensFile; path != "" {
		if v.Tokens, err = auth.OpenTokenFile(path, o.Log); err != nil {
			return v, err
		}
	}
	if o.Config.TakesJWTs() {
		v.JWT, err = auth.NewJWT(ctx, auth.JWTOptions{
			Issuer:        o.Config.JWTIssuer,
			Audience:      o.Config.JWTAudience,
			KeysURL:       o.Config.JWKSURL,
			RequiredScope: o.Config.JWTRequiredScope,
			WriteScope:    o.Config.JWTWriteScope,
			Now:           o.Now,
			Log:           o.Log,
		})
	}
	return v, err
}

// newSessions are those of people who log in with Close.
func newSessions(o Options) (*session.Sessions, error) {
	c := o.Config
	if len(c.SessionKeys) == 0 {
		o.Log.Warn("there are no SESSION_KEYS: a random key seals the sessions, so that everybody is logged out when this process ends, and replicas do not know each other's sessions")
	}
	keys := make([]string, 0, len(c.SessionKeys))
	for _, key := range c.SessionKeys {
		keys = append(keys, key.Reveal())
	}
	if o.Sessions == nil {
		o.Sessions = session.NewMemory(c.MaxSessions, o.Now)
	}
	return session.New(session.Options{
		OAuth: closeapi.NewOAuth(closeapi.OAuthConfig{
			ClientID:     c.OAuthClientID,
			ClientSecret: c.OAuthClientSecret.Reveal(),
			RedirectURL:  c.RedirectURL(),
			AuthorizeURL: c.OAuthAuthorizeURL,
			TokenURL:     c.OAuthTokenURL,
			RevokeURL:    c.OAuthRevokeURL,
			Transport:    o.Transport,
			Now:          o.Now,
		}),
		Store:    o.Sessions,
		Keys:     keys,
		Lifetime: c.SessionLifetime,
		Origins:  c.CORSOrigins,
		Secure:   strings.HasPrefix(c.RedirectURL(), "https:"),
		Now:      o.Now,
		Log:      o.Log,
	})
}
