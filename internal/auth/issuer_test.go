package auth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/closegraph/closegraph/internal/auth"
)

// issuer is an identity provider over a socket.
type issuer struct {
	*httptest.Server
	log *logged

	mu     sync.Mutex
	keys   map[string]crypto.Signer
	uses   map[string]jwkset.USE
	broken string // answered in place of the keys; "down" breaks the connection

	asked atomic.Int32 // for the keys
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{log: &logged{}, keys: map[string]crypto.Signer{}, uses: map[string]jwkset.USE{}}
	i.Server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.broken == "down":
		panic(http.ErrAbortHandler)
	case r.URL.Path == "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.URL, "jwks_uri": i.URL + "/keys"})
		return
	case r.URL.Path != "/keys":
		http.NotFound(w, r)
		return
	}
	i.asked.Add(1)
	if i.broken != "" {
		_, _ = w.Write([]byte(i.broken))
		return
	}
	set := jwkset.NewMemoryStorage()
	for kid, key := range i.keys {
		jwk, err := jwkset.NewJWKFromKey(key.Public(), jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: kid, USE: i.uses[kid]}})
		if err != nil {
			panic(err) // the keys of these tests can be written
		}
		_ = set.KeyWrite(r.Context(), jwk) // into memory
	}
	text, _ := set.JSONPublic(r.Context())
	_, _ = w.Write(text)
}

// set changes what the issuer answers.
func (i *issuer) set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

// verifier takes the JWTs of the issuer.
func (i *issuer) verifier(t *testing.T, change func(*auth.JWTOptions)) auth.Verifier {
	t.Helper()
	o := auth.JWTOptions{Issuer: i.URL, Audience: "closegraph", Log: slog.New(slog.NewTextHandler(i.log, nil))}
	if change != nil {
		change(&o)
	}
	j, err := auth.NewJWT(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return auth.Verifier{JWT: j}
}

// sign signs the claims as the key of that name, which need not be published.
func sign(t *testing.T, method jwt.SigningMethod, kid string, key any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// claims are good ones, changed; a nil takes a claim away.
func (i *issuer) claims(pairs ...any) jwt.MapClaims {
	c := jwt.MapClaims{"iss": i.URL, "aud": "closegraph", "sub": "ann", "exp": time.Now().Add(time.Hour).Unix()}
	for n := 0; n < len(pairs); n += 2 {
		name, _ := pairs[n].(string)
		c[name] = pairs[n+1]
		if pairs[n+1] == nil {
			delete(c, name)
		}
	}
	return c
}

// logged is a log that several goroutines write.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// The keys of these tests, made once: it takes a while.
var (
	rsaKey     = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSA   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey      = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	ed25519Key = sync.OnceValue(func() ed25519.PrivateKey {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return must(key, err)
	})
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err) // the source of randomness does not fail
	}
	return value
}
