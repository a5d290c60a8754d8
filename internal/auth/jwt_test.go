package auth_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/closegraph/closegraph/internal/auth"
)

func TestJWT(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.set(func() {
		i.keys["r1"], i.keys["e1"], i.keys["d1"], i.keys["enc"] = rsaKey(), ecKey(), ed25519Key(), otherRSA()
		i.uses["enc"] = jwkset.UseEnc
	})
	v := i.verifier(t, nil)
	ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
	public, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	good := sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims())
	parts := strings.Split(good, ".")
	other := strings.Split(sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("sub", "eve")), ".")

	const badSignature = "the signature of the token is not by a key of its issuer"
	for name, tc := range map[string]struct {
		token string
		want  string // the name, or the refusal
	}{
		"RS256":                   {good, "jwt ann"},
		"PS256":                   {sign(t, jwt.SigningMethodPS256, "r1", rsaKey(), i.claims()), "jwt ann"},
		"ES256":                   {sign(t, jwt.SigningMethodES256, "e1", ecKey(), i.claims()), "jwt ann"},
		"EdDSA":                   {sign(t, jwt.SigningMethodEdDSA, "d1", ed25519Key(), i.claims()), "jwt ann"},
		"no key named":            {sign(t, jwt.SigningMethodRS256, "", rsaKey(), i.claims()), "jwt ann"},
		"one of its audiences":    {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("aud", []string{"x", "closegraph"})), "jwt ann"},
		"expired just now":        {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("exp", ago(10*time.Second))), "jwt ann"},
		"valid in a moment":       {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("nbf", ago(-10*time.Second))), "jwt ann"},
		"expired":                 {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("exp", ago(2*time.Minute))), "the token has expired"},
		"not yet valid":           {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("nbf", ago(-2*time.Minute))), "the token is not valid yet"},
		"never expires":           {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("exp", nil)), "the token lacks a claim that it must have: exp, iss and aud"},
		"another audience":        {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("aud", "x")), "the token is meant for another audience"},
		"no audience":             {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("aud", nil)), "the token lacks a claim that it must have: exp, iss and aud"},
		"another issuer":          {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("iss", "https://evil.example")), "the token is of another issuer"},
		"no issuer":               {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("iss", nil)), "the token lacks a claim that it must have: exp, iss and aud"},
		"no subject":              {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("sub", nil)), "the token does not say whose it is: it has no subject"},
		"a claim of a wrong type": {sign(t, jwt.SigningMethodRS256, "r1", rsaKey(), i.claims("exp", "soon")), "the token is neither an access token known here nor a JWT"},
		"forged":                  {sign(t, jwt.SigningMethodRS256, "r1", otherRSA(), i.claims()), badSignature},
		"another's signature":     {parts[0] + "." + other[1] + "." + parts[2], badSignature},
		"no signature":            {parts[0] + "." + parts[1] + ".", badSignature},
		"alg none":                {part(`{"alg":"none","kid":"r1"}`) + "." + parts[1] + ".", badSignature},
		"alg None":                {part(`{"alg":"None","kid":"r1"}`) + "." + parts[1] + ".", badSignature},
		"HS256, public key":       {sign(t, jwt.SigningMethodHS256, "r1", publicPEM, i.claims()), badSignature},
		"HS256, public key, DER":  {sign(t, jwt.SigningMethodHS256, "r1", public, i.claims()), badSignature},
		"key of another kind":     {sign(t, jwt.SigningMethodES256, "r1", ecKey(), i.claims()), badSignature},
		"a key for encrypting":    {sign(t, jwt.SigningMethodRS256, "enc", otherRSA(), i.claims()), badSignature},
		"that key, not named":     {sign(t, jwt.SigningMethodRS256, "", otherRSA(), i.claims()), badSignature},
		"unknown key":             {sign(t, jwt.SigningMethodRS256, "r2", otherRSA(), i.claims()), badSignature},
		"a key of its own":        {part(`{"alg":"RS256","jku":"http://evil.example/","jwk":{"kty":"RSA"}}`) + "." + parts[1] + "." + parts[2], badSignature},
		"no JWT":                  {"hunter2hunter2", "the token is neither an access token known here nor a JWT"},
		"empty":                   {"", "the token is neither an access token known here nor a JWT"},
		"too long":                {good + strings.Repeat("A", 9000), "the token is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := v.Verify(t.Context(), tc.token)
			if err != nil {
				if refused, ok := errors.AsType[auth.Refused](err); !ok || string(refused) != tc.want {
					t.Errorf("Verify: %v, want %q", err, tc.want)
				}
			} else if p.Name != tc.want || p.ReadOnly != "" {
				t.Errorf("Verify = %+v, want %q", p, tc.want)
			}
		})
	}
}

