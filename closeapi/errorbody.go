package closeapi

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// refusal turns an answer that is no success into an error.
func (c *Client) refusal(method, path string, resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody)) // what can be had is enough
	e := &Error{Status: resp.StatusCode, Method: method, Path: path}
	reader := errorReader{e: e, redact: c.caller.Credential.redact}
	reader.read(body)
	if e.Message == "" && len(e.Errors) > 0 {
		e.Message = e.Errors[0]
	}
	if e.Message == "" {
		e.Message = statusName(e.Status)
		if e.Status >= 300 && e.Status < 400 {
			e.Message = "a redirect, which is not followed"
		}
	}
	wait, told := retryHeader(e.Status, resp.Header)
	if !told && e.Status == http.StatusTooManyRequests {
		wait, _ = retryBody(body)
	}
	e.RetryAfter = wait
	return e
}

// errorReader reads the bodies of Close's errors, which come in these shapes, alone or together (observed):
//
//	{"error": "text"}
//	{"error": {"message": "text", …}}                  a 429 of old
//	{"status": "word", "error": "text"}                renting a phone number
//	{"errors": ["text"], "field-errors": {"name": "text"}}
//	{"field-errors": {"contacts": {"errors": {"0": {"errors": [], "field-errors": {"emails": "text"}}}}}}
//
// Anything else, JSON or not, says nothing that could be trusted to be meant for the caller.
type errorReader struct {
	e      *Error
	redact func(string) string
}

// maxFieldErrors is how many errors are kept; more help nobody.
const maxFieldErrors = 100

// maxDepth is how deep field errors are followed; Close's are at most a few lists deep.
const maxDepth = 32

// read fills in the error from the body.
func (r *errorReader) read(body []byte) {
	var answer struct {
		Error       any `json:"error"`
		Status      any `json:"status"`
		Errors      any `json:"errors"`
		FieldErrors any `json:"field-errors"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return
	}
	r.e.Message = r.message(answer.Error)
	if word, ok := answer.Status.(string); ok {
		r.e.Reason = r.clean(word)
	}
	if list, ok := answer.Errors.([]any); ok {
		for i, item := range list {
			if text := r.message(item); text == "" {
				r.walk([]string{strconv.Itoa(i)}, item)
			} else if len(r.e.Errors) < maxFieldErrors {
				r.e.Errors = append(r.e.Errors, text)
			}
		}
	} else {
		r.walk(nil, answer.Errors)
	}
	r.walk(nil, answer.FieldErrors)
}

// message returns a text, or the message of an object that has one.
func (r *errorReader) message(value any) string {
	if object, ok := value.(map[string]any); ok {
		value = object["message"]
	}
	text, _ := value.(string)
	return r.clean(text)
}

// walk adds the texts below path. The members "errors" and "field-errors" of an object inside group what
// follows, and are no steps of the path.
func (r *errorReader) walk(path []string, value any) {
	if len(path) > maxDepth || len(r.e.FieldErrors) >= maxFieldErrors {
		return
	}
	switch value := value.(type) {
	case string:
		if text := r.clean(value); text != "" {
			r.e.FieldErrors = append(r.e.FieldErrors, FieldError{Path: path, Message: text})
		}
	case []any:
		for i, item := range value {
			if _, ok := item.(string); ok { // several texts about one field
				r.walk(path, item)
			} else {
				r.walk(join(path, strconv.Itoa(i)), item)
			}
		}
	case map[string]any:
		for _, name := range slices.SortedFunc(maps.Keys(value), naturally) {
			if len(path) > 0 && (name == "errors" || name == "field-errors") {
				r.walk(path, value[name])
			} else {
				r.walk(join(path, name), value[name])
			}
		}
	}
}

// join returns a path one step longer, in memory of its own.
func join(path []string, step string) []string {
	return append(slices.Clone(path), excerpt(step))
}

// naturally orders numbers by value, before all other texts.
func naturally(a, b string) int {
	i, errA := strconv.Atoi(a)
	j, errB := strconv.Atoi(b)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(i, j)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// clean makes a text of Close fit to be shown.
func (r *errorReader) clean(text string) string { return excerpt(r.redact(text)) }

// maxExcerpt is the length of an excerpt, in characters.
const maxExcerpt = 300

// excerpt returns the beginning of a text on one line, without characters that cannot be seen.
func excerpt(text string) string {
	var line strings.Builder
	length, blank := 0, false
	for _, char := range text {
		switch {
		case unicode.IsSpace(char):
			blank = length > 0
			continue
		case !unicode.IsPrint(char):
			continue
		case length >= maxExcerpt:
			return line.String() + "…"
		}
		if blank {
			line.WriteByte(' ')
			length, blank = length+1, false
		}
		line.WriteRune(char)
		length++
	}
	return line.String()
}
