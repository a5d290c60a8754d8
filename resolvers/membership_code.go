package resolvers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// pinnedViews are what users pinned to the sidebar: a call for each membership (Close docs: Memberships).
func pinnedViews(ctx context.Context, c projection.Computation) ([]any, error) {
	return eachByCall(ctx, c, func(ctx context.Context, membership projection.Parent) (any, error) {
		doc, err := c.Close.Do(ctx, closeapi.Call{
			Operation: "GET /membership/{id}/pinned_views/", Vars: []string{membership.Text("id")},
		})
		if err == nil && !json.Valid(doc.Body) {
			err = errors.New("Close sent pinned views that cannot be read")
		}
		if err != nil {
			return nil, err
		}
		return json.RawMessage(doc.Body), nil
	}), nil
}

// maxMemberships is how many memberships are changed at a time; Close publishes no number.
const maxMemberships = 1000

// updateMemberships changes many memberships alike. Close answers how many there were.
func (r *mutationResolver) updateMemberships(ctx context.Context, ids []string) (*model.MembershipsUpdatePayload, error) {
	refuse := func(message string, path ...string) (*model.MembershipsUpdatePayload, error) {
		return &model.MembershipsUpdatePayload{UserErrors: userError(model.UserErrorCodeInvalid, message, path...)}, nil
	}
	switch {
	case len(ids) == 0:
		return refuse("give at least one id", "ids")
	case len(ids) > maxMemberships:
		return refuse(fmt.Sprintf("%d are too many; %d at most", len(ids), maxMemberships), "ids")
	}
	for i, id := range ids {
		if err := r.Projection.CheckID("Membership", id); err != nil {
			return refuse(err.Error(), "ids", strconv.Itoa(i))
		}
	}
	body, errs := r.changes(ctx)
	if errs != nil {
		return &model.MembershipsUpdatePayload{UserErrors: errs}, nil
	}
	body["_params"] = map[string]string{"id__in": strings.Join(ids, ",")}
	doc, err := r.Projection.Do(ctx, closeapi.Call{Operation: "PUT /membership/", Body: body})
	errs, err = r.userErrors(ctx, err)
	if err != nil || len(errs) > 0 {
		return &model.MembershipsUpdatePayload{UserErrors: errs}, err
	}
	var answer struct {
		Count *int `json:"count"`
	}
	if err := json.Unmarshal(doc.Body, &answer); err != nil {
		return nil, fmt.Errorf("read how many memberships were changed: %w", err)
	}
	return &model.MembershipsUpdatePayload{Count: answer.Count, UserErrors: errs}, nil
}
