package closeapi

import (
	"context"
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
func chain(cfg Config, kept map[*operation]time.Duration, intake *intake) (next http.RoundTripper, pace *govern, reads *coalesce, stop func()) {
	next, stop = cfg.Transport, func() {}
	next = &gunzip{next: next}
	next = &attemptTimeout{next: next, timeout: cfg.Timeout}
	next = newCircuit(cfg, next)
	pace = newGovern(cfg, next)
	next = newRetry(cfg.Retry, pace)
	reads = newCoalesce(cfg.Timeout, intake, next)
	next = reads
	if cfg.Store != nil {
		cache := newCache(cfg.Store, kept, next)
		cache.tell = cfg.Observe
		next, stop = cache, cache.stop
	}
	return next, pace, reads, stop
}

// closeBody closes the body of a request that is not sent, as a transport must.
func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// attemptTimeout limits the time of one attempt, the reading of its answer included.
type attemptTimeout struct {
	next    http.RoundTripper
	timeout time.Duration
}

// RoundTrip sends the request under a context that ends after the timeout, or with the body of the answer.
func (t *attemptTimeout) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(unhurried{req.Context()}, t.timeout)
	resp, err := t.next.RoundTrip(req.WithContext(ctx)) //nolint:contextcheck // it is the request's, and ends with it
	if err != nil {
		if cause := ctx.Err(); cause != nil {
			err = endedError{cause, err}
		}
		cancel()
		return nil, err
	}
	resp.Body = &timedBody{resp.Body, ctx, cancel}
	return resp, nil
}

// unhurried hides the deadline of a context, which may move while the attempt lasts (see flight). It ends all the same.
type unhurried struct {
	context.Context //nolint:containedctx // it is a context
}

// Deadline says that there is none.
func (unhurried) Deadline() (time.Time, bool) { return time.Time{}, false }

// timedBody ends the context of its attempt when it is closed.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context //nolint:containedctx // the attempt's, which lasts exactly as long as this body
	cancel context.CancelFunc
}

// Read reads, and says so if the end of the context is why it could not.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		if cause := b.ctx.Err(); cause != nil {
			err = endedError{cause, err}
		}
	}
	return n, err
}

// Close closes the body and ends the attempt.
func (b *timedBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
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
	if err != nil || resp.ContentLength == 0 || !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
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
