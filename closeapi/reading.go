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
	id, ok := c.identityOf(c.caller.Credential)
	if !ok {
		return Reading{}, false
	}
	return Reading{identity: id, offset: c.caller.Offset, epoch: c.reads.epochs.of(id)}, true
}

// identified is a credential with its identity.
type identified struct {
	credential Credential
	identity   Identity
}

// identityOf is the identity of a credential, which does not change. It keeps that of the last one, which is the only one
// where all callers are served with the credential of the server.
func (c *core) identityOf(credential Credential) (Identity, bool) {
	if credential == nil {
		return Identity{}, false
	}
	if last := c.last.Load(); last != nil && last.credential == credential {
		return last.identity, true
	}
	header := make(http.Header, 1)
	if credential.authorize(header) != nil {
		return Identity{}, false
	}
	known := &identified{credential, identify(c.identity, header)}
	c.last.Store(known)
	return known.identity, true
}
