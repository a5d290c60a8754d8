package closeapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
)

// Credential proves to Close who asks. [APIKey], [Bearer] and [ParseAuthorization] make one. However it is
// printed, logged or encoded, it shows "[redacted]", and nothing gives the secret back.
type Credential interface {
	fmt.Stringer
	fmt.GoStringer
	fmt.Formatter
	slog.LogValuer

	// authorize puts the credential on a request, or says why it cannot prove anything.
	authorize(http.Header) error
	// identify is the identity of who has the credential, under a key. It reports false for one that cannot prove anything.
	identify(key []byte) (Identity, bool)
	// redact replaces the secret in a text that came from elsewhere.
	redact(string) string
}

// APIKey is the credential of an API key, "api_…", which Close takes as the user name of HTTP Basic with an
// empty password (Close docs: Authentication with API keys). Blanks around the key do not count. An empty key
// is no credential: calls with it fail without being made, and [IsUnauthorized] is true for the error.
func APIKey(key string) Credential {
	key = strings.TrimSpace(key)
	if key == "" || hasControl(key) {
		return &credential{}
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(key + ":"))
	return newCredential("Basic "+encoded, key, encoded)
}

// Bearer is the credential of an OAuth access token (Close docs: Authentication with OAuth). Blanks around
// the token do not count. A token that is empty, or not the plain characters of a token, is no credential:
// calls with it fail without being made, and [IsUnauthorized] is true for the error.
func Bearer(token string) Credential {
	token = strings.TrimSpace(token)
	if !isToken(token) {
		return &credential{}
	}
	return newCredential("Bearer "+token, token)
}

// ParseAuthorization reads the value of an Authorization header, so that a caller's own credential can be
// passed on. It takes "Basic" with base64 of a user and a password, the user not empty, and "Bearer" with a
// token. The error does not repeat the header.
func ParseAuthorization(header string) (Credential, error) {
	scheme, value, _ := strings.Cut(header, " ")
	value = strings.TrimLeft(value, " ")
	switch {
	case len(header) > maxAuthorization:
		return nil, fmt.Errorf("authorization header is longer than %d bytes", maxAuthorization)
	case strings.EqualFold(scheme, "basic"):
		decoded, err := base64.StdEncoding.Strict().DecodeString(value)
		user, _, found := strings.Cut(string(decoded), ":")
		if err != nil || !found || user == "" || hasControl(value) || hasControl(string(decoded)) {
			return nil, errors.New("authorization header is not base64 of a key and a colon")
		}
		return newCredential("Basic "+value, user, value), nil
	case strings.EqualFold(scheme, "bearer"):
		if !isToken(value) {
			return nil, errors.New("authorization header has no proper bearer token")
		}
		return newCredential("Bearer "+value, value), nil
	}
	return nil, errors.New("authorization header is neither Basic nor Bearer")
}

// maxAuthorization is the longest Authorization header, in bytes, that is looked at.
const maxAuthorization = 8 << 10

// isToken reports whether the text is one run of visible ASCII characters, which is what can stand in a
// header without changing it.
func isToken(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return false
		}
	}
	return text != ""
}

// credential is the only Credential. It keeps what it knows inside functions: fmt cannot call the methods
// below on the unexported fields of other types, but walks through everything else it finds there.
type credential struct {
	header   func() []string // the value of the Authorization header; nil when there is nothing to prove with
	secrets  func() []string // what must not be seen; nil with header
	identity atomic.Pointer[knownIdentity]
}

// knownIdentity is the identity of a credential under a key, so that a credential used for many calls is hashed once.
type knownIdentity struct {
	key      []byte
	identity Identity
}

func (c *credential) identify(key []byte) (Identity, bool) {
	if c.header == nil {
		return Identity{}, false
	}
	if known := c.identity.Load(); known != nil && &known.key[0] == &key[0] {
		return known.identity, true
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(c.header()[0]))
	var sum [sha256.Size]byte
	known := &knownIdentity{key: key, identity: Identity(mac.Sum(sum[:0]))}
	c.identity.Store(known)
	return known.identity, true
}

func newCredential(header string, secrets ...string) *credential {
	values := []string{header}
	return &credential{header: func() []string { return values }, secrets: func() []string { return secrets }}
}

const redacted = "[redacted]"

// minSecret is the length below which a secret protects nothing, while hiding it would mangle other words.
const minSecret = 6

func (c *credential) authorize(header http.Header) error {
	if c.header == nil {
		return errNoCredential
	}
	header["Authorization"] = c.header()
	return nil
}

func (c *credential) redact(text string) string {
	if c.secrets == nil {
		return text
	}
	for _, secret := range c.secrets() {
		if len(secret) >= minSecret {
			text = strings.ReplaceAll(text, secret, redacted)
		}
	}
	return text
}

// String returns "[redacted]".
func (c *credential) String() string { return redacted }

// GoString returns "[redacted]".
func (c *credential) GoString() string { return redacted }

// Format writes "[redacted]", whatever the verb.
func (c *credential) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// LogValue is "[redacted]".
func (c *credential) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]".
func (c *credential) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// MarshalJSON returns "[redacted]" in quotes.
func (c *credential) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }
