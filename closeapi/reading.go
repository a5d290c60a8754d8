package closeapi

import "net/http"

// Reading is for whom and as of when something is read: what several reads have in common that may be answered as one.
// Readings can be compared with ==. Equal ones have the same credential and the same distance from UTC, and no write of the
// credential began or ended between them.
type Reading struct {
	identity Identity
	offset   Offset
	epoch    uint64
}

// Reading is that of the client's caller, now. It reports false for a client without a credential. It costs no call.
func (c *Client) Reading() (Reading, bool) {
	if c.caller.Credential == nil || c.caller.Credential.authorize(http.Header{}) != nil {
		return Reading{}, false
	}
	id := c.caller.Credential.identify(c.identity)
	return Reading{identity: id, offset: c.caller.Offset, epoch: c.reads.epochs.of(id)}, true
}
