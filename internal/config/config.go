// Package config turns flags and environment variables into a checked Config.
package config

import (
	"io"
	"log/slog"
	"time"
)

// Config is everything that can be set from outside. Each field is a flag, and an environment variable of the same
// name in upper snake case; a flag wins over its variable.
type Config struct {
	Listen       string `name:"listen" var:"LISTEN_ADDR" placeholder:"ADDR" default:"127.0.0.1:8080" help:"Address to serve on."`
	CloseAPIKey  Secret `name:"close-api-key" placeholder:"KEY" help:"API key of a Close account. Prefer the variable: other users of the machine can read flags in the process list."`
	CloseBaseURL string `name:"close-base-url" placeholder:"URL" default:"${closeBaseURL}" help:"Where Close's REST API is."`
	Passthrough  bool   `name:"passthrough" help:"Serve each caller with the Close credential of its own Authorization header; no key is needed."`

	Service `embed:"" group:"Callers that share the Close key:"`
	Session `embed:"" group:"Callers that log in with Close:"`
	Network `embed:"" group:"Browsers and the network:"`

	AllowAnonymous bool   `name:"allow-anonymous" help:"Serve on an address that others can reach although callers need not prove who they are."`
	SandboxListen  string `name:"sandbox-listen" placeholder:"ADDR" help:"Address to serve the sandbox's REST API on, for comparing."`

	AdminListen string `name:"admin-listen" placeholder:"ADDR" help:"Address to serve metrics and health on. Without it, metrics are on the main address, for requests from this machine only."`
	Pprof       bool   `name:"pprof" help:"Serve profiles of the program below /debug/pprof/ of the admin address, to requests from this machine."`

	Playground    bool `name:"playground" default:"true" negatable:"" help:"Serve the playground on /."`
	Introspection bool `name:"introspection" default:"true" negatable:"" help:"Let clients ask for the schema. The playground needs it."`

	Explain Switch `name:"explain" enum:"auto,on,off" default:"auto" placeholder:"auto|on|off" help:"Answer requests with the header X-Closegraph-Explain: 1 with the REST calls that they caused. auto: on demo data only."`

	MaxBody       Bytes `name:"max-body" placeholder:"SIZE" default:"1MiB" help:"Most bytes of a request body."`
	MaxTokens     int   `name:"max-tokens" placeholder:"N" default:"5000" help:"Most tokens of a query."`
	MaxDepth      int   `name:"max-depth" placeholder:"N" default:"15" help:"Most levels of fields in a query."`
	MaxAliases    int   `name:"max-aliases" placeholder:"N" default:"250" help:"Most fields of a query that are given another name."`
	MaxDirectives int   `name:"max-directives" placeholder:"N" default:"250" help:"Most directives of a query, such as @include."`
	MaxFields     int   `name:"max-fields" placeholder:"N" default:"20000" help:"Most fields of an operation, those of fragments counted wherever they are spread."`
	MaxObjects    int   `name:"max-objects" placeholder:"N" default:"100000" help:"Most objects that the lists of an operation may hold if all are full: first times first, where a list is below a list."`
	MaxCalls      int   `name:"max-calls" placeholder:"N" default:"250" help:"Most calls to Close for one operation. It is refused at once when it is likely to need more."`
	MaxConcurrent int   `name:"max-concurrent" placeholder:"N" default:"1000" help:"Most operations of one caller at a time; 0 sets no limit."`
	MaxResponse   Bytes `name:"max-response" placeholder:"SIZE" default:"32MiB" help:"Most bytes of an answer."`
	QueryCache    int   `name:"query-cache" placeholder:"N" default:"1000" help:"How many parsed queries to keep; 0 keeps none."`

	PersistedQueries     int    `name:"persisted-queries" placeholder:"N" default:"1000" help:"How many automatic persisted queries to keep, which clients name by their hash; 0 switches them off."`
	TrustedDocuments     string `name:"trusted-documents" placeholder:"FILE" help:"List of operations that clients may name by id: JSON, as Relay's compiler or Apollo's manifest has it."`
	OnlyTrustedDocuments bool   `name:"only-trusted-documents" help:"Run the operations of --trusted-documents and no others. The playground is off then."`

	Cache     Lifetimes `name:"cache" placeholder:"KIND=DURATION,..." help:"For how long to keep what Close answered, by kind: lead=30s,task=10s. Not named: 5m for users, statuses, pipelines, custom fields and other definitions, 1m for the caller, none for all else. 0 keeps none."`
	CacheSize Bytes     `name:"cache-size" placeholder:"SIZE" default:"64MiB" help:"Most memory for what is kept of Close's answers; 0 keeps none."`

	RequestTimeout  time.Duration `name:"request-timeout" placeholder:"DURATION" default:"30s" help:"Longest time for one operation."`
	ShutdownTimeout time.Duration `name:"shutdown-timeout" placeholder:"DURATION" default:"20s" help:"Longest wait for running requests when the server stops."`

	HashToken   string `name:"hash-token" placeholder:"NAME" help:"Read an access token from the input, print the line for it in --access-tokens-file, and end. NAME is who has the token."`
	HealthCheck bool   `name:"health-check" help:"Ask the server that runs at the listen address whether it lives, and end: with 0 when it does, else with 1."`

	LogLevel  slog.Level `name:"log-level" placeholder:"LEVEL" default:"info" help:"Least important kind of message to log: debug, info, warn or error."`
	LogFormat string     `name:"log-format" placeholder:"FORMAT" default:"text" help:"How to write the log: text or json."`
}

// Switch is on, off, or left to what is served.
type Switch string

// Explains reports whether requests may ask for the REST calls that they cause.
func (c Config) Explains() bool {
	return c.Explain == "on" || c.Explain == "auto" && c.Mode() == ModeSandbox
}

// DefaultCloseBaseURL is where Close serves its REST API.
const DefaultCloseBaseURL = "https://api.close.com/api/v1"

// Mode says whose data is served, and with whose credential.
type Mode string

const (
	// ModeSandbox serves demo data from memory.
	ModeSandbox Mode = "sandbox"
	// ModeKey serves one account, with the key of the configuration, to every caller.
	ModeKey Mode = "key"
	// ModePassthrough serves each caller with the caller's own credential.
	ModePassthrough Mode = "passthrough"
	// ModeService serves one account, with the key of the configuration, to callers that prove who they are.
	ModeService Mode = "service"
	// ModeSession serves people who log in with Close, each with what Close shows to them.
	ModeSession Mode = "session"
)

// Anonymous reports whether callers are served without proving who they are.
func (m Mode) Anonymous() bool { return m == ModeSandbox || m == ModeKey }

// Mode is what the configuration amounts to: the sandbox, unless it names a credential.
func (c Config) Mode() Mode {
	switch {
	case c.Passthrough:
		return ModePassthrough
	case c.OAuthClientID != "":
		return ModeSession
	case c.CloseAPIKey != "" && c.Service.on():
		return ModeService
	case c.CloseAPIKey != "":
		return ModeKey
	default:
		return ModeSandbox
	}
}

// Logger writes to out what the configuration wants logged, in its format.
func (c Config) Logger(out io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, opts))
	}
	return slog.New(slog.NewTextHandler(out, opts))
}
