package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// readPost reads the body, which the caller gives back with putBuffer. The body must say that it is JSON: a page of another
// origin can send that only after the browser has asked the server, which never agrees.
func (h *graphqlHandler) readPost(w http.ResponseWriter, r *http.Request) (*bytes.Buffer, error) {
	if !isJSON(first(r.Header, "Content-Type")) {
		return nil, &refusal{
			Status: http.StatusUnsupportedMediaType, Code: codeBadInput,
			Message: "the body must be JSON in UTF-8, sent with Content-Type: application/json",
			Header:  http.Header{"Accept-Post": {mediaJSON}},
		}
	}
	if encoding := first(r.Header, "Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, &refusal{
			Status: http.StatusUnsupportedMediaType, Code: codeBadInput,
			Message: "the body must not be compressed",
			Header:  http.Header{"Accept-Encoding": {"identity"}},
		}
	}
	body := getBuffer()
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, h.maxBody)); err != nil {
		putBuffer(body)
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, &refusal{
				Status: http.StatusRequestEntityTooLarge, Code: codeBadInput, Limit: limitBody,
				Message: fmt.Sprintf("the body is longer than %d bytes", h.maxBody),
			}
		}
		return nil, badRequest("the body could not be read to its end")
	}
	return body, nil
}

// isJSON reports whether a Content-Type is JSON in UTF-8.
func isJSON(contentType string) bool {
	if contentType == mediaJSON { // as nearly all write it
		return true
	}
	media, params, err := mime.ParseMediaType(contentType)
	return err == nil && media == mediaJSON && utf8OrUnsaid(params["charset"])
}

// decodeBody reads a request: a JSON object with a string `query`, or a string `documentId` or an extension that stands for
// it, an optional string `operationName` and optional objects `variables` and `extensions`. Numbers in variables keep all
// their digits.
func decodeBody(body []byte) (*graphql.RawParams, error) {
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 {
		return nil, badRequest("the body is empty: send a JSON object with a member `query`")
	} else if trimmed[0] != '{' {
		return nil, badRequest("the body must be one JSON object with a member `query`")
	}
	if !utf8.Valid(body) {
		return nil, badRequest("the body is not valid UTF-8")
	}
	if params, ok := decodePlain(body); ok {
		return params, nil
	}
	return decodeAny(body)
}

// decodeAny reads a request that is an object in UTF-8, in whatever way it is written, and says what is wrong with it.
func decodeAny(body []byte) (*graphql.RawParams, error) {
	var in map[string]json.RawMessage // not a struct: member names are to match in their case too
	if err := json.Unmarshal(body, &in); err != nil {
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			return nil, badRequest(fmt.Sprintf("the body is not valid JSON: the mistake is at byte %d", syntax.Offset))
		}
		return nil, badRequest("the body is not valid JSON")
	}

	var out graphql.RawParams
	var document string
	for name, into := range map[string]*string{
		"query": &out.Query, "operationName": &out.OperationName, "documentId": &document,
	} {
		if absent(in[name]) {
			continue
		}
		if err := json.Unmarshal(in[name], into); err != nil {
			return nil, badRequest("`" + name + "` must be a string")
		}
	}
	var err error
	if out.Variables, err = decodeObject("variables", in["variables"]); err != nil {
		return nil, err
	}
	if out.Extensions, err = decodeObject("extensions", in["extensions"]); err != nil {
		return nil, err
	}
	return named(&out, document, !absent(in["query"]))
}

// named keeps by which id a request names its document, and refuses a request that neither names one nor has a query.
func named(params *graphql.RawParams, document string, hasQuery bool) (*graphql.RawParams, error) {
	if document != "" {
		if params.Extensions == nil {
			params.Extensions = map[string]any{}
		}
		params.Extensions["documentId"] = document
	}
	if !hasQuery && params.Extensions["documentId"] == nil && params.Extensions["persistedQuery"] == nil {
		return nil, badRequest("`query` is missing")
	}
	return params, nil
}

// decodeObject reads a member that must be an object, or null, or absent.
func decodeObject(name string, text []byte) (map[string]any, error) {
	if absent(text) {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, badRequest("`" + name + "` must be a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, badRequest("`" + name + "` must be one JSON object, with nothing after it")
	}
	return object, nil
}

// absent says whether a member is missing, or null, which means the same.
func absent(text []byte) bool { return len(text) == 0 || string(text) == "null" }
