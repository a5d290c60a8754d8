package gateway

import (
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/graph"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// reply is where the answer to a GraphQL request goes, and what is told of it.
type reply struct {
	w     http.ResponseWriter
	r     *http.Request
	media string // of the answer
	as    coding // of the answer
	told  *telemetry.Request
}

// found is what came of a request: an answer, or why there is none. Several requests may have the same, so nobody changes it.
type found struct {
	resp      *graphql.Response
	refused   error  // instead of resp
	kind      string // query, mutation or subscription; empty when it is not known
	operation string // the name of the operation, where it has one
	late      bool   // the time for it was over
	// compressed is the answer as those get it who take it compressed; nil when it is nobody else's, so that its memory is
	// given back once it is written.
	compressed *compressedOnce
}

// runs notes which operation is run.
func (to reply) runs(f found) {
	to.told.Runs(f.kind)
	if rec, ok := to.w.(*recorder); ok {
		rec.operation, rec.kind = f.operation, f.kind
	}
}

// deliver writes what was found.
func (to reply) deliver(f found) {
	if f.late {
		to.told.Hit(string(limitTime))
	}
	if f.refused != nil {
		to.refuse(f.refused)
		return
	}
	to.write(f.resp, f.compressed)
	if f.compressed == nil {
		graph.Release(f.resp.Data)
	}
}

// write picks the status. In application/json every answer to a well-formed request is 200, since a client cannot
// tell who wrote any other; in application/graphql-response+json an answer without data has a status that says why.
func (to reply) write(resp *graphql.Response, once *compressedOnce) {
	status := http.StatusOK
	if to.media == mediaGraphQL && len(resp.Data) == 0 {
		status = statusWithoutData(resp.Errors)
	}
	to.told.Hit(string(limitOf(resp.Errors)))
	to.told.Answered(to.outcome(resp), status)
	writeAnswer(to.w, to.as, once, to.media, status, resp)
}

// refuse writes why the request was turned down. What is not a refusal is not for the client's eyes.
func (to reply) refuse(err error) {
	outcome := telemetry.Refused
	refused, ok := errors.AsType[*refusal](err)
	if !ok {
		outcome = telemetry.Failed
		refused = &refusal{Status: http.StatusInternalServerError, Code: codeInternal, Message: "something went wrong here"}
	}
	to.told.Hit(string(refused.Limit))
	to.told.Answered(outcome, refused.Status)
	writeRefusal(to.w, to.media, refused)
}

// outcome is what an answer amounts to.
func (to reply) outcome(resp *graphql.Response) telemetry.Outcome {
	noData := len(resp.Data) == 0 || string(resp.Data) == "null"
	switch {
	case to.r.Context().Err() != nil:
		return telemetry.Canceled
	case noData && statusWithoutData(resp.Errors) >= http.StatusInternalServerError:
		return telemetry.Failed
	case noData:
		return telemetry.Refused
	case len(resp.Errors) > 0:
		return telemetry.Partial
	}
	return telemetry.OK
}
