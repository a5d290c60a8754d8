package gateway

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
)

// explainHeader asks for the REST calls of a request: they come as extensions.closegraph of the answer.
const explainHeader = "X-Closegraph-Explain"

// explainer keeps what is observed of the calls to Close.
type explainer struct {
	close *closeapi.Client // whose budgets are shown

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
	Cached       bool     `json:"cached,omitempty"` // Close was not asked
	Stale        bool     `json:"stale,omitempty"`  // and what was kept is past its lifetime
	Joined       bool     `json:"joined,omitempty"` // the same was being asked by another request
	Budget       *budget  `json:"budget,omitempty"` // left out when Close has not told it
}

// budget is what Close's rate limit leaves after a call for others like it.
type budget struct {
	Limit     int     `json:"limit"`
	Remaining int     `json:"remaining"`
	Reset     float64 `json:"reset"` // seconds until it is full again
}

// add keeps a call.
func (e *explainer) add(_ context.Context, o closeapi.Observation) {
	method, _, _ := strings.Cut(o.Operation, " ")
	var left *budget
	if known, ok := e.close.Budget(o.Operation); ok && known.Limit > 0 {
		left = &budget{known.Limit, known.Remaining, inSeconds(known.Reset)}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls = append(e.calls, explainedCall{
		Budget: left,
		Method: method, Path: o.Path, Fields: slices.Sorted(slices.Values(o.Fields)), Status: o.Status,
		Milliseconds: float64(o.Duration.Microseconds()) / 1000, Cached: o.Cached, Stale: o.Stale, Joined: o.Joined,
	})
}

// explain adds the calls to the answer of an operation, and what they were estimated at.
func (e *explainer) explain(resp *graphql.Response, estimate projection.Estimate) {
	if resp == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if resp.Extensions == nil {
		resp.Extensions = map[string]any{}
	}
	resp.Extensions["closegraph"] = map[string]any{
		"calls":    slices.Clone(e.calls),
		"estimate": map[string]int{"calls": estimate.Calls, "objects": estimate.Objects},
	}
}
