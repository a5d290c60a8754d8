package closeapi

import "context"

// Reading is for whom and as of when something is read: what several reads have in common that may be answered as one.
// Readings can be compared with ==. Equal ones have the same credential and the same distance from UTC, and no write of the
// credential began or ended between them, as far as is known here; see [Client.Learn].
type Reading struct {
	identity Identity
	offset   Offset
	moment   moment
}

// Reading is that of the client's caller, now. It reports false for a client without a credential. It costs no call.
func (c *Client) Reading() (Reading, bool) {
	id, ok := c.asks()
	if !ok {
		return Reading{}, false
	}
	return Reading{identity: id, offset: c.caller.Offset, moment: c.reads.moment(id)}, true
}

// Learn takes in the writes that other processes have told of up to now, so that a [Client.Reading] from then on is another
// one than before each of them. Without [Config.Writes] there is nothing to learn.
func (c *Client) Learn(ctx context.Context) {
	if c.reads.others != nil {
		c.reads.others.Learn(ctx)
	}
}

// asks is the identity of the client's caller. It reports false for a client without a credential that could prove it.
func (c *Client) asks() (Identity, bool) {
	if c.caller.Credential == nil {
		return Identity{}, false
	}
	return c.caller.Credential.identify(c.identity)
}
