package redis

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// owed is what Redis must hear before it is used again: what was written here while it was away, or when it did not say
// that it had understood. Else answers from before would be given as if nothing had happened.
type owed struct {
	mu     sync.Mutex
	marks  map[string]bool // names of the marks that are to go
	all    bool            // more than could be remembered: all are to go
	events []event
}

const (
	mostOwedMarks  = 10_000
	mostOwedEvents = 10_000
)

// errOwed is why Redis is given up when it did not take in what was written: it is told with the next connection.
var errOwed = errors.New("it was not heard what was written")

// owe remembers what Redis has to hear. If it is used, it is given up until it has.
func (c *Client) owe(marks []string, events ...event) {
	c.owed.mu.Lock()
	defer c.owed.mu.Unlock()
	if c.owed.marks == nil {
		c.owed.marks = map[string]bool{}
	}
	for _, mark := range marks {
		c.owed.marks[mark] = true
	}
	if len(c.owed.marks) > mostOwedMarks {
		c.owed.marks, c.owed.all = nil, true
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
		c.owed.mu.Lock()
		marks, events := slices.Collect(maps.Keys(c.owed.marks)), c.owed.events
		if c.owed.all {
			marks = append(marks, c.allMark())
		}
		if len(marks) == 0 && len(events) == 0 {
			c.options.Up(true)
			c.link.Store(l)
			c.owed.mu.Unlock()
			return nil
		}
		c.owed.mu.Unlock()
		if len(marks) > 0 {
			if err := l.Do(ctx, l.B().Del().Key(marks...).Build()).Error(); err != nil {
				return err
			}
		}
		for _, e := range events {
			if err := c.writes.send(ctx, l, e); err != nil {
				return err
			}
		}
		c.owed.mu.Lock() // what was added meanwhile is told in the next round; what was told is told once more at worst
		for _, mark := range marks {
			delete(c.owed.marks, mark)
		}
		c.owed.all = c.owed.all && !slices.Contains(marks, c.allMark())
		c.owed.events = slices.Delete(c.owed.events, 0, min(len(events), len(c.owed.events)))
		c.owed.mu.Unlock()
	}
}
