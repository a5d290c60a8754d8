package resolvers

import (
	"context"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
)

// unmapSchedulingLink removes what a shared link becomes for a user. What Close answers is not documented, so it is not
// read.
func (r *mutationResolver) unmapSchedulingLink(ctx context.Context, link string) (*string, []*model.UserError, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	_, err := r.Projection.Do(ctx, closeapi.Call{Operation: "POST /shared_scheduling_link_association/unmap/", Body: body})
	if closeapi.IsNotFound(err) {
		return nil, notFound("input"), nil
	}
	errs, err = r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return nil, errs, err
	}
	return &link, errs, nil
}
