package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func parse(t *testing.T, env map[string]string, args ...string) (c Config, stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	c, err = Parse(args, "v1.2.3", func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}, &out, &errs)
	return c, out.String(), errs.String(), err
}

func defaults() Config {
	return Config{
		Listen: "127.0.0.1:8080", CloseBaseURL: DefaultCloseBaseURL, Session: defaultSession(), Network: defaultNetwork(),
		Playground: true, Introspection: true,
		Explain: "auto",
		MaxBody: 1 << 20, MaxTokens: 5000, MaxDepth: 15, MaxAliases: 250, MaxDirectives: 250, MaxFields: 20000, MaxObjects: 100000, MaxCalls: 250, MaxConcurrent: 1000, MaxResponse: 32 << 20, QueryCache: 1000, PersistedQueries: 1000, CacheSize: 64 << 20,
		RequestTimeout: 30 * time.Second, ShutdownTimeout: 20 * time.Second,
		LogLevel: slog.LevelInfo, LogFormat: "text",
	}
}

func defaultNetwork() Network { return Network{Compression: true, MaxConnections: 1000} }

func defaultSession() Session {
	return Session{
		OAuthAuthorizeURL: "https://app.close.com/oauth2/authorize/",
		OAuthTokenURL:     "https://api.close.com/oauth2/token/",
		OAuthRevokeURL:    "https://api.close.com/oauth2/revoke/",
		SessionLifetime:   168 * time.Hour,
		MaxSessions:       10000,
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		env  map[string]string
		args []string
		want func(*Config)
		mode Mode
	}{
		{name: "defaults", want: func(*Config) {}, mode: ModeSandbox},
		{
			name: "environment",
			env: map[string]string{
				"LISTEN_ADDR": "[::1]:9000", "ADMIN_LISTEN": ":9090", "PPROF": "1", "CLOSE_API_KEY": "api_x.y", "PLAYGROUND": "false", "INTROSPECTION": "no",
				"EXPLAIN": "on", "MAX_BODY": "64KiB", "MAX_TOKENS": "10", "MAX_DEPTH": "3", "MAX_ALIASES": "0", "MAX_DIRECTIVES": "4", "MAX_FIELDS": "50", "MAX_OBJECTS": "60", "MAX_CONCURRENT": "0",
				"TLS_CERT": "cert.pem", "TLS_KEY": "key.pem", "CORS_ORIGINS": "https://app.example.com,http://localhost:3000", "COMPRESSION": "off", "MAX_CONNECTIONS": "0",
				"MAX_CALLS": "7", "MAX_RESPONSE": "1MB", "QUERY_CACHE": "0", "PERSISTED_QUERIES": "0", "TRUSTED_DOCUMENTS": "list.json", "ONLY_TRUSTED_DOCUMENTS": "true",
				"CACHE": "lead=30s, user=0", "CACHE_SIZE": "1MiB",
				"REQUEST_TIMEOUT": "5s", "SHUTDOWN_TIMEOUT": "1m", "LOG_LEVEL": "debug", "LOG_FORMAT": "json",
			},
			want: func(c *Config) {
				*c = Config{
					Listen: "[::1]:9000", AdminListen: ":9090", Pprof: true, CloseAPIKey: "api_x.y", CloseBaseURL: DefaultCloseBaseURL, Session: defaultSession(),
					Network: Network{TLSCert: "cert.pem", TLSKey: "key.pem", CORSOrigins: []string{"https://app.example.com", "http://localhost:3000"}},
					Explain: "on", MaxBody: 64 << 10, MaxTokens: 10, MaxDepth: 3, MaxDirectives: 4, MaxFields: 50, MaxObjects: 60, MaxCalls: 7, MaxResponse: 1_000_000,
					TrustedDocuments: "list.json", OnlyTrustedDocuments: true,
					Cache: Lifetimes{"lead": 30 * time.Second, "user": 0}, CacheSize: 1 << 20,
					RequestTimeout: 5 * time.Second, ShutdownTimeout: time.Minute, LogLevel: slog.LevelDebug, LogFormat: "json",
				}
			},
			mode: ModeKey,
		},
		{
			name: "a flag wins over its variable",
			env:  map[string]string{"MAX_DEPTH": "3", "PLAYGROUND": "false"},
			args: []string{"--max-depth=4", "--playground"},
			want: func(c *Config) { c.MaxDepth = 4 },
			mode: ModeSandbox,
		},
		{
			name: "negated",
			args: []string{"--no-playground", "--introspection=false"},
			want: func(c *Config) { c.Playground, c.Introspection = false, false },
			mode: ModeSandbox,
		},
		{
			name: "an empty variable counts as not set",
			env:  map[string]string{"CLOSE_API_KEY": "", "MAX_BODY": ""},
			want: func(*Config) {},
			mode: ModeSandbox,
		},
		{
			name: "passthrough for everybody",
			args: []string{"--passthrough", "--listen=:8080", "--close-base-url=http://close.internal/api/v1"},
			want: func(c *Config) {
				c.Passthrough, c.Listen, c.CloseBaseURL = true, ":8080", "http://close.internal/api/v1"
			},
			mode: ModePassthrough,
		},
		{
			name: "a key for everybody, accepted",
			env:  map[string]string{"CLOSE_API_KEY": "api_x.y", "ALLOW_ANONYMOUS": "true"},
			args: []string{"--listen=0.0.0.0:8080"},
			want: func(c *Config) { c.CloseAPIKey, c.AllowAnonymous, c.Listen = "api_x.y", true, "0.0.0.0:8080" },
			mode: ModeKey,
		},
		{
			name: "no server, so nothing to expose",
			env:  map[string]string{"LISTEN_ADDR": ":8080"},
			args: []string{"--hash-token=ci"},
			want: func(c *Config) { c.Listen, c.HashToken = ":8080", "ci" },
			mode: ModeSandbox,
		},
		{
			name: "access tokens for everybody",
			env:  map[string]string{"CLOSE_API_KEY": "api_x.y", "ACCESS_TOKENS_FILE": "/run/tokens"},
			args: []string{"--listen=:8080"},
			want: func(c *Config) {
				c.CloseAPIKey, c.AccessTokensFile, c.Listen = "api_x.y", "/run/tokens", ":8080"
			},
			mode: ModeService,
		},
		{
			name: "JWTs",
			env: map[string]string{
				"CLOSE_API_KEY": "api_x.y", "JWT_ISSUER": "https://id.example.com", "JWT_AUDIENCE": "closegraph",
				"JWKS_URL": "http://127.0.0.1:1/keys", "JWT_REQUIRED_SCOPE": "close", "JWT_WRITE_SCOPE": "close.write",
			},
			want: func(c *Config) {
				c.CloseAPIKey = "api_x.y"
				c.Service = Service{
					JWTIssuer: "https://id.example.com", JWTAudience: "closegraph", JWKSURL: "http://127.0.0.1:1/keys",
					JWTRequiredScope: "close", JWTWriteScope: "close.write",
				}
			},
			mode: ModeService,
		},
		{
			name: "logging in",
			env: map[string]string{
				"OAUTH_CLIENT_ID": "app", "OAUTH_CLIENT_SECRET": "s3cret", "OAUTH_REDIRECT_URL": "https://graph.example.com/oauth/callback",
				"SESSION_KEYS": "0123456789abcdef0123456789abcdef,fedcba9876543210fedcba9876543210", "SESSION_LIFETIME": "8h", "MAX_SESSIONS": "5",
			},
			args: []string{"--listen=:8080"},
			want: func(c *Config) {
				c.Listen, c.OAuthClientID, c.OAuthClientSecret = ":8080", "app", "s3cret"
				c.OAuthRedirectURL = "https://graph.example.com/oauth/callback"
				c.SessionKeys = []Secret{"0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"}
				c.SessionLifetime, c.MaxSessions = 8*time.Hour, 5
			},
			mode: ModeSession,
		},
		{
			name: "the sandbox as REST",
			args: []string{"--sandbox-listen=localhost:0"},
			want: func(c *Config) { c.SandboxListen = "localhost:0" },
			mode: ModeSandbox,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, _, stderr, err := parse(t, tc.env, tc.args...)
			if err != nil {
				t.Fatalf("Parse: %v: %s", err, stderr)
			}
			want := defaults()
			tc.want(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parse (-want +got):\n%s", diff)
			}
			if got.Mode() != tc.mode {
				t.Errorf("Mode = %s, want %s", got.Mode(), tc.mode)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const key = "api_secret.value"
	for _, tc := range []struct {
		name string
		env  map[string]string
		args []string
		want string
	}{
		{name: "unknown flag", args: []string{"--nope"}, want: "unknown flag --nope"},
		{name: "stray argument", args: []string{"serve"}, want: "unexpected argument serve"},
		{name: "address", args: []string{"--listen=nowhere"}, want: "--listen: "},
		{name: "port", args: []string{"--listen=127.0.0.1:99999"}, want: "--listen: the port"},
		{name: "port by name", args: []string{"--listen=127.0.0.1:http"}, want: "--listen: the port"},
		{name: "host", args: []string{"--listen=a/b:80"}, want: "--listen: "},
		{name: "admin address", args: []string{"--admin-listen=9090"}, want: "--admin-listen: "},
		{name: "profiles nowhere", args: []string{"--pprof"}, want: "--pprof: profiles are served on --admin-listen"},
		{name: "sandbox address", args: []string{"--sandbox-listen=x"}, want: "--sandbox-listen: "},
		{name: "sandbox beside a key", env: map[string]string{"CLOSE_API_KEY": key}, args: []string{"--sandbox-listen=127.0.0.1:1"}, want: "--sandbox-listen: there is no sandbox"},
		{name: "key for everybody", env: map[string]string{"CLOSE_API_KEY": key}, args: []string{"--listen=:8080"}, want: "--allow-anonymous"},
		{name: "key for a name", env: map[string]string{"CLOSE_API_KEY": key}, args: []string{"--listen=example.com:8080"}, want: "--allow-anonymous"},
		{name: "sandbox for everybody", args: []string{"--listen=0.0.0.0:8080"}, want: "--allow-anonymous"},
		{name: "sandbox REST for everybody", args: []string{"--sandbox-listen=0.0.0.0:8081"}, want: "--allow-anonymous"},
		{name: "key with a line break", env: map[string]string{"CLOSE_API_KEY": key + "\n"}, want: "--close-api-key: has a character"},
		{name: "key and passthrough", env: map[string]string{"CLOSE_API_KEY": key}, args: []string{"--passthrough"}, want: "--passthrough: callers"},
		{name: "base URL without a scheme", args: []string{"--passthrough", "--close-base-url=api.close.com"}, want: "--close-base-url: "},
		{name: "base URL of another scheme", args: []string{"--passthrough", "--close-base-url=ftp://x/"}, want: "--close-base-url: "},
		{name: "base URL with a password", args: []string{"--passthrough", "--close-base-url=https://" + key + "@x/"}, want: "--close-base-url: must not hold"},
		{name: "base URL with a query", args: []string{"--passthrough", "--close-base-url=https://x/?a"}, want: "--close-base-url: "},
		{name: "base URL with a fragment", args: []string{"--passthrough", "--close-base-url=https://x/#a"}, want: "--close-base-url: "},
		{name: "base URL for the sandbox", args: []string{"--close-base-url=https://x/"}, want: "--close-base-url: give"},
		{name: "size", args: []string{"--max-body=lots"}, want: "max-body"},
		{name: "no body", args: []string{"--max-body=0"}, want: "--max-body: must be at least 1"},
		{name: "depth", args: []string{"--max-depth=0"}, want: "--max-depth: must be at least 1"},
		{name: "aliases", args: []string{"--max-aliases=-1"}, want: "--max-aliases: must be at least 0"},
		{name: "directives", args: []string{"--max-directives=-1"}, want: "--max-directives: must be at least 0"},
		{name: "fields", args: []string{"--max-fields=0"}, want: "--max-fields: must be at least 1"},
		{name: "objects", args: []string{"--max-objects=0"}, want: "--max-objects: must be at least 1"},
		{name: "at a time", args: []string{"--max-concurrent=-1"}, want: "--max-concurrent: must be at least 0"},
		{name: "connections", args: []string{"--max-connections=-1"}, want: "--max-connections: must be at least 0"},
		{name: "a certificate without its key", args: []string{"--tls-cert=x"}, want: "--tls-cert, --tls-key: both"},
		{name: "a key without its certificate", env: map[string]string{"TLS_KEY": "x"}, want: "--tls-cert, --tls-key: both"},
		{name: "every origin, for the sandbox", args: []string{"--cors-origins=*"}, want: "--cors-origins: * would let every page act"},
		{name: "every origin, for the key", env: map[string]string{"CLOSE_API_KEY": key}, args: []string{"--cors-origins=*"}, want: "--cors-origins: * would let every page act"},
		{name: "every origin, and one", args: []string{"--passthrough", "--cors-origins=*,https://app.example.com"}, want: "--cors-origins: * is every origin already"},
		{name: "origins by pattern", args: []string{"--cors-origins=https://*.example.com"}, want: `--cors-origins: "https://*.example.com" is not an origin`},
		{name: "an origin with a path", args: []string{"--cors-origins=https://app.example.com/"}, want: `--cors-origins: "https://app.example.com/" is not an origin`},
		{name: "an origin without a scheme", args: []string{"--cors-origins=app.example.com"}, want: "is not an origin"},
		{name: "an origin in capitals", args: []string{"--cors-origins=https://App.example.com"}, want: "is not an origin"},
		{name: "an origin with the usual port", args: []string{"--cors-origins=https://app.example.com:443"}, want: "is not an origin"},
		{name: "no origin", args: []string{"--cors-origins=null"}, want: `"null" is not an origin`},
		{name: "calls", env: map[string]string{"MAX_CALLS": "many"}, want: "max-calls"},
		{name: "cache", args: []string{"--query-cache=-1"}, want: "--query-cache: must be at least 0"},
		{name: "persisted queries", args: []string{"--persisted-queries=-1"}, want: "--persisted-queries: must be at least 0"},
		{name: "only trusted documents, but none", args: []string{"--only-trusted-documents"}, want: "--only-trusted-documents: say which in --trusted-documents"},
		{name: "kind without a lifetime", args: []string{"--cache=lead"}, want: `"lead" is not a kind with a duration`},
		{name: "lifetime without a unit", args: []string{"--cache=lead=30"}, want: `lead: "30" is not a duration: write 30s`},
		{name: "lifetime that ended", env: map[string]string{"CACHE": "lead=-1s"}, want: `lead: "-1s" is not a duration`},
		{name: "kind twice", args: []string{"--cache=lead=1s,lead=2s"}, want: "lead is named twice"},
		{name: "size of what is kept", args: []string{"--cache-size=much"}, want: "cache-size"},
		{name: "timeout", args: []string{"--request-timeout=0s"}, want: "--request-timeout: "},
		{name: "timeout without a unit", args: []string{"--request-timeout=30"}, want: "request-timeout"},
		{name: "shutdown", args: []string{"--shutdown-timeout=-1s"}, want: "--shutdown-timeout: "},
		{name: "level", args: []string{"--log-level=loud"}, want: "log-level"},
		{name: "format", args: []string{"--log-format=xml"}, want: "--log-format: "},
		{name: "yes or no", env: map[string]string{"PLAYGROUND": "perhaps"}, want: "PLAYGROUND: is neither true nor false"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, stdout, stderr, err := parse(t, tc.env, tc.args...)
			var exit Exit
			if !errors.As(err, &exit) || exit != 2 {
				t.Fatalf("Parse: %v, want exit with status 2", err)
			}
			if !strings.HasPrefix(stderr, "closegraph: ") || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, tc.want) {
				t.Errorf("stderr = %q, want one line with %q", stderr, tc.want)
			}
			if strings.Contains(stdout+stderr, key) {
				t.Errorf("the key was printed: %q %q", stdout, stderr)
			}
		})
	}
}

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

func TestRedirectURL(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080/oauth/callback", "[::1]:9000": "http://[::1]:9000/oauth/callback",
		"localhost:80": "http://localhost:80/oauth/callback", "127.0.0.1:0": "", "0.0.0.0:8080": "", ":8080": "",
	} {
		secure := Config{Listen: listen, Network: Network{TLSCert: "cert.pem"}}
		if got := secure.RedirectURL(); got != strings.Replace(want, "http:", "https:", 1) {
			t.Errorf("RedirectURL of %s with TLS = %q", listen, got)
		}
		if got := (Config{Listen: listen}).RedirectURL(); got != want {
			t.Errorf("RedirectURL of %s = %q, want %q", listen, got, want)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	_, stdout, stderr, err := parse(t, map[string]string{"CLOSE_API_KEY": "api_secret.value"}, "--help")
	if !errors.Is(err, Exit(0)) || stderr != "" {
		t.Fatalf("Parse: %v, stderr %q, want exit with status 0", err, stderr)
	}
	words := strings.Join(strings.Fields(stdout), " ")
	for _, want := range []string{
		"env: LISTEN_ADDR", "default: 127.0.0.1:8080", "env: CLOSE_API_KEY", "default: 1MiB", "env: MAX_BODY",
		"--[no-]playground", "default: " + DefaultCloseBaseURL, "--version",
	} {
		if !strings.Contains(words, want) {
			t.Errorf("--help lacks %q:\n%s", want, stdout)
		}
	}
	if strings.Contains(stdout, "api_secret") {
		t.Error("--help shows the key")
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if _, stdout, _, err := parse(t, nil, "--version"); !errors.Is(err, Exit(0)) || stdout != "closegraph v1.2.3\n" {
		t.Errorf("--version: %v, %q", err, stdout)
	}
}

func TestSecretIsHidden(t *testing.T) {
	t.Parallel()
	c := Config{
		CloseAPIKey: "api_secret.value",
		Session:     Session{OAuthClientSecret: "client-secret", SessionKeys: []Secret{"one-secret", "another-secret"}},
	}
	encoded, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c, "key", c.CloseAPIKey)
	for _, text := range []string{
		fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%s %q", c.CloseAPIKey, c.CloseAPIKey), string(encoded), log.String(),
	} {
		if strings.Contains(text, "secret") {
			t.Errorf("the key shows: %s", text)
		}
	}
	if c.CloseAPIKey.Reveal() != "api_secret.value" {
		t.Error("Reveal does not reveal")
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := Config{LogFormat: "json", LogLevel: slog.LevelWarn}.Logger(&out)
	log.Info("unimportant")
	log.Warn("important")
	if got := out.String(); strings.Contains(got, "unimportant") || !strings.Contains(got, `"msg":"important"`) {
		t.Errorf("json: %s", got)
	}
	out.Reset()
	Config{LogFormat: "text"}.Logger(&out).Info("here")
	if !strings.Contains(out.String(), "msg=here") {
		t.Errorf("text: %s", &out)
	}
}

func TestBytes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Bytes{
		"0": 0, "7": 7, "7B": 7, "512KiB": 512 << 10, "1MiB": 1 << 20, "2 GiB": 2 << 30, "3kB": 3000, "3KB": 3000, "1MB": 1e6, "1GB": 1e9,
	} {
		var got Bytes
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("UnmarshalText(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "1TiBs", "9223372036854775807KiB", "one"} {
		var got Bytes
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("UnmarshalText(%q) = %d, want an error", text, got)
		}
	}
	for size, want := range map[Bytes]string{0: "0B", 1023: "1023B", 1024: "1KiB", 1 << 20: "1MiB", 3 << 30: "3GiB", 1e6: "1000000B"} {
		if got := size.String(); got != want {
			t.Errorf("String(%d) = %q, want %q", int64(size), got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("--listen=127.0.0.1:1", "1MiB", "https://api.close.com/api/v1")
	f.Add("--max-depth=-1", "0", "//x")
	f.Fuzz(func(t *testing.T, arg, size, base string) {
		env := map[string]string{"MAX_BODY": size, "CLOSE_BASE_URL": base, "CLOSE_API_KEY": "k"}
		c, _, _, err := parse(t, env, arg)
		if err == nil && (c.MaxBody < 1 || c.RequestTimeout <= 0 || c.MaxDepth < 1) {
			t.Errorf("Parse let pass %+v", c)
		}
	})
}
