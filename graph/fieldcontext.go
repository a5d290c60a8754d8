package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// fieldContext is the context of a root field, as [graphql.WithFieldContext] makes it. Those of a query are made in one piece.
type fieldContext struct {
	context.Context //nolint:containedctx // it is a context
	field           *graphql.FieldContext
}

// Value is the field, for gqlgen, or else a value of the query.
func (c *fieldContext) Value(key any) any {
	if key == fieldKey {
		return c.field
	}
	return c.Context.Value(key)
}

// fieldKey is the key under which gqlgen looks for the field in a context.
var fieldKey = func() any {
	asked := keyListener{Context: context.Background()}
	graphql.GetFieldContext(&asked)
	return asked.key
}()

// keyListener is a context that has nothing, and notes what it is asked for.
type keyListener struct {
	context.Context //nolint:containedctx // it is a context
	key             any
}

// Value notes the key.
func (l *keyListener) Value(key any) any {
	l.key = key
	return nil
}
