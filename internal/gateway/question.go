package gateway

import (
	"bytes"
	"crypto/sha256"
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

// sum stands for all that the request asks, letter by letter.
func (q *question) sum() [sha256.Size]byte {
	if q.body != nil {
		return sha256.Sum256(q.body.Bytes())
	}
	return sha256.Sum256([]byte(q.URL.RawQuery))
}

// release gives back what holds the body: what was decoded from it are copies.
func (q *question) release() {
	if q.body != nil {
		putBuffer(q.body)
		q.body = nil
	}
}
