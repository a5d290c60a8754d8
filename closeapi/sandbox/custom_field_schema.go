package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// schemaNames are what Close calls the kinds of objects that have no types.
var schemaNames = map[string]string{"lead": "Lead", "contact": "Contact", "opportunity": "Opportunity"}

// schemaInputs are the members of the body that puts fields into an order.
var schemaInputs = &resource{writing: &writing{inputs: []input{
	{name: "fields", on: onUpdate, notNull: true, check: items(maxBulk, fieldByID)},
}}}

// addSchemas declares /custom_field_schema/{object_type}/: all fields of one kind of objects, in their order (Close docs: Custom
// Field Schemas).
func (a *api) addSchemas() {
	for _, template := range []string{"{id}/", "activity/{id}/", "custom_object/{id}/"} {
		a.add("/custom_field_schema/"+template, map[string]*endpoint{
			http.MethodGet: {group: "other read", status: http.StatusOK, handle: readSchema},
			http.MethodPut: {group: "other write", status: http.StatusOK, handle: orderSchema, writes: true},
		})
	}
}

// schemaOf is the scope that the path of a call names, with its name; "" when there is none.
func (c *call) schemaOf() (scope fieldScope, objectType, name string) {
	objectType = strings.TrimSuffix(strings.TrimPrefix(c.path, "/custom_field_schema/"), "/")
	kind, id, typed := strings.Cut(objectType, "/")
	if !typed {
		return fieldScope{objectType, ""}, objectType, schemaNames[objectType]
	}
	scope = fieldScope{map[string]string{"activity": "custom_activity_type", "custom_object": "custom_object_type"}[kind], id}
	if o := c.s.store.get(scope.kind, id); o != nil {
		name = o.str("name")
	}
	return scope, objectType, name
}

func readSchema(c *call, b []byte) ([]byte, *apiError) {
	scope, objectType, name := c.schemaOf()
	if name == "" {
		return nil, notFound(c.id)
	}
	v := c.view()
	return v.fields(b, fields{
		{"name", name}, {"object_type", objectType}, {"organization_id", v.st.organization}, {"fields", v.st.customFields(scope)},
	}), nil
}

func orderSchema(c *call, b []byte) ([]byte, *apiError) {
	scope, _, name := c.schemaOf()
	if name == "" {
		return nil, notFound(c.id)
	}
	if refused := c.allowed(customizing); refused != nil {
		return nil, refused
	}
	w := &write{c, c.s.store}
	values, refused := schemaInputs.input(w, onUpdate)
	if refused != nil {
		return nil, refused
	}
	ids, _ := values["fields"].([]any)
	has := w.st.customFields(scope)
	for _, id := range ids {
		if !slices.ContainsFunc(has, func(def *object) bool { return def.id == id }) {
			return nil, refuseField("fields", textNoObject)
		}
	}
	w.st.orderFields(scope, ids)
	return readSchema(c, b)
}
