package gateway

import (
	"bytes"
	"hash/maphash"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
)

// question is a GraphQL request as it came, before anything of it was parsed.
type question struct {
	*http.Request
	body *bytes.Buffer // of a POST; nil for a GET, which asks in its URL, and when it has been given back
}

// params are the parameters of the request.
func (q *question) params() (*graphql.RawParams, error) {
	var params *graphql.RawParams
	var err error
	if q.Method == http.MethodPost {
		params, err = decodeBody(q.body.Bytes())
	} else {
		params, err = readGet(q.Request)
	}
	if err != nil {
		return nil, err
	}
	params.Headers = q.Header
	return params, nil
}

// sum stands for all that the request asks, letter by letter. It has 128 bits and no meaning outside the process, so that
// nobody can look for two requests with the same one.
func (q *question) sum() [2]uint64 {
	if q.body != nil {
		return [2]uint64{maphash.Bytes(sumSeeds[0], q.body.Bytes()), maphash.Bytes(sumSeeds[1], q.body.Bytes())}
	}
	return [2]uint64{maphash.String(sumSeeds[0], q.URL.RawQuery), maphash.String(sumSeeds[1], q.URL.RawQuery)}
}

var sumSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// release gives back what holds the body: what was decoded from it are copies.
func (q *question) release() {
	if q.body != nil {
		putBuffer(q.body)
		q.body = nil
	}
}
