package resolvers

import (
	"context"
	"encoding/json"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// groupMembers are the members of groups. Close gives them only with a group that is read by itself, and only by name (Close
// docs: Groups); so those of a row that has none are asked for.
func groupMembers(ctx context.Context, c projection.Computation) ([]any, error) {
	return eachByCall(ctx, c, func(ctx context.Context, group projection.Parent) (any, error) {
		if members := group.Raw("members"); len(members) > 0 && string(members) != "null" {
			return members, nil
		}
		doc, err := c.Close.Do(ctx, closeapi.Call{
			Operation: "GET /group/{id}/", Vars: []string{group.Text("id")}, Fields: []string{"id", "members"},
		})
		if err != nil {
			return nil, err
		}
		var answer struct {
			Members json.RawMessage `json:"members"`
		}
		if err := json.Unmarshal(doc.Body, &answer); err != nil || len(answer.Members) == 0 {
			return nil, err
		}
		return answer.Members, nil
	}), nil
}

// changeMembers puts a user into a group or takes one out. Close answers with no group, so that is read.
func (r *mutationResolver) changeMembers(ctx context.Context, id, userID string, call closeapi.Call) (*model.GroupPayload, error) {
	if errs := r.idErrors("Group", id); errs != nil {
		return &model.GroupPayload{UserErrors: errs}, nil
	}
	if err := r.Projection.CheckID("User", userID); err != nil {
		return &model.GroupPayload{UserErrors: userError(model.UserErrorCodeInvalid, err.Error(), "userId")}, nil
	}
	_, err := r.Projection.Do(ctx, call)
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.GroupPayload{UserErrors: errs}, err
	}
	group, err := r.Projection.Answer(ctx, "group").Object(ctx, id)
	return &model.GroupPayload{Group: group, UserErrors: errs}, err
}
