package gateway

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/config"
)

// Identity says who makes a request: the credential that goes to Close for it, and the caller's time zone. Every
// request carries one.
type Identity struct {
	Caller closeapi.Caller
}

type identityKey struct{}

// identifier finds out who makes a request.
type identifier struct {
	mode config.Mode
	own  closeapi.Credential // of the server; nil when callers must bring theirs
}

// prepare puts the Identity of a request into its context, or refuses the request.
func (i identifier) prepare(ctx context.Context, r *http.Request) (context.Context, error) {
	id, err := i.identify(r)
	if err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, identityKey{}, id), nil
}

// identify reads the credential and the time zone from the headers. A caller's own credential wins over the server's;
// the sandbox asks for none. The budget of a credential is shared fairly among the addresses that requests come from:
// that is all that is known of who asks. Behind a proxy all have its address.
func (i identifier) identify(r *http.Request) (Identity, error) {
	var id Identity
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		id.Caller.Share = host
	}
	if zone := r.Header.Get("X-Tz-Offset"); zone != "" {
		offset, err := closeapi.ParseOffset(zone, time.Now())
		if err != nil {
			return id, badRequest("x-tz-offset: " + clip(err.Error(), longestMessage))
		}
		id.Caller.Offset = offset
	}
	header := r.Header.Get("Authorization")
	if i.mode == config.ModeSandbox || header == "" {
		id.Caller.Credential = i.own
	} else {
		credential, err := closeapi.ParseAuthorization(header)
		if err != nil {
			return id, unauthenticated("the Authorization header holds neither an API key of Close (Basic, with the key as user name and no password) nor a Bearer token")
		}
		id.Caller.Credential = credential
	}
	if id.Caller.Credential == nil {
		return id, unauthenticated("send an Authorization header with an API key of Close (Basic, with the key as user name and no password) or a Bearer token")
	}
	return id, nil
}

func unauthenticated(message string) *refusal {
	return &refusal{
		Status: http.StatusUnauthorized, Code: codeUnauthenticated, Message: message,
		Header: http.Header{"Www-Authenticate": {`Basic realm="Close API key"`, `Bearer`}},
	}
}

// callerOf is who makes the request in ctx, as Close is to see it.
func callerOf(ctx context.Context) closeapi.Caller {
	id, _ := ctx.Value(identityKey{}).(Identity)
	return id.Caller
}