func TestJWTScopes(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.set(func() { i.keys["e1"] = ecKey() })
	v := i.verifier(t, func(o *auth.JWTOptions) { o.RequiredScope, o.WriteScope = "close", "close.write" })
	for name, tc := range map[string]struct {
		claims []any
		err    string
		read   string
	}{
		"both in a text":             {[]any{"scope", "openid close close.write"}, "", ""},
		"both in a list":             {[]any{"scp", []string{"close.write", "close"}}, "", ""},
		"one in each":                {[]any{"scope", "close", "scp", "close.write"}, "", ""},
		"no write scope":             {[]any{"scope", "close"}, "", "the token lacks the scope close.write"},
		"write but not the required": {[]any{"scope", "close.write"}, "the token lacks the scope close", ""},
		"a longer word":              {[]any{"scope", "closet"}, "the token lacks the scope close", ""},
		"none":                       {nil, "the token lacks the scope close", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodES256, "e1", ecKey(), i.claims(tc.claims...)))
			if got := textOf(err); got != tc.err || p.ReadOnly != tc.read {
				t.Errorf("Verify = %+v, %q, want %q and %q", p, got, tc.read, tc.err)
			}
		})
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestJWTRotation wants a new key to be found at once, by all who wait for it with one look, and strangers' keys not to
// make the server look again and again.
func TestJWTRotation(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.set(func() { i.keys["e1"] = ecKey() })
	v := i.verifier(t, func(o *auth.JWTOptions) { o.KeysURL = i.URL + "/keys" })
	i.set(func() { delete(i.keys, "e1"); i.keys["d1"] = ed25519Key() })
	token := sign(t, jwt.SigningMethodEdDSA, "d1", ed25519Key(), i.claims())
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := v.Verify(t.Context(), token); err != nil {
				t.Errorf("a token with a new key: %v", err)
			}
		})
	}
	all.Wait()
	if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodES256, "e1", ecKey(), i.claims())); err == nil {
		t.Error("a key that is gone is still good")
	}
	for _, kid := range []string{"x1", "x2", "x3", "x4"} {
		if _, err := v.Verify(t.Context(), sign(t, jwt.SigningMethodES256, kid, ecKey(), i.claims())); err == nil {
			t.Errorf("key %s is taken", kid)
		}
	}
	if n := i.asked.Load(); n != 2 {
		t.Errorf("the issuer was asked %d times, want twice", n)
	}
}

// TestJWTOutage wants known keys to stay good when the issuer is down or answers nonsense, and a server that starts
// meanwhile to say that it cannot tell.
func TestJWTOutage(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]string{
		"down": "down", "no keys": `{"keys":[]}`, "another document": `{"error":"maintenance"}`, "no JSON": "<html>", "too long": `{"keys":[` + strings.Repeat(" ", 2<<20) + "]}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newIssuer(t)
			i.set(func() { i.keys["e1"] = ecKey() })
			v := i.verifier(t, nil)
			i.set(func() { i.broken = broken })
			known, unknown := sign(t, jwt.SigningMethodES256, "e1", ecKey(), i.claims()), sign(t, jwt.SigningMethodES256, "e2", ecKey(), i.claims())
			if _, err := v.Verify(t.Context(), unknown); textOf(err) == "" || errors.Is(err, auth.ErrNoKeys) {
				t.Errorf("an unknown key: %v, want a refusal", err)
			}
			if _, err := v.Verify(t.Context(), known); err != nil {
				t.Errorf("a known key: %v", err)
			}
			if text := i.log.String(); !strings.Contains(text, "cannot fetch the keys") || strings.Contains(text, known[:40]) {
				t.Errorf("log = %s", text)
			}
			late := i.verifier(t, nil)
			if _, err := late.Verify(t.Context(), known); !errors.Is(err, auth.ErrNoKeys) {
				t.Errorf("a server that has no keys: %v, want that it cannot tell", err)
			}
			i.set(func() { i.broken = "" })
			fresh := i.verifier(t, nil)
			if _, err := fresh.Verify(t.Context(), known); err != nil {
				t.Errorf("after the outage: %v", err)
			}
		})
	}
}

// TestDiscovery wants no keys from a description that is of another issuer, or that leads elsewhere by a redirect.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.set(func() { i.keys["e1"] = ecKey() })
	token := sign(t, jwt.SigningMethodES256, "e1", ecKey(), i.claims())
	if _, err := i.verifier(t, nil).Verify(t.Context(), token); err != nil {
		t.Errorf("as it should be: %v", err)
	}
	slash := sign(t, jwt.SigningMethodES256, "e1", ecKey(), i.claims("iss", i.URL+"/"))
	mistaken := i.verifier(t, func(o *auth.JWTOptions) { o.Issuer = i.URL + "/" })
	if _, err := mistaken.Verify(t.Context(), slash); !errors.Is(err, auth.ErrNoKeys) {
		t.Errorf("a description of another issuer: %v", err)
	}
	redirecting := i.verifier(t, func(o *auth.JWTOptions) {
		o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/keys" {
				return http.DefaultTransport.RoundTrip(r)
			}
			return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {i.URL + "/keys"}}, Body: http.NoBody, Request: r}, nil
		})
	})
	if _, err := redirecting.Verify(t.Context(), token); !errors.Is(err, auth.ErrNoKeys) {
		t.Errorf("a redirect: %v", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
