package sandbox

import (
	"maps"
	"slices"
	"time"
)

// customObjectTypeResource are the types of custom objects: a small list (Close docs: Custom Object Types).
func customObjectTypeResource() *resource {
	return &resource{
		name: "custom_object_type", path: "/custom_object_type/", group: "other", idLength: 22, read: true, noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "name_plural", "description", "api_create_only", "editable_with_roles"),
			[]*memberDef{
				derived("fields", func(v *view, o *object) any { return v.st.typeFields(fieldScope{"custom_object_type", o.id}) }),
				derived("back_reference_fields", backReferences),
				organizationMember(),
			},
			stored("created_by", "updated_by"),
			[]*memberDef{naiveOf("date_created"), naiveOf("date_updated")},
		),
		list: &listing{unpaged: true, oldestFirst: true, bare: true},
	}
}

// naiveOf declares a stored moment that is written without an offset.
func naiveOf(name string) *memberDef {
	return derived(name, func(_ *view, o *object) any {
		if m, ok := o.moment(name); ok {
			return naive(m.t)
		}
		return nil
	})
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

func customObjectResource() *resource {
	return &resource{
		name: "custom_object", path: "/custom_object/", group: "other", custom: true, read: true, noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "lead_id", "custom_object_type_id"),
			[]*memberDef{organizationMember()}, authorship(false),
		),
		list: &listing{
			unpaged: true,
			filters: []filter{text("lead_id", equal), text("custom_object_type_id", equal)},
			rules: func(c *call) ([]predicate, *apiError) {
				if c.params.Get("lead_id") == "" {
					return nil, refuseField("lead_id", textRequired)
				}
				return nil, nil
			},
		},
		writing: customObjectWriting(),
	}
}

func customObjectWriting() *writing {
	return &writing{
		closed: true, newer: true,
		inputs: []input{
			{name: "custom_object_type_id", on: onCreate, required: true, check: ref("custom_object_type")},
			{name: "lead_id", on: onCreate, required: true, check: ref("lead")},
			{name: "name", on: onCreate | onUpdate, required: true, check: someText},
		},
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if errs := w.st.missing(scopeOf("custom_object", values), values); len(errs) > 0 {
				return nil, refuseFields(errs)
			}
			w.stamp(values)
			return w.st.add("custom_object", "custobj_", values), nil
		},
		change: func(w *write, o *object, values map[string]any) fieldErrors {
			after := maps.Clone(o.values)
			maps.Copy(after, values)
			return w.st.missing(scopeOf("custom_object", after), after)
		},
		delete: func(st *store, o *object) { st.remove("custom_object", o) },
	}
}

// someText accepts a text that is not empty.
func someText(w *write, v any) (any, any) {
	s, refusal := str(1000)(w, v)
	if s == "" {
		return nil, textRequired
	}
	return s, refusal
}

// customObjectType makes a type.
func (s *seeder) customObjectType(name, plural, about string) *object {
	made := at(s.today.AddDate(-1, -2, 0).Add(10 * time.Hour))
	return s.st.add("custom_object_type", "cotype_", map[string]any{
		"name": name, "name_plural": plural, "description": about, "api_create_only": false, "editable_with_roles": []string{},
		"created_by": s.users[0].id, "updated_by": s.users[0].id, "date_created": made, "date_updated": made,
	})
}
