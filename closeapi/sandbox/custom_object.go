package sandbox

import (
	"maps"
	"slices"
)

// naiveOf declares a stored moment that is written without an offset.
func naiveOf(name string) *memberDef {
	return derived(name, func(_ *view, o *object) any {
		if m, ok := o.moment(name); ok {
			return naive(m.t)
		}
		return nil
	})
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
