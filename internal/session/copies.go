package session

import (
	"context"
	"time"
)

// copies is a Store that keeps a copy of what it gets from another one, which is elsewhere, for when that cannot be
// reached: then sessions that were used here lately go on. Nothing can be changed meanwhile: nobody logs in, and no token
// is renewed, since only one replica may do so.
type copies struct {
	far  Store
	near *Memory
}

// copyLasts is for how long a copy is kept after it was last compared.
const copyLasts = time.Hour

// WithCopies keeps copies of what is in far, which replicas have in common, in near.
func WithCopies(far Store, near *Memory) Store { return &copies{far, near} }

// Get looks up a value, or its copy when it cannot be looked up.
func (c *copies) Get(ctx context.Context, id string) ([]byte, error) {
	value, err := c.far.Get(ctx, id)
	switch {
	case err != nil && ctx.Err() == nil:
		if kept, _ := c.near.Get(ctx, id); kept != nil {
			return kept, nil
		}
		return nil, err
	case err != nil:
		return nil, err
	case value == nil:
		return nil, c.near.Delete(ctx, id)
	}
	return value, c.near.Put(ctx, id, value, copyLasts)
}

// Put keeps a value.
func (c *copies) Put(ctx context.Context, id string, value []byte, lifetime time.Duration) error {
	if err := c.far.Put(ctx, id, value, lifetime); err != nil {
		return err
	}
	return c.near.Put(ctx, id, value, min(lifetime, copyLasts))
}

// Delete forgets a value and its copy.
func (c *copies) Delete(ctx context.Context, id string) error {
	if err := c.near.Delete(ctx, id); err != nil {
		return err
	}
	return c.far.Delete(ctx, id)
}

// Lock takes the lock that replicas have in common.
func (c *copies) Lock(ctx context.Context, id string) (unlock func(), err error) {
	return c.far.Lock(ctx, id)
}
