package gateway

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
)

// errorPresenter turns errors into what a client may see: a text, a path and a code. What it does not know is logged,
// and the client learns only that something went wrong.
type errorPresenter struct{ log *slog.Logger }

// present is gqlgen's hook for every error of an answer.
func (p errorPresenter) present(ctx context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{}
	if known, ok := errors.AsType[*gqlerror.Error](err); ok {
		shown.Path, shown.Locations = known.Path, known.Locations
		if _, limited := errors.AsType[exceeded](known.Err); limited || known.Err == nil {
			return requestError(known) // of the parser or the validation: the text is meant for the client
		}
		err = known.Err
	} else {
		shown.Path = graphql.GetPath(ctx)
	}
	f := failureOf(err)
	if f.code == codeInternal {
		p.log.ErrorContext(ctx, "unexpected error", "path", shown.Path.String(), "error", scrub(err))
	}
	shown.Message, shown.Extensions = f.message, f.extensions()
	if f.limit != "" {
		shown.Err = f.limit
	}
	return shown
}

// requestError is an error of the parser or the validation, in better words where gqlgen's are poor ones.
func requestError(err *gqlerror.Error) *gqlerror.Error {
	shown := &gqlerror.Error{Err: err.Err, Message: err.Message, Locations: err.Locations, Extensions: err.Extensions}
	if strings.HasPrefix(err.Message, "exceeded token limit") {
		shown.Err = limitTokens
	}
	if err.Message == "operation  not found" {
		shown.Message = "the document holds several operations; say in operationName which one to run"
	}
	if len(err.Path) > 1 && err.Path[0] == ast.PathName("variable") {
		variable := strings.TrimPrefix(err.Path.String(), "variable.")
		shown.Message = "variable $" + clip(variable, longestMessage/2) + ": " + err.Message
	}
	return shown
}

// errorList is an error as the only one of an answer.
func errorList(err error) gqlerror.List {
	f := failureOf(err)
	only := &gqlerror.Error{Message: f.message, Extensions: f.extensions()}
	if f.limit != "" {
		only.Err = f.limit
	}
	return gqlerror.List{only}
}

// failure is what a client may know of an error.
type failure struct {
	code       string
	message    string
	retryAfter time.Duration
	limit      exceeded // the one that was met, if that is why
}

func (f failure) extensions() map[string]any {
	e := map[string]any{"code": f.code}
	if f.code == codeRateLimited || f.retryAfter > 0 {
		e["retryAfter"] = inSeconds(f.retryAfter)
	}
	return e
}

// inSeconds is a time in seconds, rounded up to milliseconds.
func inSeconds(d time.Duration) float64 { return math.Ceil(d.Seconds()*1000) / 1000 }

// failureOf says what a client may know of an error.
func failureOf(err error) failure {
	if own, ok := errors.AsType[*projection.Error](err); ok {
		limit, _ := errors.AsType[projection.Limit](own)
		return failure{code: string(own.Code), message: own.Message, limit: exceeded(limit)}
	}
	switch {
	case closeapi.IsTimeout(err), errors.Is(err, context.DeadlineExceeded):
		return failure{code: codeUpstreamTimeout, message: "Close did not answer in time"}
	case closeapi.IsCanceled(err), errors.Is(err, context.Canceled):
		return failure{code: codeUpstreamTimeout, message: "the request was given up before Close answered"}
	}
	if upstream, ok := errors.AsType[*closeapi.Error](err); ok && !closeapi.IsInvalidCall(err) {
		return upstreamFailure(upstream)
	}
	return failure{code: codeInternal, message: "something went wrong here; the log of the server says what"}
}

// upstreamFailure says what a client may know of an error of Close.
func upstreamFailure(err *closeapi.Error) failure {
	switch {
	case closeapi.IsUnauthorized(err):
		return failure{code: codeUnauthenticated, message: "Close does not accept the credential"}
	case closeapi.IsForbidden(err):
		return failure{code: codeForbidden, message: "Close does not permit this to the user of the credential"}
	case closeapi.IsNotFound(err):
		return failure{code: codeNotFound, message: "there is no such object, or it is not visible to you"}
	case closeapi.IsBadRequest(err):
		return failure{code: codeBadInput, message: "Close refused the request: " + refusalText(err)}
	case closeapi.IsRateLimited(err):
		wait, _ := closeapi.RetryAfter(err)
		return failure{code: codeRateLimited, message: "Close's rate limit is used up; try again " + fromNow(wait), retryAfter: wait}
	case closeapi.IsDown(err):
		wait, _ := closeapi.RetryAfter(err)
		return failure{code: codeUpstreamError, message: "Close is down; try again " + fromNow(wait), retryAfter: wait}
	case err.Status >= 300:
		return failure{code: codeUpstreamError, message: "Close answered with an error (status " + strconv.Itoa(err.Status) + ")"}
	case err.Status >= 200:
		return failure{code: codeUpstreamError, message: "Close sent an answer that cannot be read: " + err.Message}
	}
	return failure{code: codeUpstreamError, message: "Close cannot be reached"}
}

// fromNow says in words when a time will have passed; zero is a time that nobody knows.
func fromNow(d time.Duration) string {
	switch seconds := int(math.Ceil(d.Seconds())); seconds {
	case 0:
		return "later"
	case 1:
		return "in a second"
	default:
		return "in " + strconv.Itoa(seconds) + " seconds"
	}
}

// refusalText is what Close says about a request that it refused.
func refusalText(err *closeapi.Error) string {
	text := err.Message
	if len(err.FieldErrors) > 0 {
		first := err.FieldErrors[0]
		text = strings.Join(append(slices.Clone(first.Path), first.Message), ": ")
	} else if len(err.Errors) > 0 {
		text = err.Errors[0]
	}
	return clip(text, longestMessage)
}

// inDocument orders errors as their fields stand in the document: roots are answered at the same time, and clients like
// to see equal answers to equal requests.
func inDocument(a, b *gqlerror.Error) int {
	if len(a.Locations) == 0 || len(b.Locations) == 0 { // those of arguments have a path alone
		return cmp.Or(len(a.Locations)-len(b.Locations), strings.Compare(a.Path.String(), b.Path.String()))
	}
	return cmp.Or(
		cmp.Compare(a.Locations[0].Line, b.Locations[0].Line),
		cmp.Compare(a.Locations[0].Column, b.Locations[0].Column),
	)
}
