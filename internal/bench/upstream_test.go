package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// upstream answers with canned documents. It takes each from the sandbox when it is first asked for, and so has exactly
// the members that the caller asks for; once sealed, it refuses what it was not asked before. It compresses for nobody,
// since behind a transport of net/http both servers would pay the same for that.
type upstream struct {
	source http.RoundTripper

	mu        sync.Mutex
	sealed    bool
	documents map[request]document
	calls     int
}

// request is what tells a call from another.
type request struct{ method, path, query, body string }

type document struct {
	header http.Header // shared by all answers
	body   []byte
}

// RoundTrip implements http.RoundTripper.
func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	key := request{method: r.Method, path: r.URL.Path, query: r.URL.RawQuery}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		key.body = string(body)
	}
	doc, err := u.document(key, r)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: doc.header, ContentLength: int64(len(doc.body)), Body: io.NopCloser(bytes.NewReader(doc.body)),
		Request: r,
	}, nil
}

func (u *upstream) document(key request, r *http.Request) (document, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	if doc, ok := u.documents[key]; ok {
		return doc, nil
	}
	if u.sealed {
		return document{}, fmt.Errorf("%s %s?%s: asked for the first time while it counts", key.method, key.path, key.query)
	}
	r = r.Clone(r.Context())
	r.Header.Del("Accept-Encoding")
	if key.body != "" {
		r.Body = io.NopCloser(strings.NewReader(key.body))
	}
	resp, err := u.source.RoundTrip(r)
	if err != nil {
		return document{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return document{}, err
	}
	if resp.StatusCode != http.StatusOK {
		return document{}, fmt.Errorf("%s %s?%s: %s: %s", key.method, key.path, key.query, resp.Status, body)
	}
	doc := document{header: resp.Header, body: body}
	u.documents[key] = doc
	return doc, nil
}

// taken is how many calls came since it was last asked.
func (u *upstream) taken() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	calls := u.calls
	u.calls = 0
	return calls
}

// seal ends the taking of documents.
func (u *upstream) seal() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sealed = true
}
