package closeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Call is one REST call.
type Call struct {
	// Operation is a line of operations.txt, such as "GET /task/{id}/". Another text is a mistake in the
	// program, and refused.
	Operation string

	// Vars are the values for the {…} of the path, in order. Each becomes exactly one segment of the path.
	// Empty values, "." and "..", and values with a slash, a backslash or a control character are refused. Only
	// {object_type} may be two segments, a kind of objects and the id of one of its types: "activity/actitype_x".
	Vars []string

	// Params are the query parameters in Close's own form: lists are joined by commas and hold no spaces
	// ("id__in": "a,b"), and truth is "true" or "false" (Close docs: Filtering).
	Params map[string]string

	// Fields are the members to answer with. They become the parameter _fields, sorted and each once, if the
	// operation takes it; to other operations they are not sent. Close does not add "id" (observed). Where the answer
	// is kept for whoever asks next, they are not sent either; see [Client.Whole].
	Fields []string

	// Body is sent as JSON; a [json.RawMessage] goes as it is. Nil sends no body. A GET has none.
	Body any

	// Offset, if not nil, overrides the caller's distance from UTC.
	Offset *Offset

	// Background says that nobody waits for the answer: calls that somebody waits for go before it.
	Background bool
}

// Header values that never change are shared by all requests; nobody may write into them.
var (
	acceptJSON  = []string{"application/json"}
	acceptGzip  = []string{"gzip"}
	overrideGet = []string{http.MethodGet}
	unsent      = []string{} // see repeatable
)

// request turns a call into an HTTP request. It returns the path without the base, for errors to speak of.
func (c *Client) request(ctx context.Context, op *operation, call *Call) (*http.Request, string, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", noAnswer(ctx, op.Method, op.Path, err)
	}
	target, path, err := c.url(op, call.Vars)
	if err != nil {
		return nil, "", refused(op, err)
	}
	if c.caller.Credential == nil {
		return nil, "", &Error{Method: op.Method, Path: path, Message: errNoCredential.Error(), cause: errNoCredential}
	}
	header := make(http.Header, 8)
	if err := c.caller.Credential.authorize(header); err != nil {
		return nil, "", &Error{Method: op.Method, Path: path, Message: err.Error(), cause: errNoCredential}
	}
	header["Accept"] = acceptJSON
	header["Accept-Encoding"] = acceptGzip
	header["User-Agent"] = c.userAgent
	offset := c.caller.Offset
	if call.Offset != nil {
		offset = *call.Offset
	}
	header["X-Tz-Offset"] = offset.header()

	var space [8]param
	params, err := call.params(c.fields(op, call), space[:0])
	if err != nil {
		return nil, "", refused(op, err)
	}
	body, err := call.body(op)
	if err != nil {
		return nil, "", refused(op, err)
	}
	method := op.Method
	room := math.MaxInt // for the query
	if method == http.MethodGet {
		// Close counts characters; those of the path that are escaped are too few to matter.
		room = maxURL - len(c.origin) - len(path) - len("?")
	}
	query, fits := encodeQuery(params, room)
	if !fits {
		method = http.MethodPost
		query, body = override(params)
		header["X-Http-Method-Override"] = overrideGet
	}
	target.RawQuery = query
	if op.Reads && method == http.MethodPost {
		header["Idempotency-Key"] = unsent
	}
	if len(body) > 0 {
		header["Content-Type"] = acceptJSON
	}
	id, _ := c.asks() // it is authorized, so it is somebody
	ctx, _ = withExchange(ctx, exchange{
		op: op, path: path, identity: id, caller: c.caller.Share, background: call.Background,
	})
	return newRequest(ctx, method, target, header, body), path, nil
}

// newRequest is http.NewRequestWithContext for a URL that is parsed already. The body can be sent again, and
// its length is known: Close refuses chunked bodies (observed).
func newRequest(ctx context.Context, method string, target *url.URL, header http.Header, body string) *http.Request {
	req := (&http.Request{
		Method:     method,
		URL:        target,
		Host:       target.Host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     header,
	}).WithContext(ctx)
	if len(body) > 0 {
		req.ContentLength = int64(len(body))
		req.Body = newSentBody(body)
		req.GetBody = func() (io.ReadCloser, error) { return newSentBody(body), nil }
	}
	return req
}

