package sandbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// gzipFrom is the size in bytes above which an answer is compressed for a client that takes it.
const gzipFrom = 1024

// An answer is what goes back on the wire.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	truncate int  // break the connection after so many bytes of the body
	drop     bool // break it before the first one
}

func newAnswer(status int, body []byte) *answer {
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	return &answer{status: status, header: h, body: body}
}

// answer is the way of every request: record it, apply the faults, dispatch, and dress the answer for the wire. It
// returns an error only when the context ends first.
func (s *Server) answer(ctx context.Context, r *http.Request) (*answer, error) {
	if strings.HasPrefix(r.URL.Path, filesPath) {
		return receive(r), nil
	}
	if strings.HasPrefix(r.URL.Path, exportsPath) {
		return s.download(r), nil
	}
	c, refused := s.read(r)
	number := s.remember(c)
	f := s.fault(c)
	if f.Delay > 0 {
		if err := wait(ctx, f.Delay); err != nil {
			return nil, err
		}
	}
	if f.Drop {
		return &answer{drop: true}, nil
	}
	c.skip = append(c.skip, f.Ignore...)
	c.without = append(c.without, f.LeaveOut...)

	a := f.answer(s.limits)
	switch {
	case a != nil:
	case c.forOAuth && refused != nil:
		a = refused.answer()
	case c.forOAuth:
		a = s.oauthEndpoint(c)
	case c.user == nil:
		a = refuse(http.StatusUnauthorized, "Unauthorized").answer()
	default:
		a = s.dispatch(c, refused)
	}
	s.finish(number, a.status)

	for name, values := range f.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	if f.CutJSON > 0 && f.CutJSON < len(a.body) {
		a.body = a.body[:f.CutJSON]
	}
	if len(a.body) > gzipFrom && acceptsGzip(r.Header) && a.header.Get("Content-Encoding") == "" {
		a.body = compress(a.body)
		a.header.Set("Content-Encoding", "gzip")
		a.header.Add("Vary", "Accept-Encoding")
	}
	if a.status != http.StatusNoContent {
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	a.truncate = f.Truncate
	return a, nil
}

func acceptsGzip(h http.Header) bool {
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept-Encoding"), ","), ",") {
		coding, q, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			weight, found := strings.CutPrefix(strings.ReplaceAll(q, " ", ""), "q=")
			value, err := strconv.ParseFloat(weight, 64)
			return !found || err == nil && value > 0
		}
	}
	return false
}

var gzips = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a valid constant
	return w
}}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w := gzips.Get().(*gzip.Writer)
	defer gzips.Put(w)
	w.Reset(&b)
	_, _ = w.Write(body) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}
