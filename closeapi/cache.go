package closeapi

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// cache is the transport that answers GETs from a store, those of kinds that have a lifetime. An answer belongs to the
// identity that asked for it; keys say too what it hangs on: method, URL, x-tz-offset and, of a GET that is too long for a
// URL, the body. Only what is sound is kept.
//
// A definition past its lifetime is given for as long again, while one read in the background gets it anew; and for an hour
// while Close gives no answer that can be used. A write drops what it may have changed for its identity, at its beginning
// and at its end; what others write through other clients is seen when the lifetime ends.
type cache struct {
	next  http.RoundTripper
	store Store
	kept  map[*operation]time.Duration
	tell  func(context.Context, Observation) // of reads in the background; nil when nobody wants to know

	mu         sync.Mutex
	refreshing map[string]context.CancelFunc // by key: what is read in the background
}

const (
	// maxStale is how long past its lifetime a definition is given when Close gives none.
	maxStale = time.Hour
	// maxRefreshing is how many reads in the background there are at a time; what must wait is given as it is.
	maxRefreshing = 64
	// refreshTimeout is how long one may take.
	refreshTimeout = time.Minute
)

func newCache(store Store, kept map[*operation]time.Duration, next http.RoundTripper) *cache {
	return &cache{next: next, store: store, kept: kept, refreshing: map[string]context.CancelFunc{}}
}

// RoundTrip answers from the store, or sends the request on and keeps the answer.
func (t *cache) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req)
	lifetime := t.kept[x.op]
	switch {
	case !x.op.Reads:
		return t.write(req, x)
	case lifetime == 0:
		resp, err := t.next.RoundTrip(req)
		t.look(req.Context(), x, resp)
		return resp, err
	}
	q := questionOf(req)
	id, family := x.identity.String(), kinds[x.op.kind].family
	l := &lookup{
		cache: t, req: req, x: x, key: q.key(id), tags: []string{mine(id, family), family}, lifetime: lifetime, asked: time.Now(),
	}
	return l.answer(req.Context())
}

// write sends a write on and drops what it may have changed: when it begins, so that nothing older is given meanwhile, and
// when it is over, so that nothing is kept of what was read meanwhile.
func (t *cache) write(req *http.Request, x *exchange) (*http.Response, error) {
	ctx := context.WithoutCancel(req.Context()) // nobody knows what became of it when its caller gives up
	var tags []string
	for _, family := range touched(x.op.kind) {
		tags = append(tags, mine(x.identity.String(), family))
	}
	t.store.Drop(ctx, tags)
	defer t.store.Drop(ctx, tags)
	return t.next.RoundTrip(req)
}

// Forget drops, for all callers, what may be another since objects of these kinds changed. The names are those of [Kinds];
// of other kinds nothing is kept, but they may show in records. Use it for what is heard of changes that others made.
func (c *Client) Forget(ctx context.Context, names ...string) {
	if c.store == nil {
		return
	}
	var tags []string
	for _, name := range names {
		tags = append(tags, touched(name)...)
	}
	slices.Sort(tags)
	c.store.Drop(ctx, slices.Compact(tags))
}

