package gateway

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/auth"
)

const (
	serverKey  = "api_server.planted-key"
	writeToken = "write-planted-GnMz5W0m2pZ5pHn1v8nq0Xl7"
	readToken  = "read-planted-Qe1v5yV0Qm2pJ7xN3s9kL4tW"
)

// tokensFile lists both tokens.
func tokensFile(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for _, token := range []struct{ name, token, end string }{{"ann", writeToken, "\n"}, {"bob", readToken, ":read\n"}} {
		line, err := auth.HashToken(token.name, token.token)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString(line + token.end)
	}
	path := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// issuer serves a key, and signs JWTs with it.
func issuer(t *testing.T) (address string, sign func(more jwt.MapClaims) string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	set := jwkset.NewMemoryStorage()
	jwk, err := jwkset.NewJWKFromKey(public, jwkset.JWKOptions{Metadata: jwkset.JWKMetadataOptions{KID: "k1"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := set.KeyWrite(t.Context(), jwk); err != nil {
		t.Fatal(err)
	}
	keys, err := set.JSONPublic(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(keys) }))
	t.Cleanup(server.Close)
	return server.URL, func(more jwt.MapClaims) string {
		claims := jwt.MapClaims{"iss": server.URL, "aud": "closegraph", "sub": "carol", "exp": time.Now().Add(time.Hour).Unix()}
		maps.Copy(claims, more)
		token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
		token.Header["kid"] = "k1"
		text, err := token.SignedString(private)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

// TestService asks with tokens of all sorts, and wants those that are good to use the server's key, some only to read.
func TestService(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	keys, sign := issuer(t)
	o := testOptions(s, "--close-api-key="+serverKey, "--access-tokens-file="+tokensFile(t),
		"--jwt-issuer="+keys, "--jwt-audience=closegraph", "--jwks-url="+keys, "--jwt-write-scope=close.write")
	var log bytes.Buffer
	o.Transport, o.Log = s.Transport(), slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)

	const query, mutation = `{"query":"{viewer{id}}"}`, `{"query":"mutation{taskCreate(input:{type:LEAD,leadId:\"LEAD\",text:\"x\"}){task{id}}}"}`
	reader, writer := sign(nil), sign(jwt.MapClaims{"scope": "close.write"})
	expired := sign(jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()})
	closeKey := "Basic YXBpX3NhbmRib3guZGVtbzo="
	for name, tc := range map[string]struct {
		authorization, body string
		status              int
		want                string
	}{
		"access token":              {"Bearer " + writeToken, query, 200, `{"data":{"viewer":{"id":"user_`},
		"access token, change":      {"bearer  " + writeToken, mutation, 200, `{"data":{"taskCreate":{"task":{"id":"task_`},
		"token for reading":         {"Bearer " + readToken, query, 200, `{"data":{"viewer":{"id":"user_`},
		"token for reading, change": {"Bearer " + readToken, mutation, 403, `this caller may query only: the access token is for reading`},
		"JWT":                       {"Bearer " + writer, mutation, 200, `{"data":{"taskCreate":{"task":{"id":"task_`},
		"JWT without scope":         {"Bearer " + reader, query, 200, `{"data":{"viewer":{"id":"user_`},
		"JWT without scope, change": {"Bearer " + reader, mutation, 403, `this caller may query only: the token lacks the scope close.write`},
		"nothing":                   {"", query, 401, "send an Authorization header with Bearer"},
		"a key of Close":            {closeKey, query, 401, "a credential of Close is not one"},
		"the server's own key":      {"Bearer " + serverKey, query, 401, "neither an access token known here nor a JWT"},
		"an expired JWT":            {"Bearer " + expired, query, 401, "the token has expired"},
		"another token":             {"Bearer " + writeToken[1:], query, 401, "neither an access token known here nor a JWT"},
	} {
		s.ResetRequests()
		body := strings.Replace(tc.body, "LEAD\\\"", s.IDs("lead")[0]+`\"`, 1)
		w := ask(t, g.Handler(), http.MethodPost, graphqlPath, body, map[string]string{"Authorization": tc.authorization, "Accept": mediaGraphQL})
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
			t.Errorf("%s: %d %s, want %d and %s", name, w.Code, w.Body, tc.status, tc.want)
		}
		if w.Code == 401 && !strings.HasPrefix(w.Header().Get("Www-Authenticate"), `Bearer realm="Closegraph"`) {
			t.Errorf("%s: WWW-Authenticate = %q", name, w.Header().Get("Www-Authenticate"))
		}
		for _, secret := range []string{serverKey, writeToken, readToken, reader, writer, expired, "c2VydmVy"} {
			if text := w.Body.String() + log.String(); strings.Contains(text, secret) {
				t.Errorf("%s: a secret is told: %s", name, text)
			}
		}
		for _, r := range s.Requests() {
			if tc.status != 200 || r.KeyID != "api_server" {
				t.Errorf("%s: %s was asked with %s", name, r, r.KeyID)
			}
		}
	}
}

// TestServiceShares tells callers apart for the budget of the key they share, without a secret.
func TestServiceShares(t *testing.T) {
	t.Parallel()
	keys, sign := issuer(t)
	o := testOptions(nil, "--close-api-key="+serverKey, "--access-tokens-file="+tokensFile(t),
		"--jwt-issuer="+keys, "--jwt-audience=closegraph", "--jwks-url="+keys)
	i, err := newIdentifier(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]string{writeToken: "token ann", readToken: "token bob", sign(nil): "jwt carol"} {
		id, err := i.identify(t.Context(), proof{authorization: "Bearer " + token, zone: "-5"})
		if err != nil || id.Caller.Share != want || id.Caller.Offset.String() != "-5" {
			t.Errorf("identify = %+v, %v, want the share %s", id, err, want)
		}
	}
}

// TestServiceWithoutKeys starts while the issuer is down: callers learn that it is not their token's fault.
func TestServiceWithoutKeys(t *testing.T) {
	t.Parallel()
	keys, sign := issuer(t)
	o := testOptions(nil, "--close-api-key="+serverKey, "--jwt-issuer="+keys, "--jwt-audience=closegraph", "--jwks-url=http://127.0.0.1:1/")
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	w := ask(t, g.Handler(), http.MethodPost, graphqlPath, `{"query":"{viewer{id}}"}`, map[string]string{"Authorization": "Bearer " + sign(nil)})
	var got answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 503 || len(got.Errors) != 1 || got.Errors[0].Extensions.Code != codeUpstreamError {
		t.Errorf("%d %s, %v", w.Code, w.Body, err)
	}
}
