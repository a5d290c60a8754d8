package closeapi

import (
	"context"
	"net/http"
)

// Reading is for whom and as of when something is read: what several reads have in common that may be answered as one.
// Readings can be compared with ==. Equal ones have the same credential and the same distance from UTC, and no write of the
// credential began or ended between them, as far as is known here; see [Client.Learn].
type Reading struct {
	identity  Identity
	offset    Offset
	epoch     uint64
	elsewhere uint64 // the epoch of the writes of other processes
}

// Reading is that of the client's caller, now. It reports false for a client without a credential. It costs no call.
func (c *Client) Reading() (Reading, bool) {
	id, ok := c.asks()
	if !ok {
		return Reading{}, false
	}
	reading := Reading{identity: id, offset: c.caller.Offset, epoch: c.reads.epochs.of(id)}
	if c.reads.others != nil {
		reading.elsewhere = c.reads.others.Epoch(id)
	}
	return reading, true
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
	credential := c.caller.Credential
	if credential == nil || credential.authorize(make(http.Header, 1)) != nil {
		return Identity{}, false
	}
	return credential.identify(c.identity), true
}
