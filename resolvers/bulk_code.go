package resolvers

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// finished are the statuses of work that has come to its end (Close docs: Bulk Actions, Exports).
var finished = []string{"done", "error"}

// workDone tells whether bulk actions and exports have come to their end.
func workDone(_ context.Context, c projection.Computation) ([]any, error) {
	done := make([]any, len(c.Parents))
	for i, work := range c.Parents {
		if status := work.Text("status"); status != "" {
			done[i] = slices.Contains(finished, status)
		}
	}
	return done, nil
}

// workProgress makes the Compute of how far bulk actions or exports are, from the members that count their objects.
func workProgress(total, processed string) projection.Compute {
	return func(_ context.Context, c projection.Computation) ([]any, error) {
		progress := make([]any, len(c.Parents))
		for i, work := range c.Parents {
			progress[i] = 0
			all, done := number(work.Raw(total)), number(work.Raw(processed))
			switch {
			case work.Text("status") == "done":
				progress[i] = 1
			case all > 0 && done > 0:
				progress[i] = min(done/all, 1)
			}
		}
		return progress, nil
	}
}

// number is a number of JSON, 0 for what is none.
func number(raw json.RawMessage) float64 {
	var n float64
	if json.Unmarshal(raw, &n) != nil {
		return 0
	}
	return n
}

// bulkActionTypes are the types of bulk actions, by what their ids begin with.
var bulkActionTypes = map[string]string{
	"bulkedit": "BulkEdit", "bulkdelete": "BulkDelete", "bulkemail": "BulkEmail", "bulkseqsub": "BulkSequenceSubscription",
}

// eventBulkActions are the bulk actions that did what events tell of.
func eventBulkActions(metas []projection.Parent) []projection.Reference {
	refs := make([]projection.Reference, len(metas))
	for i, meta := range metas {
		id := meta.Text("bulk_action_id")
		prefix, _, _ := strings.Cut(id, "_")
		if typ := bulkActionTypes[prefix]; typ != "" {
			refs[i] = projection.Reference{Type: typ, ID: id}
		}
	}
	return refs
}

// begin begins work on what a search finds: input.search becomes the members in which Close takes it. Unless it may take
// all objects of a kind, it has to say which ones.
func (r *Resolver) begin(ctx context.Context, operation, field string, all bool) (*projection.Value, []*model.UserError, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	if given, ok := body["s_query"].(map[string]any); ok {
		err := bulkSearch(given, body)
		if !all && given["where"] == nil && given["query"] == nil && given["limit"] == nil {
			err = errors.New(`say which objects in where; to take all of a kind, give query: {"type": "object_type", "object_type": ...}`)
		}
		if err != nil {
			return nil, userError(model.UserErrorCodeInvalid, err.Error(), "input", "search"), nil
		}
	}
	return r.write(ctx, field, closeapi.Call{Operation: operation, Body: body})
}

// bulkSearch turns a BulkSearchInput, which has Close's names already, into members of a body (Close docs: Bulk Actions).
func bulkSearch(given, body map[string]any) error {
	s, err := searchFor(given, projection.Parent{})
	if err != nil {
		return err
	}
	body["s_query"] = s.Query
	if given["order_by"] != nil {
		body["sort"] = s.Order.Form()
	}
	if s.Limit > 0 {
		body["results_limit"] = s.Limit
	}
	return nil
}

// pause and resume change how a bulk action goes on.
func (r *Resolver) pause(ctx context.Context, operation, typeName, id, field string) (*projection.Value, []*model.UserError, error) {
	return r.change(ctx, operation, typeName, id, field, map[string]any{"status": "paused"})
}

func (r *Resolver) resume(ctx context.Context, operation, typeName, id, field string) (*projection.Value, []*model.UserError, error) {
	return r.change(ctx, operation, typeName, id, field, map[string]any{"status": "resuming"})
}

// exportOpportunities begins an export of the opportunities that a filter chooses.
func (r *mutationResolver) exportOpportunities(ctx context.Context) (*projection.Value, []*model.UserError, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	params, err := r.Projection.Filter(ctx, "filter")
	if err != nil {
		errs, err := inputErrors(err, "filter")
		return nil, errs, err
	}
	if len(params) > 0 {
		body["params"] = params
	}
	return r.write(ctx, "export", closeapi.Call{Operation: "POST /export/opportunity/", Body: body})
}

// checkSequenceSubscriptions refuses what Close refuses: all runs through all sequences (Close docs: Sequence
// Subscriptions).
func checkSequenceSubscriptions(filter map[string]any) error {
	if filter["sequenceId"] == nil && filter["contactId"] == nil && filter["leadId"] == nil {
		return errors.New("give at least one of sequenceId, contactId and leadId")
	}
	return nil
}
