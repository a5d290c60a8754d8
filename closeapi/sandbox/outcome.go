package sandbox

import "slices"

// The types of outcomes: what people choose, and what Close sets itself when a message is left on a voicemail (Close docs:
// Outcomes).
const (
	outcomeCustom  = "custom"
	outcomeDropped = "vm-dropped"
)

func outcomeResource() *resource {
	return &resource{
		name: "outcome", path: "/outcome/", group: "other", modern: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "description", "type"),
			[]*memberDef{
				derived("applies_to", func(_ *view, o *object) any {
					if o.str("type") == outcomeDropped {
						return []string{"calls"}
					}
					return []string{"calls", "meetings"}
				}),
				organizationMember(),
			},
			authorship(false),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true},
		writing: &writing{
			closed: true, newer: true, keepsDelete: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "description", on: onCreate | onUpdate, check: str(0)},
				{name: "type", on: onCreate | onUpdate, notNull: true, check: oneOf(outcomeCustom, outcomeDropped)},
				{name: "applies_to", on: onCreate | onUpdate, check: func(*write, any) (any, any) { return nil, nil }}, // follows from the type
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				preset(values, map[string]any{"type": outcomeCustom, "description": nil})
				w.stamp(values)
				return w.st.add("outcome", "outcome_", values), nil
			},
			change: unchecked,
			delete: func(st *store, o *object) { st.remove("outcome", o) },
		},
	}
}
