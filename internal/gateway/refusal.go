package gateway

import (
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of errors that concern the request as a whole.
const (
	codeBadInput         = "BAD_USER_INPUT"
	codeUnauthenticated  = "UNAUTHENTICATED"
	codeForbidden        = "FORBIDDEN"
	codeNotFound         = "NOT_FOUND"
	codeRateLimited      = "RATE_LIMITED"
	codeUpstreamTimeout  = "UPSTREAM_TIMEOUT"
	codeUpstreamError    = "UPSTREAM_ERROR"
	codeParseFailed      = "GRAPHQL_PARSE_FAILED"
	codeValidationFailed = "GRAPHQL_VALIDATION_FAILED"
	codeInternal         = "INTERNAL_SERVER_ERROR"
)

// refusal is a request that is turned down before GraphQL comes into it, with the status and headers to say so.
type refusal struct {
	Status  int
	Code    string
	Message string
	Header  http.Header
	Limit   exceeded // the one that the request met, if that is why
	// RetryAfter is when another try may do better, in whole seconds; zero when that is not known.
	RetryAfter time.Duration
}

// Error is the message, which is fit for the client.
func (r *refusal) Error() string { return r.Message }

// errors is the refusal as GraphQL says it.
func (r *refusal) errors() gqlerror.List {
	extensions := map[string]any{"code": r.Code}
	if r.RetryAfter > 0 {
		extensions["retryAfter"] = inSeconds(r.RetryAfter)
	}
	return gqlerror.List{{Message: r.Message, Extensions: extensions}}
}

func badRequest(message string) *refusal {
	return &refusal{Status: http.StatusBadRequest, Code: codeBadInput, Message: message}
}

// methodNotAllowed names the methods that would do.
func methodNotAllowed(message, allow string) *refusal {
	return &refusal{
		Status: http.StatusMethodNotAllowed, Code: codeBadInput, Message: message,
		Header: http.Header{"Allow": {allow}},
	}
}

// statusWithoutData is the status of an answer in application/graphql-response+json that carries errors and no data:
// the request was refused whole.
func statusWithoutData(errs gqlerror.List) int {
	for _, err := range errs {
		code, _ := err.Extensions["code"].(string)
		switch code {
		case codeUnauthenticated:
			return http.StatusUnauthorized
		case codeForbidden:
			return http.StatusForbidden
		case codeRateLimited:
			return http.StatusTooManyRequests
		case codeUpstreamTimeout:
			return http.StatusGatewayTimeout
		case codeUpstreamError:
			return http.StatusBadGateway
		case codeInternal:
			return http.StatusInternalServerError
		}
	}
	return http.StatusBadRequest
}

// Bounds of what is said about a query that is not valid: enough to mend it, too little to make the server repeat
// what it was sent.
const (
	mostErrors     = 20
	longestMessage = 400
)

// shorten bounds the errors of a query that is not valid. The messages quote the query.
func shorten(errs gqlerror.List) gqlerror.List {
	if len(errs) > mostErrors {
		errs = errs[:mostErrors]
	}
	for _, err := range errs {
		err.Message = clip(err.Message, longestMessage)
	}
	return errs
}

// clip shortens the text to at most n bytes, between characters, and marks that it did.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	const mark = "…"
	end := n - len(mark)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + mark
}
