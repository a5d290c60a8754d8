package resolvers

import (
	"context"
	"maps"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/graph/model"
	"github.com/closegraph/closegraph/internal/projection"
)

// objectWords are what Close calls the objects of custom types in a path, before the id of the type.
type objectWords struct{ activity, object string }

// Associations have other words than schemas (Close docs: Shared Custom Fields, Custom Field Schemas).
var (
	associationWords = objectWords{"custom_activity_type", "custom_object_type"}
	schemaWords      = objectWords{"activity", "custom_object"}
)

// spell is an input CustomFieldObjects, of which exactly one field is given, as a variable of a path.
func (w objectWords) spell(input map[string]any) (string, error) {
	kind, _ := input["kind"].(string)
	for _, typed := range []struct{ field, word, prefix string }{
		{"customActivityTypeId", w.activity, "actitype_"}, {"customObjectTypeId", w.object, "cotype_"},
	} {
		id, given := input[typed.field].(string)
		switch {
		case given && !strings.HasPrefix(id, typed.prefix):
			return "", projection.BadInput("%s: %q is not the id of such a type; it begins with %s", typed.field, id, typed.prefix)
		case given:
			return typed.word + "/" + id, nil
		}
	}
	return strings.ToLower(kind), nil
}

// fieldsOf is the argument of of a mutation as a variable of a path, or what is wrong with it.
func fieldsOf(of model.CustomFieldObjects, words objectWords) (string, []*model.UserError, error) {
	input := map[string]any{}
	if kind := of.Kind.Value(); kind != nil {
		input["kind"] = string(*kind)
	}
	for name, id := range map[string]*string{"customActivityTypeId": of.CustomActivityTypeID.Value(), "customObjectTypeId": of.CustomObjectTypeID.Value()} {
		if id != nil {
			input[name] = *id
		}
	}
	if len(input) != 1 {
		return "", userError(model.UserErrorCodeInvalid, "give exactly one of kind, customActivityTypeId and customObjectTypeId", "of"), nil
	}
	text, err := words.spell(input)
	errs, err := inputErrors(err, "of")
	return text, errs, err
}

// orderFields is PUT /custom_field_schema/{object_type}/.
func (r *Resolver) orderFields(ctx context.Context, operation string, of model.CustomFieldObjects) (*projection.Value, []*model.UserError, error) {
	objectType, errs, err := fieldsOf(of, schemaWords)
	if len(errs) > 0 || err != nil {
		return nil, errs, err
	}
	body, errs := r.body(ctx)
	if len(errs) > 0 {
		return nil, errs, nil
	}
	value, errs, err := r.write(ctx, "customFieldSchema", closeapi.Call{Operation: operation, Vars: []string{objectType}, Body: body})
	return value, about(errs, "of", "id"), err
}

// associate is POST /custom_field/shared/{scf_id}/association/, whose body names the objects.
func (r *Resolver) associate(ctx context.Context, operation, fieldID string, of model.CustomFieldObjects) (*projection.Value, []*model.UserError, error) {
	objectType, errs, err := fieldsOf(of, associationWords)
	if errs = append(errs, customFieldErrors(fieldID, "fieldId")...); len(errs) > 0 || err != nil {
		return nil, errs, err
	}
	body, errs := r.body(ctx)
	if len(errs) > 0 {
		return nil, errs, nil
	}
	word, typeID, typed := strings.Cut(objectType, "/")
	objects := map[string]any{"object_type": word}
	if typed {
		objects[word+"_id"] = typeID
	}
	maps.Copy(body, objects)
	value, errs, err := r.write(ctx, "association", closeapi.Call{Operation: operation, Vars: []string{fieldID}, Body: body})
	for name := range objects {
		errs = about(errs, "of", "input", name)
	}
	return value, about(errs, "fieldId", "id"), err
}

// changeAssociation is PUT /custom_field/shared/{scf_id}/association/{object_type}/.
func (r *Resolver) changeAssociation(ctx context.Context, operation, fieldID string, of model.CustomFieldObjects) (*projection.Value, []*model.UserError, error) {
	objectType, errs, err := fieldsOf(of, associationWords)
	if err != nil {
		return nil, nil, err
	}
	body, wrongs := r.changes(ctx)
	if errs = append(append(errs, wrongs...), customFieldErrors(fieldID, "fieldId")...); len(errs) > 0 {
		return nil, errs, nil
	}
	value, errs, err := r.write(ctx, "association", closeapi.Call{Operation: operation, Vars: []string{fieldID, objectType}, Body: body})
	return value, about(errs, "fieldId", "id"), err
}

// dissociate is DELETE /custom_field/shared/{scf_id}/association/{object_type}/.
func (r *Resolver) dissociate(ctx context.Context, operation, fieldID string, of model.CustomFieldObjects) (*string, []*model.UserError, error) {
	objectType, errs, err := fieldsOf(of, associationWords)
	if errs = append(errs, customFieldErrors(fieldID, "fieldId")...); len(errs) > 0 || err != nil {
		return nil, errs, err
	}
	_, err = r.Projection.Do(ctx, closeapi.Call{Operation: operation, Vars: []string{fieldID, objectType}})
	if errs, err = r.userErrors(ctx, err); len(errs) > 0 || err != nil {
		return nil, about(errs, "fieldId", "id"), err
	}
	return &fieldID, errs, nil
}

// about makes of errors at a path errors about an argument.
func about(errs []*model.UserError, arg string, path ...string) []*model.UserError {
	for _, e := range errs {
		if strings.Join(e.Field, "/") == strings.Join(path, "/") {
			e.Field = []string{arg}
		}
	}
	return errs
}
