package closeapi

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// chain puts the transports of a client in their order, the outermost first:
//
//	cache → coalesce → retry → govern → circuit → attemptTimeout → gunzip → cfg.Transport
//
// Each does one thing, sees the requests as the one before it left them, and does not change them. None
// follows a redirect. Beside the chain it returns the one that knows the budgets, and the one that knows of writes; what
// the transports do that nobody waits for, stop ends.
func chain(cfg Config, kept map[*operation]time.Duration, in intake) (next http.RoundTripper, pace *govern, reads *coalesce, stop func()) {
	next = cfg.Transport
	next = &gunzip{next: next}
	next = &attemptTimeout{next: next, timeout: cfg.Timeout}
	next = newCircuit(cfg, next)
	pace = newGovern(cfg, next)
	next = newRetry(cfg.Retry, pace)
	reads = newCoalesce(cfg, in, next)
	next, stop = reads, reads.crew.retire
	if cfg.Store != nil {
		cache := newCache(cfg.Store, kept, next)
		cache.tell = cfg.Observe
		next, stop = cache, func() { cache.stop(); reads.crew.retire() }
	}
	return next, pace, reads, stop
}

// closeBody closes the body of a request that is not sent, as a transport must.
func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// endedError is an error that came of the end of a context, whatever the transport made of it.
type endedError struct {
	ctx error // context.Canceled or context.DeadlineExceeded
	err error
}

func (e endedError) Error() string   { return e.ctx.Error() }
func (e endedError) Unwrap() []error { return []error{e.ctx, e.err} }

// gunzip decompresses answers. The client asks for gzip in its own name, so that this works with any transport,
// and so that limits count what comes out.
type gunzip struct {
	next    http.RoundTripper
	readers sync.Pool // of *gzip.Reader
}

// RoundTrip sends the request and puts a decompressor before an answer that needs one.
func (t *gunzip) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil || resp.ContentLength == 0 || !strings.EqualFold(firstOf(resp.Header, "Content-Encoding"), "gzip") {
		return resp, err
	}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	resp.Uncompressed = true
	resp.Body = &gunzipBody{source: resp.Body, pool: &t.readers}
	return resp, nil
}

// gunzipBody decompresses its source from the first read on.
type gunzipBody struct {
	source io.ReadCloser
	pool   *sync.Pool
	reader *gzip.Reader
	err    error // why there is nothing more to read
}

// Read decompresses.
func (b *gunzipBody) Read(p []byte) (int, error) {
	if b.reader == nil && b.err == nil {
		b.start()
	}
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.reader.Read(p)
	if err != nil {
		b.err = err
	}
	return n, err
}

// start takes a reader from the pool and reads the header of the compressed data.
func (b *gunzipBody) start() {
	reader, ok := b.pool.Get().(*gzip.Reader)
	if !ok {
		reader = new(gzip.Reader)
	}
	if err := reader.Reset(b.source); err != nil {
		if errors.Is(err, io.EOF) { // not even a header, where there should be one
			err = io.ErrUnexpectedEOF
		}
		b.err = err
		b.pool.Put(reader)
		return
	}
	b.reader = reader
}

// Close closes the source and gives the reader back.
func (b *gunzipBody) Close() error {
	if b.reader != nil {
		b.pool.Put(b.reader)
		b.reader = nil
	}
	if b.err == nil {
		b.err = http.ErrBodyReadAfterClose
	}
	return b.source.Close()
}
