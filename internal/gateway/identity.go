package gateway

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/auth"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/session"
)

// Identity says who makes a request: the credential that goes to Close for it, and the caller's time zone. Every
// request carries one.
type Identity struct {
	Caller closeapi.Caller
	// Name tells callers apart, for limits. It holds no credential.
	Name string
	// ReadOnly says why the caller may query only; empty when it may change things too.
	ReadOnly string
}

type identityKey struct{}

// identified is a context in which it is known who makes the request.
type identified struct {
	context.Context //nolint:containedctx // it is a context
	who             Identity
}

// Value knows the Identity; all else the context does.
func (c *identified) Value(key any) any {
	if _, ok := key.(identityKey); ok {
		return &c.who
	}
	return c.Context.Value(key)
}

// proof is what a request offers to show who makes it. What comes in a header can come in another way as well, where
// clients cannot set headers.
type proof struct {
	authorization string        // as in the header Authorization
	zone          string        // as in the header X-Tz-Offset
	request       *http.Request // its cookies say which session it belongs to
}

func proofOf(r *http.Request) proof {
	return proof{authorization: first(r.Header, "Authorization"), zone: first(r.Header, "X-Tz-Offset"), request: r}
}

// identifier finds out who makes a request.
type identifier struct {
	mode     config.Mode
	seed     maphash.Seed        // of the names of callers that are known by their credential
	own      closeapi.Credential // of the server; nil when callers must bring theirs
	tokens   auth.Verifier       // of those who share the server's credential
	sessions *session.Sessions   // of those who log in
	log      *slog.Logger
}

// prepare puts the Identity of a request into its context, or refuses the request.
func (i identifier) prepare(ctx context.Context, r *http.Request) (context.Context, error) {
	id, err := i.identify(ctx, proofOf(r))
	if err != nil {
		return ctx, err
	}
	return &identified{ctx, id}, nil
}

// identify is who offers the proof. An error that is a *refusal says what is wrong with it.
func (i identifier) identify(ctx context.Context, p proof) (Identity, error) {
	var offset closeapi.Offset
	if p.zone != "" {
		var err error
		if offset, err = closeapi.ParseOffset(p.zone, time.Now()); err != nil {
			return Identity{}, badRequest("x-tz-offset: " + clip(err.Error(), longestMessage))
		}
	}
	by := i.byCredential
	switch i.mode {
	case config.ModeService:
		by = i.byToken
	case config.ModeSession:
		by = i.bySession
	}
	id, err := by(ctx, p)
	id.Caller.Offset = offset
	return id, err
}

// byCredential takes the caller's own credential, or else the server's; the sandbox asks for none. The budget of a
// credential is shared fairly among the addresses that requests come from: that is all that is known of who asks. Behind
// a proxy all have its address.
func (i identifier) byCredential(_ context.Context, p proof) (Identity, error) {
	credential := i.own
	share, _, _ := net.SplitHostPort(p.request.RemoteAddr)
	name := share
	if i.mode != config.ModeSandbox && p.authorization != "" {
		var err error
		if credential, err = closeapi.ParseAuthorization(p.authorization); err != nil {
			return Identity{}, unauthenticated(closeScheme, "the Authorization header holds neither an API key of Close (Basic, with the key as user name and no password) nor a Bearer token")
		}
		name = strconv.FormatUint(maphash.String(i.seed, p.authorization), 16)
	}
	if credential == nil {
		return Identity{}, unauthenticated(closeScheme, "send an Authorization header with an API key of Close (Basic, with the key as user name and no password) or a Bearer token")
	}
	return Identity{Caller: closeapi.Caller{Credential: credential, Share: share}, Name: name}, nil
}

// byToken lets callers with a token of their own use the server's credential.
func (i identifier) byToken(ctx context.Context, p proof) (Identity, error) {
	scheme, token, _ := strings.Cut(p.authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return Identity{}, unauthenticated(tokenScheme, "send an Authorization header with Bearer and a token for this server; a credential of Close is not one")
	}
	principal, err := i.tokens.Verify(ctx, strings.TrimSpace(token))
	if refused, ok := errors.AsType[auth.Refused](err); ok {
		return Identity{}, unauthenticated(tokenScheme+`, error="invalid_token"`, refused.Error())
	}
	if err != nil {
		return Identity{}, unavailable("tokens cannot be checked now, since the keys of their issuer cannot be had; try again later")
	}
	return Identity{
		Caller:   closeapi.Caller{Credential: i.own, Share: principal.Name},
		Name:     principal.Name,
		ReadOnly: principal.ReadOnly,
	}, nil
}

// bySession lets those who are logged in use what they have granted. A credential beside that is a misunderstanding,
// which must not be passed over in silence.
func (i identifier) bySession(ctx context.Context, p proof) (Identity, error) {
	if p.authorization != "" {
		return Identity{}, unauthenticated(sessionScheme, "this server takes no Authorization header: people log in at "+session.LoginPath)
	}
	grant, err := i.sessions.Grant(ctx, p.request)
	switch {
	case errors.Is(err, session.ErrNone):
		return Identity{}, unauthenticated(sessionScheme, "nobody is logged in: open "+session.LoginPath+" in the browser")
	case errors.Is(err, session.ErrOver):
		return Identity{}, unauthenticated(sessionScheme, "the login has ended: log in again at "+session.LoginPath)
	case err != nil:
		i.log.ErrorContext(ctx, "cannot find out who is logged in", "error", err)
		return Identity{}, unavailable("the login cannot be looked up or renewed now; try again later")
	}
	return Identity{Caller: closeapi.Caller{Credential: grant.Credential(), Share: grant.UserID}, Name: grant.UserID}, nil
}

// How callers prove who they are, as the header WWW-Authenticate says it.
const (
	closeScheme   = `Basic realm="Close API key", Bearer`
	tokenScheme   = `Bearer realm="Closegraph"` //nolint:gosec // a scheme, no token
	sessionScheme = `Cookie realm="Closegraph", form-action="` + session.LoginPath + `"`
)

func unauthenticated(scheme, message string) *refusal {
	return &refusal{
		Status: http.StatusUnauthorized, Code: codeUnauthenticated, Message: message,
		Header: http.Header{"Www-Authenticate": {scheme}},
	}
}

// unavailable is the refusal when it cannot be told now who asks.
func unavailable(message string) *refusal {
	return &refusal{Status: http.StatusServiceUnavailable, Code: codeUpstreamError, Message: message}
}

// identityOf is who makes the request in ctx.
func identityOf(ctx context.Context) Identity {
	if id, ok := ctx.Value(identityKey{}).(*Identity); ok {
		return *id
	}
	return Identity{}
}
