package sandbox

import "slices"

// Changes of a status are written down when they happen. The API can add to this log and take from it, which changes no
// status (Close docs: Lead Status Changes, Opportunity Status Changes).

func leadStatusChangeResource() *resource {
	r := activityResource("lead_status_change", "status_change/lead", "LeadStatusChange", slices.Concat(
		stored("old_status_id"), []*memberDef{labelOf("old_status_label", "lead_status", "old_status_id")},
		stored("new_status_id"), []*memberDef{labelOf("new_status_label", "lead_status", "new_status_id")},
	)...)
	r.writing = &writing{
		inputs: slices.Concat(
			required(common(onCreate, "lead_id")...),
			required(
				input{name: "old_status_id", on: onCreate, check: ref("lead_status")},
				input{name: "new_status_id", on: onCreate, check: ref("lead_status")},
			),
			common(onCreate, "date_created"),
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			return w.newActivity("lead_status_change", values), nil
		},
		delete: deleteActivity,
	}
	return r
}

func labelOf(name, resource, ref string) *memberDef {
	return derived(name, func(v *view, o *object) any { return v.label(resource, o.str(ref)) })
}

func opportunityStatusChangeResource() *resource {
	r := activityResource("opportunity_status_change", "status_change/opportunity", "OpportunityStatusChange", slices.Concat(
		statusMembers("old"), statusMembers("new"),
		stored("opportunity_id", "opportunity_confidence", "opportunity_date_won", "opportunity_value", "opportunity_value_period"),
		[]*memberDef{
			derived("opportunity_value_currency", func(v *view, _ *object) any { return v.currency() }),
			derived("opportunity_value_formatted", func(_ *view, o *object) any {
				if value, ok := o.values["opportunity_value"].(int); ok {
					return formatValue(value, o.str("opportunity_value_period"))
				}
				return nil
			}),
		},
	)...)
	r.list.filters = append(r.list.filters, text("opportunity_id", equal))
	r.writing = &writing{
		inputs: slices.Concat(
			required(input{name: "opportunity_id", on: onCreate, check: ref("opportunity")},
				input{name: "old_status_id", on: onCreate, check: ref("opportunity_status")},
				input{name: "new_status_id", on: onCreate, check: ref("opportunity_status")}),
			common(onCreate, "lead_id", "date_created"),
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			opportunity := w.st.get("opportunity", values["opportunity_id"].(string)) // checked as required
			if lead := values["lead_id"]; lead != nil && lead != opportunity.values["lead_id"] {
				return nil, refuseField("opportunity_id", "Opportunity belongs to another lead.")
			}
			values["lead_id"] = opportunity.values["lead_id"]
			ofOpportunity(opportunity, values)
			return w.newActivity("opportunity_status_change", values), nil
		},
		delete: deleteActivity,
	}
	return r
}

// statusMembers are the status before or after a change, with its pipeline.
func statusMembers(when string) []*memberDef {
	id := when + "_status_id"
	through := func(v *view, o *object, name string) any {
		if status := v.st.get("opportunity_status", o.str(id)); status != nil {
			return status.values[name]
		}
		return nil
	}
	return slices.Concat(stored(id), []*memberDef{
		labelOf(when+"_status_label", "opportunity_status", id),
		derived(when+"_status_type", func(v *view, o *object) any { return through(v, o, "type") }),
		derived(when+"_pipeline_id", func(v *view, o *object) any { return through(v, o, "pipeline_id") }),
		derived(when+"_pipeline_name", func(v *view, o *object) any { return v.name("pipeline", asText(through(v, o, "pipeline_id"))) }),
	})
}

// ofOpportunity are the members of an opportunity that a change of its status keeps.
func ofOpportunity(opportunity *object, values map[string]any) {
	for _, name := range []string{"confidence", "value", "value_period"} {
		values["opportunity_"+name] = opportunity.values[name]
	}
	values["opportunity_date_won"] = nil
	if won, ok := opportunity.moment("date_won"); ok {
		values["opportunity_date_won"] = at(won.t) // as a moment, unlike on the opportunity
	}
	if values["contact_id"] == nil {
		values["contact_id"] = opportunity.values["contact_id"]
	}
}

func logLeadStatus(w *write, lead *object, before map[string]any) {
	if lead.values["status_id"] != before["status_id"] {
		w.loggedActivity("lead_status_change", lead.id, map[string]any{
			"old_status_id": before["status_id"], "new_status_id": lead.values["status_id"],
		})
	}
}

func logOpportunityStatus(w *write, opportunity *object, before map[string]any) {
	if opportunity.values["status_id"] == before["status_id"] {
		return
	}
	values := map[string]any{
		"opportunity_id": opportunity.id, "old_status_id": before["status_id"], "new_status_id": opportunity.values["status_id"],
	}
	ofOpportunity(opportunity, values)
	w.loggedActivity("opportunity_status_change", opportunity.values["lead_id"], values)
}
