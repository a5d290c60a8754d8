package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// JWTOptions say which JWTs are taken.
type JWTOptions struct {
	Issuer   string // who must have issued a token
	Audience string // whom it must be meant for
	// KeysURL is where the issuer's keys are, as a JWK set. Without it they are found as OpenID Connect Discovery says.
	KeysURL string
	// RequiredScope is a scope that a token must have to be taken, and WriteScope one that it must have to change
	// things. Empty when none is needed.
	RequiredScope, WriteScope string

	Transport http.RoundTripper // reaches the keys; http.DefaultTransport when nil
	Now       func() time.Time  // the clock; time.Now when nil
	Log       *slog.Logger
}

// JWT checks the JWTs of one issuer.
type JWT struct {
	opts   JWTOptions
	parser *jwt.Parser
	keys   *keySet
	lookup keyfunc.Keyfunc
}

// algorithms are the ones with a public key. None and those with a shared secret are not among them, so that nobody can
// sign with what is public.
var algorithms = []string{
	"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}

// leeway is how far the clocks here and there may be apart.
const leeway = 30 * time.Second

// NewJWT returns a JWT and fetches the keys of the issuer, then and as long as ctx lasts. That they cannot be had now is
// no error, but logged.
func NewJWT(ctx context.Context, o JWTOptions) (*JWT, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	keys, err := newKeySet(ctx, o)
	if err != nil {
		return nil, err
	}
	lookup, err := keyfunc.New(keyfunc.Options{Ctx: ctx, Storage: keys})
	if err != nil {
		return nil, fmt.Errorf("look up keys: %w", err)
	}
	return &JWT{opts: o, keys: keys, lookup: lookup, parser: jwt.NewParser(
		jwt.WithValidMethods(algorithms),
		jwt.WithIssuer(o.Issuer),
		jwt.WithAudience(o.Audience),
		jwt.WithExpirationRequired(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(o.Now),
	)}, nil
}

// claims are what is read of a token.
type claims struct {
	jwt.RegisteredClaims
	Scope  scopes `json:"scope"` // RFC 8693
	Scopes scopes `json:"scp"`   // what others call it
}

// verify is the subject of a token that the issuer signed for this audience and for now.
func (j *JWT) verify(ctx context.Context, token string) (Principal, error) {
	var c claims
	if _, err := j.parser.ParseWithClaims(token, &c, j.lookup.KeyfuncCtx(ctx)); err != nil {
		return Principal{}, j.refuse(ctx, err)
	}
	switch has := slices.Concat(c.Scope, c.Scopes); {
	case c.Subject == "":
		return Principal{}, Refused("the token does not say whose it is: it has no subject")
	case j.opts.RequiredScope != "" && !slices.Contains(has, j.opts.RequiredScope):
		return Principal{}, Refused("the token lacks the scope " + j.opts.RequiredScope)
	case j.opts.WriteScope != "" && !slices.Contains(has, j.opts.WriteScope):
		return Principal{Name: "jwt " + c.Subject, ReadOnly: "the token lacks the scope " + j.opts.WriteScope}, nil
	}
	return Principal{Name: "jwt " + c.Subject}, nil
}

// refuse says what is wrong with a token, in words that help who has a good one for something else, and nobody else.
func (j *JWT) refuse(ctx context.Context, err error) error {
	for _, known := range []struct {
		err  error
		text string
	}{
		{jwt.ErrTokenMalformed, "the token is neither an access token known here nor a JWT"},
		{jwt.ErrTokenExpired, "the token has expired"},
		{jwt.ErrTokenNotValidYet, "the token is not valid yet"},
		{jwt.ErrTokenInvalidAudience, "the token is meant for another audience"},
		{jwt.ErrTokenInvalidIssuer, "the token is of another issuer"},
		{jwt.ErrTokenRequiredClaimMissing, "the token lacks a claim that it must have: exp, iss and aud"},
		{jwt.ErrTokenInvalidClaims, "the token has a claim that cannot be read"},
	} {
		if errors.Is(err, known.err) {
			return Refused(known.text)
		}
	}
	if errors.Is(err, jwt.ErrTokenUnverifiable) && !j.keys.any(ctx) {
		return ErrNoKeys
	}
	return Refused("the signature of the token is not by a key of its issuer")
}

// scopes are those of a token: a list, or one text with blanks between.
type scopes []string

// UnmarshalJSON reads either form.
func (s *scopes) UnmarshalJSON(text []byte) error {
	var claim jwt.ClaimStrings
	if err := claim.UnmarshalJSON(text); err != nil {
		return fmt.Errorf("read a scope: %w", err)
	}
	*s = strings.Fields(strings.Join(claim, " "))
	return nil
}