// sentBody is the body of a request, which tells what it is without being read.
type sentBody struct {
	strings.Reader
	text string
}

func newSentBody(text string) *sentBody {
	b := &sentBody{text: text}
	b.Reset(text)
	return b
}

// Close does nothing.
func (b *sentBody) Close() error { return nil }

// repeatable reports whether the request changes nothing, so that it may be sent again when nobody knows what
// became of it: a GET, a POST that stands for one, or a POST that only reads. A POST of these carries an empty
// Idempotency-Key, which net/http does not send, but reads as leave to replace a connection that the server
// had already closed.
func repeatable(req *http.Request) bool {
	return req.Method == http.MethodGet || exchangeOf(req).op.Reads
}

// fields are the members that the call names to Close.
func (c *core) fields(op *operation, call *Call) []string {
	if !op.Fields || c.whole(op) {
		return nil
	}
	return call.Fields
}

// whole reports whether the operation is asked for all members, because its answers are kept.
func (c *core) whole(op *operation) bool { return c.kept[op] > 0 && kinds[op.kind].whole() }

// Whole reports whether answers of an operation are kept, and asked for whole so that one serves all: it has all members,
// whichever a call wants, and a list is best read in pages as large as there are.
func (c *Client) Whole(operation string) bool {
	op, ok := operations()[operation]
	return ok && c.whole(op)
}

// body encodes the body of the call.
func (call *Call) body(op *operation) (string, error) {
	if call.Body == nil {
		return "", nil
	}
	if op.Method == http.MethodGet {
		return "", errors.New("a GET takes no body")
	}
	if raw, ok := call.Body.(json.RawMessage); ok {
		// The transport may still be sending when the call has returned, so it gets bytes of its own.
		return string(raw), nil
	}
	body, err := json.Marshal(call.Body)
	if err != nil {
		return "", fmt.Errorf("encode the body: %w", err)
	}
	return string(body), nil
}

// url fills in the path of the operation. The path that it returns beside has no base, and is decoded.
func (c *core) url(op *operation, vars []string) (*url.URL, string, error) {
	if len(vars) != len(op.vars) {
		return nil, "", fmt.Errorf("the path takes %d values, not %d", len(op.vars), len(vars))
	}
	target := *c.base
	plain := true
	for i, value := range vars {
		if op.vars[i] == "{object_type}" && isTyped(value) {
			continue
		}
		if reason := refuseSegment(value); reason != "" {
			return nil, "", fmt.Errorf("the value for %s in the path %s", op.vars[i], reason)
		}
		plain = plain && isUnreserved(value)
	}
	path := op.fill(c.base.Path, vars, nil)
	if !plain || c.base.RawPath != "" {
		target.RawPath = op.fill(c.base.EscapedPath(), vars, escapeVar)
	}
	target.Path = path
	return &target, path[len(c.base.Path):], nil
}

// typed are the kinds of objects that have types, each with custom fields of its own (Close docs: Custom Field
// Schemas, Shared Custom Fields).
var typed = []string{"activity", "custom_object", "custom_activity_type", "custom_object_type"}

// isTyped reports whether a value names one of the types of such a kind. The id is letters, digits and underscores, so
// that neither part can be anything else in a path.
func isTyped(value string) bool {
	kind, id, found := strings.Cut(value, "/")
	return found && slices.Contains(typed, kind) && id != "" && strings.Trim(id, wordCharacters) == ""
}

const wordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

// escapeVar escapes a value for a path. The slash of a typed kind stays; no other value has one.
func escapeVar(value string) string { return strings.ReplaceAll(url.PathEscape(value), "%2F", "/") }

// refuseSegment says why a value cannot be a segment of a path, or nothing.
func refuseSegment(value string) string {
	switch {
	case value == "":
		return "is empty"
	case value == ".", value == "..":
		return "must not be a step to another path"
	case strings.ContainsAny(value, `/\`):
		return "must not hold a slash"
	case hasControl(value):
		return "must not hold control characters"
	}
	return ""
}

// hasControl reports whether the text holds an ASCII control character.
func hasControl(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == 0x7f {
			return true
		}
	}
	return false
}
