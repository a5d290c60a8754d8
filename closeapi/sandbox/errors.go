package sandbox

import (
	"maps"
	"net/http"
	"strings"
)

// An apiError is a refusal in one of the shapes that Close uses (Close docs: status codes).
type apiError struct {
	status int
	body   fields
	header http.Header
}

// fieldErrors are the texts, or nested refusals, of one body, by member.
type fieldErrors map[string]any

func (e *apiError) answer() *answer {
	var v view
	a := newAnswer(e.status, v.value(nil, e.body))
	maps.Copy(a.header, e.header)
	return a
}

// refuse is the shape of refusals by the framework: {"error": text}.
func refuse(status int, text string) *apiError {
	return &apiError{status: status, body: fields{{"error", text}}}
}

// refuseFields is the shape of refusals by validation: {"errors": [], "field-errors": {name: text}}.
func refuseFields(errs fieldErrors) *apiError {
	return &apiError{status: http.StatusBadRequest, body: formErrors(errs)}
}

func refuseField(name, text string) *apiError { return refuseFields(fieldErrors{name: text}) }

// refuseAll is validation's refusal of a request as a whole: {"errors": [text], "field-errors": {}}.
func refuseAll(text string) *apiError {
	return &apiError{status: http.StatusBadRequest, body: fields{{"errors", []any{text}}, {"field-errors", fields{}}}}
}

func formErrors(errs fieldErrors) fields {
	return fields{{"errors", []any{}}, {"field-errors", map[string]any(errs)}}
}

// listErrors is the shape of refusals of sub-objects in a list, keyed by their index.
func listErrors(byIndex map[string]any) fields { return fields{{"errors", byIndex}} }

// Texts of Close's framework and validators (flask-mongorest, cleancat, Pydantic).
const (
	textUnknownURL = "The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again."
	textBadJSON    = "The request contains invalid JSON."
	textSendJSON   = "Please send valid JSON with a 'Content-Type: application/json' header."
	textNotDict    = "JSON data must be a dict."
	textChunked    = "Chunked Transfer-Encoding is not supported."
	textRequired   = "This field is required."
	textNoObject   = "Object does not exist."
	textNoChoice   = "Not a valid choice."
	textFixed      = "Value cannot be changed."
	textExtra      = "Extra inputs are not permitted"
	textOnlyApps   = "This can only be done by OAuth apps."
)

func notFound(id string) *apiError {
	return refuse(http.StatusNotFound, "Empty query: {'id': '"+strings.ReplaceAll(id, "'", "")+"'}")
}
