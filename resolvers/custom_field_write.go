package resolvers

import (
	"context"
	"slices"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// createCustomField makes a field of what owns it from the argument input.
func (r *Resolver) createCustomField(ctx context.Context, of model.CustomFieldOwner) (*projection.Value, []*model.UserError, error) {
	body, errs := r.body(ctx)
	if errs = append(errs, misplaced(of, body, true)...); len(errs) > 0 {
		return nil, errs, nil
	}
	return r.write(ctx, "customField", closeapi.Call{Operation: r.Projection.Operation(ctx), Body: body})
}

// updateCustomField changes a field by the argument input.
func (r *Resolver) updateCustomField(ctx context.Context, of model.CustomFieldOwner, id string) (*projection.Value, []*model.UserError, error) {
	body, errs := r.changes(ctx)
	errs = slices.Concat(errs, customFieldErrors(id, "id"), misplaced(of, body, false))
	if len(errs) > 0 {
		return nil, errs, nil
	}
	return r.write(ctx, "customField", closeapi.Call{Operation: r.Projection.Operation(ctx), Vars: []string{id}, Body: body})
}

// customFieldErrors are the errors of an argument that cannot be the id of a custom field.
func customFieldErrors(id, arg string) []*model.UserError {
	if isCustomFieldID(id) {
		return nil
	}
	return userError(model.UserErrorCodeInvalid, "this is not the id of a custom field; it begins with cf_", arg)
}

// misplaced finds members of the body of a custom field that fields of its owner do not take, or not in an update, and that
// Close would drop, or refuse; and the type that fields of custom types need (Close docs: Custom Fields).
func misplaced(of model.CustomFieldOwner, body map[string]any, making bool) []*model.UserError {
	activity, object := of == model.CustomFieldOwnerCustomActivity, of == model.CustomFieldOwnerCustomObject
	shared := of == model.CustomFieldOwnerShared
	var errs []*model.UserError
	for _, m := range []struct {
		wrong   bool
		message string
		field   string
	}{
		{has(body, "required") && shared, "that a shared field is required is said for each kind of objects, by its association", "required"},
		{has(body, "required") && !shared && !activity && !object, "only fields of custom activities and custom objects can be required", "required"},
		{has(body, "editable_with_roles") && shared, "who may change a shared field is said for each kind of objects, by its association", "editableWithRoleIds"},
		{body["type"] == "textarea" && !activity, "only custom activities have fields with rich text", "type"},
		{has(body, "type") && !making && (shared || activity || object), "the type can be changed of fields of leads, contacts and opportunities alone", "type"},
		{has(body, "accepts_multiple_values") && !making && shared, "how many values a shared field takes cannot be changed", "acceptsMultipleValues"},
		{making && activity && body["custom_activity_type_id"] == nil, "give the custom activity type that has the field", "customActivityTypeId"},
		{making && object && body["custom_object_type_id"] == nil, "give the custom object type that has the field", "customObjectTypeId"},
		{has(body, "custom_activity_type_id") && !activity, "only fields of custom activities have a custom activity type", "customActivityTypeId"},
		{has(body, "custom_object_type_id") && !object, "only fields of custom objects have a custom object type", "customObjectTypeId"},
	} {
		if m.wrong {
			errs = append(errs, userError(model.UserErrorCodeInvalid, m.message, "input", m.field)...)
		}
	}
	return errs
}

// has reports whether a body has a member, be it null.
func has(body map[string]any, name string) bool {
	_, has := body[name]
	return has
}

// valuesOfType wants of a new field what its type has (Close docs: Custom Fields).
func valuesOfType(input map[string]any) []projection.Fault {
	var faults []projection.Fault
	kind, _ := input["type"].(string)
	several := []string{"CHOICES", "USER", "CONTACT", "CUSTOM_OBJECT"}
	if input["acceptsMultipleValues"] == true && !slices.Contains(several, kind) {
		faults = append(faults, wrong("only fields of the types CHOICES, USER, CONTACT and CUSTOM_OBJECT take several values", "acceptsMultipleValues")...)
	}
	if input["choices"] != nil && kind != "CHOICES" {
		faults = append(faults, wrong("only fields of the type CHOICES have choices", "choices")...)
	}
	for _, name := range []string{"referencedTypeId", "backReferenceIsVisible"} {
		if input[name] != nil && kind != "CUSTOM_OBJECT" {
			faults = append(faults, wrong("only fields of the type CUSTOM_OBJECT lead to custom objects", name)...)
		}
	}
	return faults
}
