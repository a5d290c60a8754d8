package sandbox

import (
	"slices"
	"strings"
	"time"
)

// customActivityTypeResource are the types of custom activities, with their fields (Close docs: Custom Activity Types).
func customActivityTypeResource() *resource {
	r := customTypeResource("custom_activity_type", "/custom_activity/", "actitype_", "custom_activity")
	r.members = append(r.members, stored("is_archived")...)
	r.writing.inputs = append(r.writing.inputs,
		input{name: "is_archived", on: onUpdate, notNull: true, check: yesOrNo},
		input{name: "fields", on: onUpdate, notNull: true, check: items(maxBulk, fieldByID)},
	)
	r.writing.change = func(w *write, o *object, values map[string]any) fieldErrors {
		if ids, given := values["fields"].([]any); given {
			w.st.orderFields(fieldScope{o.res.name, o.id}, ids)
		}
		delete(values, "fields")
		return nil
	}
	return r
}

// customObjectTypeResource are the types of custom objects (Close docs: Custom Object Types).
func customObjectTypeResource() *resource {
	r := customTypeResource("custom_object_type", "/custom_object_type/", "cotype_", "custom_object")
	r.idLength = 22
	r.members = append(r.members, slices.Concat(stored("name_plural"), []*memberDef{derived("back_reference_fields", backReferences)})...)
	r.writing.inputs = append(r.writing.inputs, input{name: "name_plural", on: onCreate | onUpdate, required: true, check: someText})
	return r
}

// customTypeResource declares what types of custom activities and of custom objects have in common.
func customTypeResource(name, path, prefix, instances string) *resource {
	return &resource{
		name: name, path: path, group: "other", noFields: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "description", "api_create_only", "editable_with_roles"),
			[]*memberDef{
				derived("fields", func(v *view, o *object) any { return v.st.typeFields(fieldScope{name, o.id}) }),
				organizationMember(),
			},
			stored("created_by", "updated_by"), naiveDates(),
		),
		list: &listing{unpaged: true, bare: true, oldestFirst: true},
		writing: &writing{
			newer: true, needs: customizing,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "description", on: onCreate | onUpdate, check: str(0)},
				{name: "api_create_only", on: onCreate | onUpdate, notNull: true, check: yesOrNo},
				{name: "editable_with_roles", on: onCreate | onUpdate, notNull: true, check: roleIDs},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				w.stamp(values)
				return w.st.addCustomType(name, prefix, values), nil
			},
			change: unchecked,
			delete: func(st *store, o *object) {
				for _, of := range slices.Clone(st.tables[instances].all) {
					if of.values[name+"_id"] == o.id {
						st.remove(instances, of)
					}
				}
				st.dissolve(fieldScope{name, o.id})
				st.remove(name, o)
			},
		},
	}
}

// addCustomType makes a type, complete with what its values leave out.
func (st *store) addCustomType(name, prefix string, values map[string]any) *object {
	preset(values, map[string]any{"api_create_only": false, "editable_with_roles": []string{}, "is_archived": false})
	return st.add(name, prefix, values)
}

// builtInRoles are the roles that every organization has (Close docs: Roles).
var builtInRoles = []string{"admin", "superuser", "user", "restricteduser"}

// roleIDs accepts a list of roles, each once.
func roleIDs(w *write, v any) (any, any) {
	ids, refusal := listOfTexts(w, v)
	if refusal != nil {
		return nil, refusal
	}
	for _, id := range ids.([]string) {
		if !slices.Contains(builtInRoles, id) && !strings.HasPrefix(id, "role_") {
			return nil, textNoObject
		}
	}
	return ids, nil
}

// listOfTexts accepts a list of texts, and keeps each once.
func listOfTexts(_ *write, v any) (any, any) {
	given, ok := v.([]any)
	texts := []string{}
	for _, item := range given {
		text, isText := item.(string)
		ok = ok && isText && text != ""
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if !ok {
		return nil, "Value must be a list of texts."
	}
	return texts, nil
}

// backReferences are the fields of other objects that refer to objects of this type.
func backReferences(v *view, o *object) any {
	list := []fields{}
	for _, kind := range customFieldKinds {
		for _, def := range v.st.tables["custom_field_"+kind].all {
			if def.str("referenced_custom_type_id") == o.id {
				list = append(list, typeField(def, fieldScope{}))
			}
		}
	}
	return list
}

// customType makes a type of the demo data.
func (s *seeder) customType(resource, prefix string, values map[string]any) *object {
	made := at(s.today.AddDate(-1, -2, 0).Add(10 * time.Hour))
	preset(values, map[string]any{"created_by": s.users[0].id, "updated_by": s.users[0].id, "date_created": made, "date_updated": made})
	return s.st.addCustomType(resource, prefix, values)
}
