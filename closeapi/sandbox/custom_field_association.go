package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// associationInputs are the members of the body that associates a shared field with a kind of objects (Close docs: Shared Custom
// Fields).
var associationInputs = &resource{writing: &writing{inputs: []input{
	{name: "object_type", on: onCreate, required: true, check: oneOf("lead", "contact", "opportunity", "custom_activity_type", "custom_object_type")},
	{name: "custom_activity_type_id", on: onCreate, check: ref("custom_activity_type")},
	{name: "custom_object_type_id", on: onCreate, check: ref("custom_object_type")},
	{name: "editable_with_roles", on: onCreate | onUpdate, notNull: true, check: roleIDs},
	{name: "required", on: onCreate | onUpdate, notNull: true, check: yesOrNo},
}}}

// addAssociations declares what is done with the associations of shared fields, which have no ids.
func (a *api) addAssociations() {
	r := a.resources["custom_field_shared"]
	create := r.endpoint("write", associate)
	create.status = http.StatusCreated
	remove := r.endpoint("write", ofAssociation(func(w *write, def *object, scope fieldScope, _ []byte) ([]byte, *apiError) {
		w.st.dissociate(def, scope)
		return nil, nil
	}))
	remove.status = http.StatusNoContent
	a.add("/custom_field/shared/{id}/association/", map[string]*endpoint{http.MethodPost: create})
	a.add("/custom_field/shared/{id}/association/{sub}/", map[string]*endpoint{
		http.MethodGet: r.endpoint("read", ofAssociation(func(w *write, def *object, scope fieldScope, b []byte) ([]byte, *apiError) {
			return w.association(def, scope, b), nil
		})),
		http.MethodPut:    r.endpoint("write", ofAssociation(changeAssociation)),
		http.MethodDelete: remove,
	})
}

// associate is POST /custom_field/shared/{id}/association/.
func associate(c *call, b []byte) ([]byte, *apiError) {
	w := &write{c, c.s.store}
	def := w.st.get("custom_field_shared", c.id)
	if def == nil {
		return nil, notFound(c.id)
	}
	if refused := c.allowed(customizing); refused != nil {
		return nil, refused
	}
	values, refused := associationInputs.input(w, onCreate)
	if refused != nil {
		return nil, refused
	}
	preset(values, map[string]any{"editable_with_roles": []string{}, "required": false})
	kind := asText(values["object_type"])
	scope, typeMember := fieldScope{kind, ""}, kind+"_id"
	one := fields{{"object_type", kind}}
	if kind == "custom_activity_type" || kind == "custom_object_type" {
		if values[typeMember] == nil {
			return nil, refuseField(typeMember, textRequired)
		}
		scope.typeID = asText(values[typeMember])
		one = append(one, field{typeMember, scope.typeID})
	}
	if scope.associated(def) != nil {
		return nil, refuseField("object_type", "This association exists already.")
	}
	one = append(one, fields{{"editable_with_roles", values["editable_with_roles"]}, {"required", values["required"]}}...)
	associations, _ := def.values["associations"].([]fields)
	w.st.set(def, "associations", append(slices.Clone(associations), one))
	c.answers.Set("Location", c.base+"/api/v1/custom_field/shared/"+def.id+"/association/"+strings.TrimSuffix(kind+"/"+scope.typeID, "/")+"/")
	return w.association(def, scope, b), nil
}

// ofAssociation is an endpoint about one association, which its path names: "lead", or "custom_object_type/cotype_x".
func ofAssociation(handle func(w *write, def *object, scope fieldScope, b []byte) ([]byte, *apiError)) func(*call, []byte) ([]byte, *apiError) {
	return func(c *call, b []byte) ([]byte, *apiError) {
		w := &write{c, c.s.store}
		def := w.st.get("custom_field_shared", c.id)
		kind, typeID, typed := strings.Cut(c.sub, "/")
		scope := fieldScope{kind, typeID}
		if def == nil || scope.associated(def) == nil || typed != strings.HasPrefix(kind, "custom_") {
			return nil, notFound(c.sub)
		}
		if c.method != http.MethodGet {
			if refused := c.allowed(customizing); refused != nil {
				return nil, refused
			}
		}
		return handle(w, def, scope, b)
	}
}

func changeAssociation(w *write, def *object, scope fieldScope, b []byte) ([]byte, *apiError) {
	values, refused := associationInputs.input(w, onUpdate)
	if refused != nil {
		return nil, refused
	}
	w.st.touch(def)
	one := scope.associated(def)
	for i := range one {
		if value, given := values[one[i].name]; given {
			one[i].value = value
		}
	}
	return w.association(def, scope, b), nil
}

// association writes an association.
func (w *write) association(def *object, scope fieldScope, b []byte) []byte {
	v := w.c.view()
	return v.fields(b, scope.associated(def))
}

// dissociate takes an association from a shared field, and the values that it had there.
func (st *store) dissociate(def *object, scope fieldScope) {
	associations, _ := def.values["associations"].([]fields)
	st.set(def, "associations", slices.DeleteFunc(slices.Clone(associations), func(a fields) bool {
		return a.get("object_type") == scope.kind && (scope.typeID == "" || a.get(scope.kind+"_id") == scope.typeID)
	}))
	st.forgetValues(def, func(o *object) bool { return scopeOf(o.res.name, o.values) == scope })
}
