package sandbox

import (
	"cmp"
	"slices"
)

// pipelineResource are the sequences of statuses that opportunities go through (Close docs: Pipelines).
func pipelineResource() *resource {
	statuses := input{name: "statuses", on: onCreate | onUpdate, notNull: true, check: items(maxBulk, statusByID)}
	return &resource{
		name: "pipeline", path: "/pipeline/", group: "other", idLength: 22, read: true, noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name"),
			[]*memberDef{
				derived("statuses", func(v *view, o *object) any { return statusList(v.st.statusesOf(o.id)) }),
				organizationMember(),
			},
			stored("created_by", "updated_by"), naiveDates(),
		),
		list: &listing{unpaged: true, oldestFirst: true},
		writing: &writing{
			newer:  true,
			inputs: []input{{name: "name", on: onCreate | onUpdate, required: true, check: someText}, statuses},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				steps := values["statuses"]
				delete(values, "statuses")
				w.stamp(values)
				o := w.st.add("pipeline", "pipe_", values)
				w.order(o, steps)
				return o, nil
			},
			change: func(w *write, o *object, values map[string]any) fieldErrors {
				w.order(o, values["statuses"])
				delete(values, "statuses")
				return nil
			},
			remove: func(w *write, o *object) *apiError {
				if len(w.st.statusesOf(o.id)) > 0 {
					return refuseAll("This pipeline has statuses. Delete them first, or move them to another pipeline.")
				}
				w.st.remove("pipeline", o)
				return nil
			},
		},
	}
}

// statusByID accepts {"id": ...} of an opportunity status that exists; what else stands there is not looked at.
func statusByID(w *write, v map[string]any) (any, fieldErrors) {
	id, refusal := ref("opportunity_status")(w, v["id"])
	if refusal != nil {
		return nil, fieldErrors{"id": refusal}
	}
	return id, nil
}

// order puts statuses into a pipeline, in an order; those that it has beside them come behind.
func (w *write) order(pipeline *object, ids any) {
	first, _ := ids.([]any)
	var all []*object
	for _, id := range first {
		if status := w.st.get("opportunity_status", asText(id)); !slices.Contains(all, status) {
			all = append(all, status)
		}
	}
	for _, status := range w.st.statusesOf(pipeline.id) {
		if !slices.Contains(all, status) {
			all = append(all, status)
		}
	}
	for place, status := range all {
		w.st.set(status, "pipeline_id", pipeline.id)
		w.st.set(status, "place", place)
	}
}

// statusesOf are the statuses of a pipeline, in their order.
func (st *store) statusesOf(pipeline string) []*object {
	var mine []*object
	for _, status := range st.tables["opportunity_status"].all {
		if status.str("pipeline_id") == pipeline {
			mine = append(mine, status)
		}
	}
	slices.SortStableFunc(mine, func(a, b *object) int {
		one, _ := a.values["place"].(int)
		other, _ := b.values["place"].(int)
		return cmp.Compare(one, other)
	})
	return mine
}

// firstPipeline is the first pipeline that has statuses; "" when there is none.
func (st *store) firstPipeline() string {
	for _, o := range st.tables["pipeline"].all {
		if len(st.statusesOf(o.id)) > 0 {
			return o.id
		}
	}
	return ""
}
