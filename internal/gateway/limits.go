package gateway

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// exceeded is the cause of an error for a limit that a request met; it says which.
type exceeded string

// The limits of a request, beside those of the projection.
const (
	limitBody          exceeded = "body"
	limitQueryString   exceeded = "query_string"
	limitTokens        exceeded = "tokens"
	limitDepth         exceeded = "depth"
	limitNames         exceeded = "names"
	limitRepeats       exceeded = "repeats"
	limitIntrospection exceeded = "introspection"
	limitTime          exceeded = "time"
	limitAliases       exceeded = "aliases"
	limitDirectives    exceeded = "directives"
	limitConcurrent    exceeded = "concurrent"
)

// Error names the limit.
func (e exceeded) Error() string { return "the limit of " + string(e) }

// limitOf is the limit that an answer's errors speak of; empty when they speak of none.
func limitOf(errs gqlerror.List) exceeded {
	for _, err := range errs {
		if limit, ok := errors.AsType[exceeded](err); ok {
			return limit
		}
	}
	return ""
}

// introspectionDepth is what introspection may use whatever the limit: tools ask 15 levels deep for the types of
// arguments. Introspection costs no call.
const introspectionDepth = 20

// depthLimit refuses operations whose fields nest deeper than max levels. A field of the root is the first level;
// fragments count as what they stand for.
func depthLimit(max int) depthLimiter { return depthLimiter{max} }

type depthLimiter struct{ max int }

var _ graphql.OperationContextMutator = depthLimiter{}

// ExtensionName names the extension.
func (depthLimiter) ExtensionName() string { return "DepthLimit" }

// Validate refuses a limit that nothing can meet.
func (d depthLimiter) Validate(graphql.ExecutableSchema) error {
	if d.max < 1 {
		return fmt.Errorf("the depth limit must be at least 1, is %d", d.max)
	}
	return nil
}

// MutateOperationContext measures the operation and changes nothing. Each level has a brace of its own, so that few braces need
// no measuring.
func (d depthLimiter) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if strings.Count(op.RawQuery, "{") <= d.max {
		return nil
	}
	data := depthMeter{skipIntrospection: true}
	if depth := data.of(op.Operation.SelectionSet); depth > d.max {
		return d.exceeded("operation", depth, d.max)
	}
	var all depthMeter
	allowed := max(d.max, introspectionDepth)
	if depth := all.of(op.Operation.SelectionSet); depth > allowed {
		return d.exceeded("introspection", depth, allowed)
	}
	return nil
}

func (depthLimiter) exceeded(what string, depth, allowed int) *gqlerror.Error {
	return &gqlerror.Error{
		Err:        limitDepth,
		Message:    fmt.Sprintf("the %s is %d levels deep; the depth limit is %d", what, depth, allowed),
		Extensions: map[string]any{"code": codeValidationFailed},
	}
}

// depthMeter measures selection sets. Each fragment is measured once, so that fragments which spread each other many
// times over cost no more than their text.
type depthMeter struct {
	skipIntrospection bool
	fragments         map[*ast.FragmentDefinition]int
}

// of is the number of levels of fields in the selection set.
func (m *depthMeter) of(set ast.SelectionSet) int {
	deepest := 0
	for _, selection := range set {
		depth := 0
		switch s := selection.(type) {
		case *ast.Field:
			if m.skipIntrospection && strings.HasPrefix(s.Name, "__") {
				continue
			}
			depth = 1 + m.of(s.SelectionSet)
		case *ast.InlineFragment:
			depth = m.of(s.SelectionSet)
		case *ast.FragmentSpread:
			depth = m.ofFragment(s.Definition)
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

func (m *depthMeter) ofFragment(fragment *ast.FragmentDefinition) int {
	if fragment == nil {
		return 0
	}
	if depth, ok := m.fragments[fragment]; ok {
		return depth
	}
	if m.fragments == nil {
		m.fragments = map[*ast.FragmentDefinition]int{}
	}
	m.fragments[fragment] = 0 // what spreads itself is not valid; here it must only come to an end
	depth := m.of(fragment.SelectionSet)
	m.fragments[fragment] = depth
	return depth
}
