package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
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
		RedisTimeout: 50 * time.Millisecond, RequestTimeout: 30 * time.Second, ShutdownTimeout: 20 * time.Second,
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
				"REDIS_URL": "rediss://:hunter2@redis.example/1", "REDIS_TIMEOUT": "20ms",
				"REQUEST_TIMEOUT": "5s", "SHUTDOWN_TIMEOUT": "1m", "LOG_LEVEL": "debug", "LOG_FORMAT": "json",
			},
			want: func(c *Config) {
				*c = Config{
					Listen: "[::1]:9000", AdminListen: ":9090", Pprof: true, CloseAPIKey: "api_x.y", CloseBaseURL: DefaultCloseBaseURL, Session: defaultSession(),
					Network: Network{TLSCert: "cert.pem", TLSKey: "key.pem", CORSOrigins: []string{"https://app.example.com", "http://localhost:3000"}},
					Explain: "on", MaxBody: 64 << 10, MaxTokens: 10, MaxDepth: 3, MaxDirectives: 4, MaxFields: 50, MaxObjects: 60, MaxCalls: 7, MaxResponse: 1_000_000,
					TrustedDocuments: "list.json", OnlyTrustedDocuments: true,
					Cache: Lifetimes{"lead": 30 * time.Second, "user": 0}, CacheSize: 1 << 20,
					RedisURL: "rediss://:hunter2@redis.example/1", RedisTimeout: 20 * time.Millisecond,
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
