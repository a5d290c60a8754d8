package config

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestCallers wants contradictions about who may call to be refused, with what would be right.
func TestCallers(t *testing.T) {
	t.Parallel()
	const key = "CLOSE_API_KEY=api_secret.value"
	jwt := []string{key, "JWT_ISSUER=https://id.example.com", "JWT_AUDIENCE=closegraph"}
	login := []string{"OAUTH_CLIENT_ID=app", "OAUTH_CLIENT_SECRET=hunter2hunter2"}
	for name, tc := range map[string]struct {
		env  []string
		more []string
		want string
	}{
		"tokens without a key":       {nil, []string{"ACCESS_TOKENS_FILE=x"}, "--close-api-key: callers with a JWT or an access token"},
		"JWTs without a key":         {jwt[1:], nil, "--close-api-key: callers with a JWT or an access token"},
		"tokens and passthrough":     {nil, []string{"PASSTHROUGH=1", "ACCESS_TOKENS_FILE=x"}, "--passthrough: callers bring"},
		"logging in and passthrough": {login, []string{"PASSTHROUGH=1"}, "--passthrough: callers bring"},
		"logging in with a key":      {login, []string{key}, "--oauth-client-id: people log in with their own"},
		"logging in and tokens":      {login, []string{"ACCESS_TOKENS_FILE=x"}, "--oauth-client-id: people log in with their own"},
		"tokens and anybody":         {[]string{key}, []string{"ACCESS_TOKENS_FILE=x", "ALLOW_ANONYMOUS=1"}, "--allow-anonymous: callers have to prove"},
		"logging in and anybody":     {login, []string{"ALLOW_ANONYMOUS=1"}, "--allow-anonymous: callers have to prove"},
		"no audience":                {jwt[:2], nil, "--jwt-issuer, --jwt-audience: both are needed"},
		"keys alone":                 {[]string{key}, []string{"JWKS_URL=https://id.example.com/keys"}, "--jwt-issuer, --jwt-audience: both are needed"},
		"a scope alone":              {[]string{key}, []string{"JWT_WRITE_SCOPE=x"}, "--jwt-issuer, --jwt-audience: both are needed"},
		"an issuer in the clear":     {jwt, []string{"JWT_ISSUER=http://id.example.com"}, "--jwt-issuer: "},
		"an issuer that is a name":   {jwt, []string{"JWT_ISSUER=us"}, "--jwks-url where its keys are"},
		"keys in the clear":          {jwt, []string{"JWKS_URL=http://id.example.com/keys"}, "--jwks-url: \"http://id.example.com/keys\" must be an https URL"},
		"no secret":                  {login[:1], nil, "--oauth-client-secret: "},
		"a line break in the secret": {login, []string{"OAUTH_CLIENT_SECRET=hunter2hunter2\n"}, "--oauth-client-secret: "},
		"nowhere to come back to":    {login, []string{"LISTEN_ADDR=:8080"}, "--oauth-redirect-url: say where"},
		"any port":                   {login, []string{"LISTEN_ADDR=127.0.0.1:0"}, "--oauth-redirect-url: say where"},
		"back in the clear":          {login, []string{"OAUTH_REDIRECT_URL=http://graph.example.com/oauth/callback"}, "must be an https URL"},
		"back to another path":       {login, []string{"OAUTH_REDIRECT_URL=https://graph.example.com/"}, "must end in /oauth/callback"},
		"tokens in the clear":        {login, []string{"OAUTH_TOKEN_URL=http://api.example.com/"}, "--oauth-token-url: "},
		"a short key":                {login, []string{"SESSION_KEYS=0123456789abcdef0123456789abcdef,short"}, "--session-keys: each must have 32"},
		"no lifetime":                {login, []string{"SESSION_LIFETIME=0s"}, "--session-lifetime: "},
		"no sessions":                {login, []string{"MAX_SESSIONS=0"}, "--max-sessions: "},
		"a secret without an app":    {login[1:], nil, "--oauth-client-id: it is needed"},
		"keys without an app":        {nil, []string{"SESSION_KEYS=0123456789abcdef0123456789abcdef"}, "--oauth-client-id: it is needed"},
		"pages in the clear":         {login, []string{"CORS_ORIGINS=http://app.example.com"}, "it must be https"},
		"pages of everybody":         {login, []string{"CORS_ORIGINS=*"}, "or a cookie; name the origins"},
		"the sandbox beside it":      {login, []string{"SANDBOX_LISTEN=127.0.0.1:1"}, "--sandbox-listen: there is no sandbox"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{}
			for _, text := range append(slices.Clone(tc.env), tc.more...) {
				name, value, _ := strings.Cut(text, "=")
				env[name] = value
			}
			_, _, stderr, err := parse(t, env)
			if !errors.Is(err, Exit(2)) || !strings.Contains(stderr, tc.want) {
				t.Errorf("Parse: %v, %q, want %q", err, stderr, tc.want)
			}
			for _, secret := range []string{"api_secret", "hunter2", "0123456789abcdef"} {
				if strings.Contains(stderr, secret) {
					t.Errorf("a secret was printed: %q", stderr)
				}
			}
		})
	}
}
