// Package closeapi makes calls to the REST API of Close (https://api.close.com/api/v1).
//
// A [Client] performs one [Call] at a time and answers with a [Document], which holds the bytes that Close
// sent, or with an [*Error], which says what was tried and what Close thought of it. [Client.Pages] walks a
// list. The client escapes, signs, joins equal reads, keeps to Close's rate limit, sends, repeats what is safe to
// repeat, leaves Close alone when it is down, limits what it reads, and with a [Store] keeps what changes seldom.
//
//	client, err := closeapi.New(closeapi.Config{
//		Caller: closeapi.Caller{Credential: closeapi.APIKey(os.Getenv("CLOSE_API_KEY"))},
//	})
//	...
//	lead, err := client.Do(ctx, closeapi.Call{
//		Operation: "GET /lead/{id}/",
//		Vars:      []string{"lead_1"},
//		Fields:    []string{"id", "display_name"},
//	})
package closeapi

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultBaseURL is where Close serves version 1 of its API (Close docs: Introduction).
const DefaultBaseURL = "https://api.close.com/api/v1"

// The values that a zero [Config] stands for.
const (
	defaultMaxResponseBytes = 32 << 20
	defaultTimeout          = 30 * time.Second
	defaultUserAgent        = "closegraph"
)

// Config says how a client reaches Close. Its zero value works, but for the credential.
type Config struct {
	// BaseURL is the address that the paths of operations are appended to: absolute, http or https, with no
	// user, query or fragment. A slash at its end does not matter. The default is [DefaultBaseURL].
	BaseURL string

	// Caller is who asks, unless [Client.For] says otherwise. A client without a credential makes no call.
	Caller Caller

	// Transport is the innermost transport. The default is [NewHTTPTransport]. It must not follow redirects,
	// since a credential must not reach another host.
	Transport http.RoundTripper

	// MaxResponseBytes limits the answer that is read, counted after decompression. A longer answer is an
	// error for which [IsTooLarge] is true, never a shorter one. The default is 32 MiB.
	MaxResponseBytes int64

	// Timeout limits each attempt, from its first byte sent to its last byte read. The context of the call
	// may end it sooner. The default is 30 seconds.
	Timeout time.Duration

	// Retry says how often and how patiently calls are repeated.
	Retry RetryPolicy

	// Pace says how calls wait for Close's rate limit.
	Pace PacePolicy

	// Budgets shares what is left of the rate limit with other processes. Without it the client counts alone.
	Budgets Budgets

	// Writes are those of other processes, so that reads here see what was written there. Without it there are none.
	Writes Writes

	// Circuit says when Close is taken for down.
	Circuit CircuitPolicy

	// UserAgent is the name that the client gives itself. The default is "closegraph".
	UserAgent string

	// Store keeps answers for a while, those of definitions and what Lifetimes says. The default keeps none.
	Store Store

	// Lifetimes are for how long answers of a kind are kept, where it is not the default: five minutes for
	// definitions and users, one for the caller's own user, and not at all for records such as leads. 0 keeps none.
	// The names are those of [Kinds].
	Lifetimes map[string]time.Duration

	// Observe, if set, is told of every call, when it is over, those included that are made in the background to renew what
	// is kept; see also [Client.Observing]. It must not block.
	Observe func(ctx context.Context, o Observation)

	// IdentityKey is the key of the hashes that tell callers apart; see [Identity]. Processes that share what they
	// keep must have the same one. The default is a random key.
	IdentityKey []byte
}

// Caller is who asks, and where on the globe.
type Caller struct {
	Credential Credential // required: without it no call is made
	Offset     Offset     // the caller's distance from UTC; the zero value is UTC
	Share      string     // whom the caller asks for; the budget of a credential is shared fairly among them
}

// Client calls Close for one caller. It is safe for concurrent use.
type Client struct {
	*core
	caller   Caller
	observer func(context.Context, Observation) // beside that of the core
}

// core is what the clients of all callers share.
type core struct {
	base      *url.URL // without a slash at the end of its path
	origin    string   // the base as text
	transport http.RoundTripper
	stop      func()            // ends what the transports do in the background
	pace      *govern           // the one of the transports that knows the budgets
	reads     *coalesce         // the one of the transports that knows of writes
	inner     http.RoundTripper // the innermost transport, which owns the connections
	intake    intake
	store     Store
	kept      map[*operation]time.Duration // for how long answers are kept; empty without a store
	userAgent []string
	identity  []byte // the key of identities
	observe   func(context.Context, Observation)
}

// New checks cfg and returns a client. It makes no call. The error names the setting that is wrong.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("closeapi: %w", err)
	}
	base, err := parseBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("closeapi: BaseURL: %w", err)
	}
	kept, err := lifetimes(cfg.Lifetimes)
	if err != nil {
		return nil, fmt.Errorf("closeapi: %w", err)
	}
	if cfg.Store == nil {
		kept = nil
	}
	in := intake{cfg.MaxResponseBytes}
	transport, pace, reads, stop := chain(cfg, kept, in)
	return &Client{
		core: &core{
			base:      base,
			origin:    base.String(),
			transport: transport,
			stop:      stop,
			pace:      pace,
			reads:     reads,
			inner:     cfg.Transport,
			intake:    in,
			store:     cfg.Store,
			kept:      kept,
			userAgent: []string{cfg.UserAgent},
			identity:  cfg.IdentityKey,
			observe:   cfg.Observe,
		},
		caller: cfg.Caller,
	}, nil
}

