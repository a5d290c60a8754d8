package gateway

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
)

// explainHeader asks for the REST calls of a request: they come as extensions.closegraph of the answer.
const explainHeader = "X-Closegraph-Explain"

// explainer makes calls to Close and keeps what they were.
type explainer struct {
	close projection.Doer

	mu    sync.Mutex
	calls []explainedCall
}

// explainedCall is a REST call as the answer shows it. It has no parameters but the fields, and nothing of the answer.
type explainedCall struct {
	Method       string   `json:"method"`
	Path         string   `json:"path"`
	Fields       []string `json:"fields,omitempty"`
	Status       int      `json:"status,omitempty"` // left out when no answer came
	Milliseconds float64  `json:"ms"`
}

// Do makes a call and keeps it.
func (e *explainer) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	begun := time.Now()
	doc, err := e.close.Do(ctx, call)
	made := explainedCall{
		Status:       doc.Status,
		Milliseconds: float64(time.Since(begun).Microseconds()) / 1000,
	}
	if failed, ok := errors.AsType[*closeapi.Error](err); ok {
		made.Status = failed.Status
	}
	made.Method, made.Path, _ = strings.Cut(call.Operation, " ")
	for _, value := range call.Vars {
		before, rest, _ := strings.Cut(made.Path, "{")
		_, after, _ := strings.Cut(rest, "}")
		made.Path = before + value + after
	}
	if op, ok := closeapi.LookupOperation(call.Operation); ok && op.Fields {
		made.Fields = slices.Sorted(slices.Values(call.Fields))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls = append(e.calls, made)
	return doc, err
}

// explain adds the calls to the answers of an operation.
func (e *explainer) explain(next graphql.ResponseHandler) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		resp := next(ctx)
		if resp == nil {
			return nil
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if resp.Extensions == nil {
			resp.Extensions = map[string]any{}
		}
		resp.Extensions["closegraph"] = map[string]any{"calls": slices.Clone(e.calls)}
		return resp
	}
}
