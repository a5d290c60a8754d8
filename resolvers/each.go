package resolvers

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/closegraph/closegraph/internal/projection"
)

// maxAtOnce is how many calls a field makes at a time.
const maxAtOnce = 8

// eachByCall works out a field that takes a call for each parent, some at a time. What fails, fails for its parent alone.
func eachByCall(ctx context.Context, c projection.Computation, one func(ctx context.Context, parent projection.Parent) (any, error)) []any {
	values := make([]any, len(c.Parents))
	var group errgroup.Group
	group.SetLimit(maxAtOnce)
	for i, parent := range c.Parents {
		group.Go(func() error {
			value, err := one(ctx, parent)
			if values[i] = value; err != nil {
				values[i] = err
			}
			return nil
		})
	}
	_ = group.Wait() // errors are kept by parent
	return values
}
