package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"syscall"
)

// errDropped is what a client sees of a connection that broke without an answer.
var errDropped = fmt.Errorf("sandbox: %w", syscall.ECONNRESET)

// Transport returns a RoundTripper that reaches the sandbox without a socket: what ServeHTTP would put on the wire,
// with the length, the broken connections and the cut bodies of a real one.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	in := *r // the body is replaced, and a RoundTripper leaves its request alone
	if err := settle(&in); err != nil {
		return nil, err
	}
	a, err := t.s.answer(ctx, &in)
	switch {
	case err != nil:
		return nil, err
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case a.drop:
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.URL.Path, errDropped)
	}
	resp := &http.Response{
		Status:     strconv.Itoa(a.status) + " " + http.StatusText(a.status),
		StatusCode: a.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        a.header,
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       r,
	}
	if a.truncate > 0 && a.truncate < len(a.body) {
		resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(a.body[:a.truncate]), broken{}))
	}
	return resp, nil
}

// settle does what a real transport does before it writes: a body of unknown length that is not empty is chunked.
func settle(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength != 0 {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) > 0 {
		r.ContentLength = -1
	}
	return nil
}

// broken is the end of a connection that announced more.
type broken struct{}

// Read implements io.Reader.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
