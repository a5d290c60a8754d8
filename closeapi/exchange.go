package closeapi

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"
)

// Identity tells callers apart without telling who they are: a keyed hash of the credential. Callers with the same
// credential have the same identity; nothing leads from an identity back to the credential. What is kept of one call
// for another, an answer or a budget, is kept by identity, so that it never crosses from one caller to another.
type Identity [16]byte

// String is the identity in hexadecimal digits.
func (id Identity) String() string { return hex.EncodeToString(id[:]) }

// exchange is what the transports of a client know of a call beside its HTTP request, and where they note what they did
// for it. It travels in the context of the request, since an http.RoundTripper gets nothing else; whoever sends a
// request on in place of another, as one for many, gives it an exchange of its own.
type exchange struct {
	op         *operation
	path       string // below the base URL, not escaped
	identity   Identity
	caller     string // among whom the budget of an identity is shared fairly; see Caller.Share
	background bool   // nobody waits for the answer

	cached   bool          // answered from the cache
	stale    bool          // and from an entry past its lifetime
	missed   bool          // not in the cache, or not fit to be answered with
	joined   bool          // answered by an equal call that was under way
	attempts int           // how often it was sent to Close; the one who sends it counts
	waited   time.Duration // for the budget
}

type exchangeKey struct{}

// exchangeContext is a context with an exchange.
type exchangeContext struct {
	context.Context //nolint:containedctx // it is a context
	exchange        exchange
}

// Value is a value of the context, of which the exchange is one.
func (c *exchangeContext) Value(key any) any {
	if key == (exchangeKey{}) {
		return &c.exchange
	}
	return c.Context.Value(key)
}

// withExchange puts an exchange into a context, and returns where it is there.
func withExchange(ctx context.Context, x exchange) (context.Context, *exchange) {
	own := &exchangeContext{ctx, x}
	return own, &own.exchange
}

// exchangeOf is the exchange of a request. A request that no client made has an empty one of its own.
func exchangeOf(req *http.Request) *exchange {
	if x, ok := req.Context().Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{op: &operation{}}
}
