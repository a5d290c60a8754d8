// Package auth finds out who sends a bearer token: a JWT of an identity provider, or an access token from a file.
package auth

import (
	"context"
	"errors"
)

// Principal is who sent a token.
type Principal struct {
	// Name tells principals apart; it is no secret. Those of JWTs and of access tokens never have the same.
	Name string
	// ReadOnly says why the principal may query only; empty when it may change things too.
	ReadOnly string
}

// Refused is the error for a token that proves nothing. Its text is fit for whoever sent it.
type Refused string

// Error is the text.
func (r Refused) Error() string { return string(r) }

// ErrNoKeys is the error when tokens cannot be checked, good or bad, since no key could be fetched so far.
var ErrNoKeys = errors.New("the keys to check tokens with cannot be had")

// Verifier finds out who sent a token: it knows access tokens, or JWTs, or both.
type Verifier struct {
	Tokens *TokenFile // nil when there are none
	JWT    *JWT       // nil when there are none
}

// longestToken bounds the tokens that are looked at, in bytes.
const longestToken = 8 << 10

// Verify is who sent the token. The error is a Refused when nobody did who is known.
func (v Verifier) Verify(ctx context.Context, token string) (Principal, error) {
	if len(token) > longestToken {
		return Principal{}, Refused("the token is too long")
	}
	if v.Tokens != nil {
		if p, ok := v.Tokens.find(token); ok {
			return p, nil
		}
	}
	if v.JWT != nil {
		return v.JWT.verify(ctx, token)
	}
	return Principal{}, Refused("the access token is not known here")
}
