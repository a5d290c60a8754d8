package resolvers

import (
	"context"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
)

// mergeLeads moves everything from one lead into another. Close answers with nothing, so the destination is read.
func (r *mutationResolver) mergeLeads(ctx context.Context, destination string) (*model.LeadPayload, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return &model.LeadPayload{UserErrors: errs}, nil
	}
	_, err := r.Projection.Do(ctx, closeapi.Call{Operation: "POST /lead/merge/", Body: body})
	errs, err = r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.LeadPayload{UserErrors: errs}, err
	}
	lead, err := r.Projection.Answer(ctx, "lead").Object(ctx, destination)
	return &model.LeadPayload{Lead: lead, UserErrors: errs}, err
}
