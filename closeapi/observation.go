package closeapi

import (
	"context"
	"errors"
	"time"
)

// Observation is what became of one call of [Client.Do], or of one that a [Store] made necessary: what is past its lifetime is
// read anew in the background. Calls that were refused without being made are not observed.
type Observation struct {
	Operation string   // a line of operations.txt
	Path      string   // below the base URL, with its variables filled in
	Fields    []string // the members that were named to Close, not to be changed; none when all were wanted

	Status   int // the HTTP status; 0 when no answer came
	Err      error
	Duration time.Duration

	Cached     bool          // answered from what was kept, without a call to Close
	Stale      bool          // and from what was past its lifetime
	Missed     bool          // not answered from what was kept, although such answers are
	Joined     bool          // waited for an equal call that was under way
	Background bool          // nobody waited for it
	Attempts   int           // how often it was sent to Close
	Waited     time.Duration // for its turn, where the budget of calls was short
}

// Observing returns a client like c that also tells observe of its calls, beside those who are told already.
func (c *Client) Observing(observe func(ctx context.Context, o Observation)) *Client {
	before := c.observer
	if before == nil {
		return &Client{core: c.core, caller: c.caller, observer: observe}
	}
	return &Client{core: c.core, caller: c.caller, observer: func(ctx context.Context, o Observation) {
		before(ctx, o)
		observe(ctx, o)
	}}
}

// tell completes an observation and tells it.
func (c *Client) tell(ctx context.Context, x *exchange, o Observation) {
	if failed, ok := errors.AsType[*Error](o.Err); ok {
		o.Status = failed.Status
	}
	o.note(x)
	for _, observe := range []func(context.Context, Observation){c.observe, c.observer} {
		if observe != nil {
			observe(ctx, o)
		}
	}
}

// note takes over what the transports noted of a call.
func (o *Observation) note(x *exchange) {
	o.Operation, o.Path = x.op.Name, x.path
	o.Cached, o.Stale, o.Missed, o.Joined, o.Background = x.cached, x.stale, x.missed, x.joined, x.background
	o.Attempts, o.Waited = x.attempts, x.waited
}
