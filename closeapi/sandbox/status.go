package sandbox

import "slices"

// Statuses are small lists: all of them come on one page (Close docs: Lead Statuses, Opportunity Statuses).

func leadStatusResource() *resource {
	return &resource{
		name: "lead_status", path: "/status/lead/", group: "other", read: true, noFields: true,
		members: slices.Concat([]*memberDef{idMember()}, stored("label"), []*memberDef{organizationMember()}),
		list:    &listing{unpaged: true, oldestFirst: true},
		writing: &writing{
			inputs: []input{
				{name: "label", on: onCreate | onUpdate, required: true, check: someText},
				{name: "color", on: onUpdate, check: str(0)}, // which no answer shows
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				return w.st.add("lead_status", "stat_", values), nil
			},
			change: unchecked,
			remove: func(w *write, o *object) *apiError {
				if len(w.st.tables["lead_status"].all) == 1 {
					return refuseAll("This is the last lead status, and new leads need one.")
				}
				return w.removeStatus(o, "lead")
			},
		},
	}
}

func opportunityStatusResource() *resource {
	return &resource{
		name: "opportunity_status", path: "/status/opportunity/", group: "other", read: true,
		members: slices.Concat([]*memberDef{idMember()}, stored("label", "type", "pipeline_id"), []*memberDef{organizationMember()}),
		list:    &listing{unpaged: true, oldestFirst: true},
		writing: &writing{
			fields: true,
			inputs: []input{
				{name: "label", on: onCreate | onUpdate, required: true, check: someText},
				{name: "type", on: onCreate, required: true, check: oneOf("active", "won", "lost")},
				{name: "pipeline_id", on: onCreate, required: true, check: ref("pipeline")},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				values["place"] = len(w.st.statusesOf(asText(values["pipeline_id"])))
				return w.st.add("opportunity_status", "stat_", values), nil
			},
			change: unchecked,
			remove: func(w *write, o *object) *apiError { return w.removeStatus(o, "opportunity") },
		},
	}
}

// removeStatus takes a status away that no object of a resource has any more.
func (w *write) removeStatus(status *object, resource string) *apiError {
	for _, o := range w.st.tables[resource].all {
		if o.str("status_id") == status.id {
			return refuseAll("This status is in use. Give what has it another one first.")
		}
	}
	w.st.remove(status.res.name, status)
	return nil
}

// statusList is how statuses stand inside other objects.
func statusList(statuses []*object) []fields {
	list := []fields{}
	for _, s := range statuses {
		item := fields{{"id", s.id}, {"label", s.values["label"]}}
		if kind := s.values["type"]; kind != nil {
			item = append(item, field{"type", kind})
		}
		list = append(list, item)
	}
	return list
}
