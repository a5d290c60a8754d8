package closeapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Error is a call that did not succeed: because it was refused before it was made, because no answer came, or
// because of the answer. Ask what it is with [IsNotFound] and its likes, not by its text.
type Error struct {
	Status int    // the HTTP status; 0 when no answer came
	Method string // the operation's method; empty when the operation is unknown
	Path   string // the path below the base URL, with its variables filled in, and no query

	// Message is what Close says, or what is wrong with its answer, on one line and cut to 300 characters.
	// When Close says nothing that can be understood, it is the name of the status in lower case.
	Message string

	// Reason is the kind of refusal in Close's own word, where it has one: renting a phone number may fail with
	// "needs-more-info", for example (Close docs: Phone Numbers).
	Reason      string
	Errors      []string     // what Close says about the request as a whole
	FieldErrors []FieldError // what Close says about single fields, ordered by path

	// RetryAfter is how long to wait before the next call: what Close asks for, or what the client expects when it has
	// not made the call because of the rate limit, or because Close is down. 0 when nobody knows.
	RetryAfter time.Duration

	cause error
}

// FieldError is what Close says about one field of a request.
type FieldError struct {
	Path    []string // from the outside in; members of lists by their index: "contacts", "0", "emails"
	Message string
}

// What a call may lack before it is made.
var (
	errInvalidCall  = errors.New("the call is not valid")
	errNoCredential = errors.New("no usable credential")
)

// Error says what was tried and what came of it, without the query and without secrets. What Close says is
// quoted as Close wrote it.
func (e *Error) Error() string {
	var text strings.Builder
	if e.Method != "" {
		text.WriteString(strings.ToLower(e.Method) + " " + e.Path + ": ")
	}
	name := statusName(e.Status)
	switch {
	case e.Status == 0:
		text.WriteString(e.Message)
	case e.cause != nil: // our own words about the answer
		fmt.Fprintf(&text, "status %d, but %s", e.Status, e.Message)
	default:
		fmt.Fprintf(&text, "%d %s", e.Status, name)
		if e.Message != name {
			fmt.Fprintf(&text, ": %q", e.Message)
		}
	}
	for i, field := range e.FieldErrors {
		if i == 3 {
			fmt.Fprintf(&text, "; and %d fields more", len(e.FieldErrors)-i)
			break
		}
		fmt.Fprintf(&text, "; field %q: %q", strings.Join(field.Path, "."), field.Message)
	}
	return text.String()
}

// HasMessage reports whether Message is what Close says, rather than the name of the status.
func (e *Error) HasMessage() bool { return e.cause == nil && e.Message != statusName(e.Status) }

// Unwrap returns what caused the error, if it was not the answer itself. Errors of a context are found there.
func (e *Error) Unwrap() error { return e.cause }

// statusName is the name of a status in lower case: "bad request".
func statusName(status int) string {
	if name := http.StatusText(status); name != "" {
		return strings.ToLower(name)
	}
	return "unknown status"
}

// refused is the error of a call that is not made, because it makes no sense.
func refused(op *operation, err error) error {
	return &Error{Method: op.Method, Path: op.Path, Message: err.Error(), cause: errors.Join(errInvalidCall, err)}
}

// noAnswer is the error of a call that got no answer, or that was not made.
func noAnswer(ctx context.Context, method, path string, err error) error {
	if held, ok := errors.AsType[*heldError](err); ok {
		return &Error{Method: method, Path: path, Message: held.Error(), RetryAfter: held.retryAfter(), cause: held}
	}
	if down, ok := errors.AsType[*downError](err); ok {
		return &Error{Method: method, Path: path, Message: down.Error(), RetryAfter: down.wait, cause: down}
	}
	e := &Error{Method: method, Path: path, cause: withContext(ctx, err)}
	switch {
	case errors.Is(e.cause, context.Canceled):
		e.Message = "canceled"
	case isTimeout(e.cause):
		e.Message = "timed out"
	default:
		if wrapped, ok := errors.AsType[*url.Error](err); ok { // would repeat the query
			err = wrapped.Err
		}
		e.Message = "no answer: " + excerpt(err.Error())
	}
	return e
}

// badAnswer is the error of a success whose body cannot be had.
func badAnswer(ctx context.Context, method, path string, status int, err error) error {
	e := &Error{Status: status, Method: method, Path: path, cause: withContext(ctx, err)}
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errNotJSON), errors.Is(err, errEndless):
		e.Message = err.Error()
	case errors.Is(e.cause, context.Canceled):
		e.Message = "canceled while reading the answer"
	case isTimeout(e.cause):
		e.Message = "timed out while reading the answer"
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Message = "the answer was cut short"
	default:
		e.Message = "the answer cannot be read: " + excerpt(err.Error())
	}
	return e
}

// withContext adds the error of the context, if it has ended, since transports may return another one.
func withContext(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		return endedError{ended, err}
	}
	return err
}

// isTimeout reports whether time ran out: a context's, an attempt's, or the network's.
func isTimeout(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.As(err, &timeout) && timeout.Timeout()
}

// IsNotFound reports whether Close answered that there is no such object or path, status 404. Objects that
// the caller may not see are not found either (Close docs: Comments).
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsUnauthorized reports whether Close does not know the caller, status 401, or the caller had no usable
// credential, so that no call was made. Some of Close's older endpoints also answer 401 to a write that the
// caller's role does not allow (observed in the libraries they are built on).
func IsUnauthorized(err error) bool {
	return hasStatus(err, http.StatusUnauthorized) || errors.Is(err, errNoCredential)
}

// IsForbidden reports whether Close knows the caller but does not allow the call, status 403.
func IsForbidden(err error) bool { return hasStatus(err, http.StatusForbidden) }

// IsBadRequest reports whether Close found something wrong with the request, status 400.
func IsBadRequest(err error) bool { return hasStatus(err, http.StatusBadRequest) }

// IsRateLimited reports whether the caller has used up its budget: status 429, or no call was made, since there will be
// no budget for it in time.
func IsRateLimited(err error) bool {
	_, held := errors.AsType[*heldError](err)
	return held || hasStatus(err, http.StatusTooManyRequests)
}

// IsDown reports whether the call was not made because Close does not answer; see [CircuitPolicy].
func IsDown(err error) bool {
	_, down := errors.AsType[*downError](err)
	return down
}

// IsInvalidCall reports whether the call was refused without being made, because its operation, path, size or
// body made no sense.
func IsInvalidCall(err error) bool { return errors.Is(err, errInvalidCall) }

// IsTimeout reports whether time ran out: the deadline of the context, the attempt's, or the network's.
func IsTimeout(err error) bool { return isTimeout(err) }

// IsCanceled reports whether the caller's context was canceled.
func IsCanceled(err error) bool { return errors.Is(err, context.Canceled) }

// IsTooLarge reports whether the answer was longer than [Config] allows.
func IsTooLarge(err error) bool { return errors.Is(err, errTooLarge) }

// RetryAfter returns how long to wait before the next call, and false when nobody knows.
func RetryAfter(err error) (time.Duration, bool) {
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		return 0, false
	}
	return e.RetryAfter, true
}

// hasStatus reports whether the error is an answer with the status.
func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}
