package resolvers

import (
	"context"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// enrichedTypes are the objects whose fields AI can fill, by what their ids begin with, as Close and as the schema names
// them (Close docs: Field Enrichment).
var enrichedTypes = map[string]struct{ close, schema string }{"lead": {"lead", "Lead"}, "cont": {"contact", "Contact"}}

// enrichedObjects are the objects whose fields AI filled.
func enrichedObjects(enrichments []projection.Parent) []projection.Reference {
	refs := make([]projection.Reference, len(enrichments))
	for i, enrichment := range enrichments {
		for _, typ := range enrichedTypes {
			if enrichment.Text("object_type") == typ.close {
				refs[i] = projection.Reference{Type: typ.schema, ID: enrichment.Text("object_id")}
			}
		}
	}
	return refs
}

// enrich has AI fill a field. Close wants the organization too, which is the caller's own.
func (r *mutationResolver) enrich(ctx context.Context) (*projection.Value, []*model.UserError, error) {
	body, errs := r.body(ctx)
	if errs != nil {
		return nil, errs, nil
	}
	id, _ := body["object_id"].(string)
	prefix, _, _ := strings.Cut(id, "_")
	typ, ok := enrichedTypes[prefix]
	if !ok {
		return nil, userError(model.UserErrorCodeInvalid, "give the id of a lead or of a contact", "input", "objectId"), nil
	}
	body["object_type"] = typ.close
	if body["organization_id"] == nil {
		organization, err := callersOrganization(ctx, r.Projection)
		if err != nil {
			return nil, []*model.UserError{}, err
		}
		body["organization_id"] = organization
	}
	return r.write(ctx, "enrichment", closeapi.Call{Operation: "POST /enrich_field/", Body: body})
}
