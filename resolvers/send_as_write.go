package resolvers

import (
	"context"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
)

// revokeSendAs takes a permission back by its users, which stand in the query of a DELETE (Close docs: Send As).
func (r *mutationResolver) revokeSendAs(ctx context.Context, allowing, allowed string) (*model.SendAsRevokePayload, error) {
	for _, user := range [][2]string{{"allowingUserId", allowing}, {"allowedUserId", allowed}} {
		if err := r.Projection.CheckID("User", user[1]); err != nil {
			return &model.SendAsRevokePayload{UserErrors: userError(model.UserErrorCodeInvalid, err.Error(), user[0])}, nil
		}
	}
	_, err := r.Projection.Do(ctx, closeapi.Call{
		Operation: "DELETE /send_as/", Params: map[string]string{"allowing_user_id": allowing, "allowed_user_id": allowed},
	})
	if closeapi.IsNotFound(err) {
		return &model.SendAsRevokePayload{UserErrors: notFound("allowedUserId")}, nil
	}
	errs, err := r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.SendAsRevokePayload{UserErrors: errs}, err
	}
	return &model.SendAsRevokePayload{DisallowedUserID: &allowed, UserErrors: errs}, nil
}

// updateSendAs changes permissions for many users. Close answers with all that the caller gives.
func (r *mutationResolver) updateSendAs(ctx context.Context) (*model.SendAsUsersPayload, error) {
	body, errs := r.changes(ctx)
	if errs != nil {
		return &model.SendAsUsersPayload{UserErrors: errs}, nil
	}
	doc, err := r.Projection.Do(ctx, closeapi.Call{Operation: "POST /send_as/bulk/", Body: body})
	errs, err = r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.SendAsUsersPayload{UserErrors: errs}, err
	}
	all, err := r.Projection.Answer(ctx, "sendAs").List(ctx, doc)
	return &model.SendAsUsersPayload{SendAs: all, UserErrors: errs}, err
}
