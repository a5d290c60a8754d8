package config

import (
	"errors"
	"strings"
	"testing"
)

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
		{name: "timeout of Redis", args: []string{"--redis-timeout=0s"}, want: "--redis-timeout: must be longer than nothing"},
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
