package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	maxRecord      = 10_000   // requests that are remembered
	maxRecordBytes = 64 << 20 // bytes that are remembered of all of them
)

// A Request is one request that the sandbox got.
type Request struct {
	Method   string      // what it stands for: GET for a POST with x-http-method-override: GET
	Path     string      // without /api/v1
	Query    url.Values  // what counted: the query string, or the _params of the body
	Body     []byte      // as sent
	Override bool        // whether it came as a POST that stands for a GET
	Status   int         // of the answer; 0 when there was none
	Header   http.Header // the headers that change the answer: x-tz-offset
	KeyID    string      // which credential was used, without its secret
}

// String is the request on one line: "GET /task/?_fields=id,text&_limit=50", names in order, values as they are meant.
func (r Request) String() string {
	var b strings.Builder
	b.WriteString(r.Method + " " + r.Path)
	names := make([]string, 0, len(r.Query))
	for name := range r.Query {
		names = append(names, name)
	}
	slices.Sort(names)
	separator := byte('?')
	for _, name := range names {
		for _, value := range r.Query[name] {
			b.WriteByte(separator)
			b.WriteString(name + "=" + value)
			separator = '&'
		}
	}
	if body := r.body(); body != "" {
		b.WriteString(" " + body)
	}
	return b.String()
}

// body is the body on one line, without the _params that the query shows already.
func (r Request) body() string {
	if r.Override || r.Method == http.MethodGet || len(r.Body) == 0 {
		return ""
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(r.Body, &members) == nil && members["_params"] != nil {
		delete(members, "_params")
		if len(members) == 0 {
			return ""
		}
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if e.Encode(members) == nil {
			return strings.TrimSpace(b.String())
		}
	}
	var b bytes.Buffer
	if json.Compact(&b, r.Body) != nil {
		return strings.TrimSpace(string(r.Body))
	}
	return b.String()
}

// Requests returns the last requests, at most 10,000 (fewer if they are large), in the order in which they came.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.record.list)
}

// ResetRequests forgets the requests so far.
func (s *Server) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.record.forget(len(s.record.list))
}

// A record is a queue of requests that forgets the oldest ones.
type record struct {
	list  []Request
	first int // how many were forgotten: the number of list[0]
	bytes int // what list holds of other people's making
}

// add remembers q and returns its number.
func (r *record) add(q Request) int {
	r.list = append(r.list, q)
	r.bytes += q.size()
	for len(r.list) > maxRecord || r.bytes > maxRecordBytes {
		r.forget(1)
	}
	return r.first + len(r.list) - 1
}

func (r *record) forget(n int) {
	for _, q := range r.list[:n] {
		r.bytes -= q.size()
	}
	clear(r.list[:n])
	r.list = r.list[n:]
	r.first += n
}

func (r Request) size() int {
	n := len(r.Path) + len(r.Body)
	for name, values := range r.Query {
		for _, value := range values {
			n += len(name) + len(value)
		}
	}
	return n
}

func (s *Server) remember(c *call) int {
	q := Request{Method: c.method, Path: c.path, Query: c.params, Override: c.override, KeyID: c.keyID, Body: c.raw}
	if c.forOAuth {
		q.Query = url.Values{}
		for _, name := range []string{"grant_type", "response_type", "decision"} { // the rest are secrets, or long
			if value := c.params.Get(name); value != "" {
				q.Query.Set(name, value)
			}
		}
	}
	q.Header = http.Header{}
	if offset := c.header.Get("X-Tz-Offset"); offset != "" {
		q.Header.Set("X-Tz-Offset", offset)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.record.add(q)
}

// finish notes the status of a request, if it is remembered still.
func (s *Server) finish(number, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := number - s.record.first; i >= 0 && i < len(s.record.list) {
		s.record.list[i].Status = status
	}
}
