package resolvers

import (
	"context"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
)

// statusErrors refuse a status that is named in both ways; Close takes one of them (Close docs: Leads).
func statusErrors(label, id *string) []*model.UserError {
	if label == nil || id == nil {
		return nil
	}
	return userError(model.UserErrorCodeInvalid, "give the status by its label or by its id, not both", "input", "status")
}

// mergeLeads moves everything from one lead into another. Close answers with nothing, so the destination is read.
func (r *mutationResolver) mergeLeads(ctx context.Context, source, destination string) (*model.LeadPayload, error) {
	for name, id := range map[string]string{"source": source, "destination": destination} {
		if err := r.Projection.CheckID("Lead", id); err != nil {
			return &model.LeadPayload{UserErrors: userError(model.UserErrorCodeInvalid, err.Error(), "input", name)}, nil
		}
	}
	if source == destination {
		errs := userError(model.UserErrorCodeInvalid, "a lead cannot be merged with itself", "input", "destination")
		return &model.LeadPayload{UserErrors: errs}, nil
	}
	body, err := r.Projection.Body(ctx, "input")
	if err != nil {
		return nil, err
	}
	_, err = r.Projection.Do(ctx, closeapi.Call{Operation: "POST /lead/merge/", Body: body})
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.LeadPayload{UserErrors: errs}, err
	}
	lead, err := r.Projection.Answer(ctx, "lead").Object(ctx, destination)
	return &model.LeadPayload{Lead: lead, UserErrors: errs}, err
}
