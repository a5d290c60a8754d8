package sandbox

import (
	"slices"
	"strings"
)

// The kinds of custom fields: each is a resource with a path of its own, all in one space of ids
// (Close docs: Custom Fields).
var customFieldKinds = []string{"lead", "contact", "opportunity", "activity", "custom_object_type", "shared"}

func customFieldResources() []*resource {
	var rs []*resource
	for _, kind := range customFieldKinds {
		rs = append(rs, &resource{
			name: "custom_field_" + kind, path: "/custom_field/" + kind + "/", group: "other", read: true,
			noFields: kind == "custom_object_type",
			members:  customFieldMembers(kind),
			list:     &listing{maxLimit: 1000, maxSkip: defaultMaxSkip, oldestFirst: true},
			writing:  customFieldWriting(kind),
		})
	}
	return rs
}

func customFieldMembers(kind string) []*memberDef {
	ms := slices.Concat(
		[]*memberDef{idMember()}, stored("name", "description", "type", "choices", "accepts_multiple_values"),
		[]*memberDef{constant("is_shared", kind == "shared")},
		stored("referenced_custom_type_id", "back_reference_is_visible"),
		[]*memberDef{organizationMember()},
		authorship(false),
		[]*memberDef{onRequest("converting_to_type", func(*view, *object) any { return nil })}, // none ever runs
	)
	switch kind {
	case "shared":
		return append(ms, stored("associations")...)
	case "activity":
		ms = append(ms, stored("custom_activity_type_id", "required")...)
	case "custom_object_type":
		ms = append(ms, stored("custom_object_type_id", "required")...)
	}
	return append(ms, stored("editable_with_roles")...)
}

// addCustomField makes a definition; its id comes out of the one space of ids.
func (st *store) addCustomField(kind string, values map[string]any) *object {
	n := 0
	for _, other := range customFieldKinds {
		n += st.tables["custom_field_"+other].made
	}
	for name, preset := range map[string]any{
		"description": nil, "choices": nil, "accepts_multiple_values": false, "editable_with_roles": []string{},
		"referenced_custom_type_id": nil, "back_reference_is_visible": nil, "required": false, "associations": []fields{},
	} {
		if _, given := values[name]; !given {
			values[name] = preset
		}
	}
	return st.insert("custom_field_"+kind, makeID("custom_field", "cf_", n, 43), values)
}

// A fieldScope is a kind of objects that has custom fields: "lead", "contact", "opportunity", "call", or the objects of one
// custom type, "custom_activity_type" or "custom_object_type".
type fieldScope struct{ kind, typeID string }

// scopeOf is the scope of an object, or of a new one with these values.
func scopeOf(resource string, values map[string]any) fieldScope {
	for _, kind := range []string{"custom_object_type", "custom_activity_type"} {
		if id, ok := values[kind+"_id"].(string); ok {
			return fieldScope{kind, id}
		}
	}
	return fieldScope{resource, ""}
}

// customFields are the definitions that a scope has, in their order: unless somebody put them into another one, its own come
// before the shared ones.
func (st *store) customFields(scope fieldScope) []*object {
	kind := scope.kind
	if kind == "custom_activity_type" {
		kind = "activity"
	}
	var all []*object
	if t := st.tables["custom_field_"+kind]; t != nil {
		for _, o := range t.all {
			if scope.typeID == "" || o.str(scope.kind+"_id") == scope.typeID {
				all = append(all, o)
			}
		}
	}
	for _, o := range st.tables["custom_field_shared"].all {
		if scope.kind == "call" || scope.associated(o) != nil { // calls take any: nothing is associated with them
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all, func(a, b *object) int { return st.fieldPlace(scope, a) - st.fieldPlace(scope, b) })
	return all
}

// fieldPlace is the place of a field in its scope; fields that have none come last.
func (st *store) fieldPlace(scope fieldScope, field *object) int {
	if place := slices.Index(st.fieldOrder[scope], field.id); place >= 0 {
		return place
	}
	return len(st.fieldOrder[scope])
}

// orderFields puts the fields of a scope into an order; those that it leaves out come behind, and what it does not have is passed
// over.
func (st *store) orderFields(scope fieldScope, ids []any) {
	has := st.customFields(scope)
	var order []string
	for _, id := range ids {
		if slices.ContainsFunc(has, func(field *object) bool { return field.id == id }) {
			order = append(order, asText(id))
		}
	}
	for _, field := range has {
		if !slices.Contains(order, field.id) {
			order = append(order, field.id)
		}
	}
	st.fieldOrder[scope] = order
}

// fieldByID accepts {"id": ...}, where ids are looked at when they are put to use.
func fieldByID(w *write, v map[string]any) (any, fieldErrors) {
	if id, refusal := someText(w, v["id"]); refusal == nil {
		return id, nil
	}
	return nil, fieldErrors{"id": textRequired}
}

// associated is the association of a shared field with the scope; nil when there is none.
func (scope fieldScope) associated(field *object) fields {
	associations, _ := field.values["associations"].([]fields)
	for _, a := range associations {
		if a.get("object_type") == scope.kind && (scope.typeID == "" || a.get(scope.kind+"_id") == scope.typeID) {
			return a
		}
	}
	return nil
}

// required tells whether objects of the scope cannot be without the field.
func (scope fieldScope) required(field *object) bool {
	if a := scope.associated(field); a != nil {
		return a.get("required") == true
	}
	return field.is("required")
}

// customField finds the definition that a member of a body means: "custom.cf_x", or by the older way its name. It is
// nil when the scope has no such field.
func (st *store) customField(scope fieldScope, member string) *object {
	key := strings.TrimPrefix(member, "custom.")
	for _, o := range st.customFields(scope) {
		if o.id == key || o.str("name") == key {
			return o
		}
	}
	return nil
}

// typeFields are the fields of a custom type as its object shows them (Close docs: Custom Object Types).
func (st *store) typeFields(scope fieldScope) []fields {
	list := []fields{}
	for _, o := range st.customFields(scope) {
		list = append(list, typeField(o, scope))
	}
	return list
}

func typeField(o *object, scope fieldScope) fields {
	roles := o.values["editable_with_roles"]
	if a := scope.associated(o); a != nil {
		roles = a.get("editable_with_roles")
	}
	f := fields{
		{"id", o.id}, {"name", o.values["name"]}, {"description", o.values["description"]}, {"type", o.values["type"]},
		{"required", scope.required(o)}, {"accepts_multiple_values", o.values["accepts_multiple_values"]},
		{"editable_with_roles", roles}, {"converting_to_type", nil}, {"is_shared", o.res.name == "custom_field_shared"},
		{"referenced_custom_type_id", o.values["referenced_custom_type_id"]},
		{"back_reference_is_visible", o.values["back_reference_is_visible"]},
	}
	if o.str("type") == "choices" {
		f = append(f, field{"choices", o.values["choices"]})
	}
	return f
}
