package redis

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// owed is what Redis must hear before it is used again: what was written here while it was away, or when it did not say
// that it had understood. Else answers from before would be given as if nothing had happened.
type owed struct {
	mu     sync.Mutex
	gone   map[string]bool // names of marks and sessions that are to go
	events []event
}

const (
	mostOwedNames  = 10_000
	mostOwedEvents = 10_000
)

// errOwed is why Redis is given up when it did not take in what was written: it is told with the next connection.
var errOwed = errors.New("it was not heard what was written")

// owe remembers what Redis has to hear. If it is used, it is given up until it has.
func (c *Client) owe(gone []string, events ...event) {
	c.owed.mu.Lock()
	defer c.owed.mu.Unlock()
	if c.owed.gone == nil {
		c.owed.gone = map[string]bool{}
	}
	for _, name := range gone {
		c.owed.gone[name] = true
	}
	if len(c.owed.gone) > mostOwedNames { // all marks are to go then; sessions stay, but their tokens are revoked
		c.owed.gone = map[string]bool{c.allMark(): true}
	}
	c.owed.events = append(c.owed.events, events...)
	if over := len(c.owed.events) - mostOwedEvents; over > 0 { // the oldest matter least: after a minute none does
		c.owed.events = slices.Delete(c.owed.events, 0, over)
	}
	if l := c.link.Load(); l != nil {
		c.lose(l, errOwed)
	}
}

// settle tells Redis all that is owed to it, and begins to use it in the moment when nothing is.
func (c *Client) settle(ctx context.Context, l *link) error {
	for {
		gone, events, ready := c.owed.take(c, l)
		if ready {
			return nil
		}
		if err := c.pay(ctx, l, gone, events); err != nil {
			c.owe(gone, events...)
			return err
		}
	}
}

// take takes out what is owed. When nothing is, the link is used from now on.
func (o *owed) take(c *Client, l *link) (gone []string, events []event, ready bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.gone) == 0 && len(o.events) == 0 {
		c.changed()
		c.options.Up(true)
		c.link.Store(l)
		return nil, nil, true
	}
	gone, events = slices.Collect(maps.Keys(o.gone)), o.events
	o.gone, o.events = nil, nil
	return gone, events, false
}

// pay tells Redis what it was owed.
func (c *Client) pay(ctx context.Context, l *link, gone []string, events []event) error {
	if len(gone) > 0 {
		if err := l.Do(ctx, l.B().Del().Key(gone...).Build()).Error(); err != nil {
			return fmt.Errorf("DEL: %w", err)
		}
	}
	for _, e := range events {
		if err := c.writes.send(ctx, l, e); err != nil {
			return fmt.Errorf("XADD: %w", err)
		}
	}
	return nil
}