// withDefaults returns cfg with every setting filled in, or says which one makes no sense.
func (cfg Config) withDefaults() (Config, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	switch {
	case cfg.MaxResponseBytes < 0:
		return cfg, fmt.Errorf("MaxResponseBytes: %d is negative", cfg.MaxResponseBytes)
	case cfg.MaxResponseBytes == 0:
		cfg.MaxResponseBytes = defaultMaxResponseBytes
	}
	switch {
	case cfg.Timeout < 0:
		return cfg, fmt.Errorf("Timeout: %v is negative", cfg.Timeout)
	case cfg.Timeout == 0:
		cfg.Timeout = defaultTimeout
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = defaultUserAgent
	}
	if hasControl(cfg.UserAgent) {
		return cfg, errors.New("UserAgent: holds control characters")
	}
	if cfg.Transport == nil {
		cfg.Transport = NewHTTPTransport()
	}
	if len(cfg.IdentityKey) == 0 {
		cfg.IdentityKey = make([]byte, 32)
		_, _ = rand.Read(cfg.IdentityKey) // it never fails
	}
	var err error
	if cfg.Retry, err = cfg.Retry.withDefaults(); err != nil {
		return cfg, err
	}
	if cfg.Pace, err = cfg.Pace.withDefaults(); err != nil {
		return cfg, err
	}
	cfg.Circuit, err = cfg.Circuit.withDefaults()
	return cfg, err
}

// parseBaseURL reads the base of all URLs. Its errors do not repeat the text, which may hold a password.
func parseBaseURL(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL")
	case base.Scheme != "http" && base.Scheme != "https", base.Hostname() == "":
		return nil, errors.New("must be absolute and begin with http:// or https://")
	case base.User != nil:
		return nil, errors.New("must not hold a user or password: the credential belongs to the caller")
	case base.RawQuery != "", base.ForceQuery, base.Fragment != "":
		return nil, errors.New("must not have a query or a fragment")
	}
	return &url.URL{
		Scheme:  base.Scheme,
		Host:    base.Host,
		Path:    strings.TrimRight(base.Path, "/"),
		RawPath: strings.TrimRight(base.RawPath, "/"),
	}, nil
}

// For returns a client that asks as caller. It is cheap to make, and shares everything else with c: settings,
// transports, connections and what is kept.
func (c *Client) For(caller Caller) *Client {
	return &Client{core: c.core, caller: caller, observer: c.observer}
}

// Close ends the calls and goroutines that nobody waits for and closes the connections that are idle. The client, and those that share
// its connections, may still be used, and open new ones.
func (c *Client) Close() {
	c.stop()
	if inner, ok := c.inner.(interface{ CloseIdleConnections() }); ok {
		inner.CloseIdleConnections()
	}
}

// Budget is what is known of the budget that an operation uses up, for the caller of the client. It reports false for
// one that was not used lately.
func (c *Client) Budget(operation string) (Budget, bool) {
	op, ok := operations()[operation]
	id, known := c.asks()
	if !ok || !known {
		return Budget{}, false
	}
	return c.pace.known(BudgetKey{Identity: id, Group: op.group})
}

// Do makes one call and reads its whole answer. Any status from 200 to 299 is a success; everything else is
// an [*Error]. What is safe to repeat is repeated first, as [RetryPolicy] says. A call that changes nothing joins an equal
// one of the same credential that is under way, and where [Config.Store] has its answer, that is given.
func (c *Client) Do(ctx context.Context, call Call) (Document, error) {
	op, ok := operations()[call.Operation]
	if !ok {
		return Document{}, &Error{Message: fmt.Sprintf("unknown operation %q", call.Operation), cause: errInvalidCall}
	}
	req, path, err := c.request(ctx, op, &call)
	if err != nil {
		return Document{}, err
	}
	if c.observe == nil && c.observer == nil {
		return c.send(ctx, req, path)
	}
	begun := time.Now()
	doc, err := c.send(ctx, req, path)
	c.tell(ctx, exchangeOf(req), Observation{
		Fields: c.fields(op, &call), Duration: time.Since(begun), Status: doc.Status, Err: err,
	})
	return doc, err
}

// send makes a call that was made ready.
func (c *Client) send(ctx context.Context, req *http.Request, path string) (Document, error) {
	x := exchangeOf(req)
	resp, err := c.transport.RoundTrip(req)
	if err != nil {
		return Document{}, noAnswer(ctx, x.op.Method, path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return Document{}, c.refusal(x.op.Method, path, resp)
	}
	body := c.intake.read(resp)
	if body.err != nil {
		return Document{}, badAnswer(ctx, x.op.Method, path, resp.StatusCode, body.err)
	}
	return Document{Body: body.doc, Status: resp.StatusCode, Cached: x.cached, memory: body.memory}, nil
}