// look looks at an answer that came from Close: who is not known to Close any more has nothing here either.
func (t *cache) look(ctx context.Context, x *exchange, resp *http.Response) {
	if resp == nil || resp.StatusCode != http.StatusUnauthorized {
		return
	}
	var tags []string
	for _, k := range kinds {
		if tag := mine(x.identity.String(), k.family); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	t.store.Drop(context.WithoutCancel(ctx), tags)
}

// lookup is a request for something that may be in the store.
type lookup struct {
	cache    *cache
	req      *http.Request
	x        *exchange
	key      string
	tags     []string
	lifetime time.Duration
	asked    time.Time
	mark     uint64 // of the tags, when it was asked
	entry    entry  // what is there
}

// definition reports whether it is one, so that an old one is better than none.
func (l *lookup) definition() bool { return kinds[l.x.op.kind].family != records }

// answer answers from the store, or with what Close says.
func (l *lookup) answer(ctx context.Context) (*http.Response, error) {
	var value []byte
	value, l.mark = l.cache.store.Get(ctx, l.key, l.tags)
	l.entry = decodeEntry(value)
	age := l.asked.Sub(l.entry.at)
	switch {
	case l.entry.doc == nil:
	case age < l.lifetime:
		return l.give(false), nil
	case l.definition() && age < 2*l.lifetime:
		l.cache.refresh(ctx, l)
		return l.give(true), nil
	}
	l.x.missed = true
	resp, err := l.cache.next.RoundTrip(l.req)
	if answered := l.take(ctx, resp, err); !answered && l.entry.doc != nil && l.definition() && age < l.lifetime+maxStale && ctx.Err() == nil {
		if resp != nil {
			resp.Body.Close()
		}
		return l.give(true), nil
	}
	return resp, err
}

// give is an answer from the store.
func (l *lookup) give(stale bool) *http.Response {
	l.x.cached, l.x.stale = true, stale
	return &http.Response{
		StatusCode: http.StatusOK, Header: keptHeader, Request: l.req,
		ContentLength: int64(len(l.entry.doc)), Body: &heldBody{doc: l.entry.doc},
	}
}

// keptHeader is the header of all answers from the store; nobody may write into it.
var keptHeader = http.Header{"Content-Type": acceptJSON}

// take keeps an answer of Close, if it may stand for others. It reports whether it is an answer: when Close could give none,
// for a reason that has nothing to do with what was asked, what is in the store stays there. When Close says something
// else than what it is, such as that the caller may not see it, nothing is left.
func (l *lookup) take(ctx context.Context, resp *http.Response, err error) (answered bool) {
	ctx = context.WithoutCancel(ctx)
	switch {
	case err != nil, resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests:
		return false
	case resp.StatusCode != http.StatusOK:
		if l.entry.doc != nil {
			l.cache.store.Drop(ctx, l.tags[:1])
		}
		l.cache.look(ctx, l.x, resp)
		return true
	case l.x.joined && l.entry.doc == nil: // whoever began it keeps it
		return true
	}
	doc := sound(resp)
	if doc == nil {
		return false
	}
	ttl := l.lifetime
	if l.definition() {
		ttl += max(l.lifetime, maxStale)
	}
	l.cache.store.Set(ctx, l.key, l.tags, l.mark, entry{at: l.asked, doc: doc}.encode(), ttl)
	return true
}

// sound is the document of an answer that may stand for others: a JSON object, whole. Else it is nil.
func sound(resp *http.Response) []byte {
	held, ok := resp.Body.(*heldBody)
	if !ok || held.err != nil || !gjson.ParseBytes(held.doc).IsObject() || !gjson.ValidBytes(held.doc) {
		return nil
	}
	return held.doc
}

// refresh reads in the background what is past its lifetime, unless that is done already.
func (t *cache) refresh(ctx context.Context, l *lookup) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refreshing[l.key] != nil || len(t.refreshing) >= maxRefreshing {
		return
	}
	again := *l
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	ctx, again.x = withExchange(ctx, exchange{op: l.x.op, path: l.x.path, identity: l.x.identity, caller: l.x.caller, background: true})
	again.req = l.req.WithContext(ctx) // with its body: who is answered from the store sends none
	t.refreshing[l.key] = cancel
	go func() {
		defer func() {
			_ = recover() // a fault shows where somebody waits for the same
			cancel()
			t.mu.Lock()
			defer t.mu.Unlock()
			delete(t.refreshing, again.key)
		}()
		begun := time.Now()
		resp, err := t.next.RoundTrip(again.req)
		again.tell(ctx, resp, err, time.Since(begun))
		again.take(ctx, resp, err)
		if err == nil {
			resp.Body.Close()
		}
	}()
}

// stop ends what is read in the background.
func (t *cache) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, cancel := range t.refreshing {
		cancel()
	}
}

// tell tells of a read in the background.
func (l *lookup) tell(ctx context.Context, resp *http.Response, err error, took time.Duration) {
	if l.cache.tell == nil {
		return
	}
	o := Observation{Duration: took}
	if err != nil {
		o.Err = noAnswer(ctx, l.x.op.Method, l.x.path, err)
	} else {
		o.Status = resp.StatusCode
	}
	o.note(l.x)
	l.cache.tell(ctx, o)
}
