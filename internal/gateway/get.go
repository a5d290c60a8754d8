package gateway

import (
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// longestQueryString bounds the query string of a GET. Longer requests belong into a POST, whose limit is set by the
// configuration.
const longestQueryString = 16 << 10

// readGet takes the parameters from the query string.
func readGet(r *http.Request) (*graphql.RawParams, error) {
	if len(r.URL.RawQuery) > longestQueryString {
		return nil, &refusal{
			Status: http.StatusRequestURITooLong, Code: codeBadInput, Limit: limitQueryString,
			Message: fmt.Sprintf("the query string has %d bytes and may have %d: send the request by POST", len(r.URL.RawQuery), longestQueryString),
		}
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("the query string is not encoded as a form is")
	}
	for _, name := range []string{"query", "documentId", "operationName", "variables", "extensions"} {
		if len(values[name]) > 1 {
			return nil, badRequest("`" + name + "` is given more than once")
		}
		if !utf8.ValidString(values.Get(name)) {
			return nil, badRequest("`" + name + "` is not valid UTF-8")
		}
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	if params.Variables, err = decodeObject("variables", []byte(values.Get("variables"))); err != nil {
		return nil, err
	}
	if params.Extensions, err = decodeObject("extensions", []byte(values.Get("extensions"))); err != nil {
		return nil, err
	}
	return named(params, values.Get("documentId"), values.Has("query"))
}
