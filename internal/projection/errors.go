package projection

import (
	"errors"
	"fmt"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/loaders"
)

// ErrorCode is the code that an error has in the extensions of an answer.
type ErrorCode string

// The codes of errors that arise in the projection. Errors of Close itself are *closeapi.Error and get theirs elsewhere.
const (
	BadUserInput  ErrorCode = "BAD_USER_INPUT"
	NotFound      ErrorCode = "NOT_FOUND"
	UpstreamError ErrorCode = "UPSTREAM_ERROR"
)

// Error is an error whose text is meant for the client.
type Error struct {
	Code    ErrorCode
	Message string
	cause   error
}

// Error is the text for the client.
func (e *Error) Error() string { return e.Message }

// Unwrap is what lies behind the error, for logs.
func (e *Error) Unwrap() error { return e.cause }

// BadInput is the error for a value of a client that cannot be used. It says what would be right.
func BadInput(format string, args ...any) error { return badInput(format, args...) }

func badInput(format string, args ...any) error {
	return &Error{Code: BadUserInput, Message: fmt.Sprintf(format, args...)}
}

// Limit is the cause of an error for a limit that an operation met, and says which.
type Limit string

// The limits of an operation here.
const (
	LimitFields  Limit = "fields"  // that it selects
	LimitObjects Limit = "objects" // that its lists may hold
	LimitCalls   Limit = "calls"   // that it makes
	LimitAnswer  Limit = "answer"  // how long its answer is
)

// Error names the limit.
func (l Limit) Error() string { return "the limit of " + string(l) }

func exceeds(limit Limit, format string, args ...any) error {
	return &Error{Code: BadUserInput, Message: fmt.Sprintf(format, args...), cause: limit}
}

func upstream(format string, args ...any) error {
	return &Error{Code: UpstreamError, Message: fmt.Sprintf(format, args...)}
}

// malformed is the error for an answer of Close that is not what it should be.
func malformed(err error) error {
	return &Error{Code: UpstreamError, Message: "Close sent an answer that cannot be read: " + err.Error(), cause: err}
}

// loadError is the error of an object that was asked for by id.
func loadError(t *objectType, id string, err error) error {
	if errors.Is(err, loaders.ErrNotFound) || closeapi.IsNotFound(err) {
		return &Error{
			Code:    NotFound,
			Message: fmt.Sprintf("%s %s does not exist, or is not visible to you", t.name, id),
			cause:   err,
		}
	}
	return err
}
