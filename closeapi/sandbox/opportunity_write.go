package sandbox

func opportunityWriting() *writing {
	return &writing{
		closed: true,
		inputs: []input{
			{name: "lead_id", on: onCreate, check: ref("lead")},
			{name: "pipeline_id", on: onCreate, check: ref("pipeline")},
			{name: "contact_id", on: onCreate | onUpdate, check: ref("contact")},
			{name: "user_id", on: onCreate | onUpdate, check: ref("user")},
			{name: "status_id", on: onCreate | onUpdate, check: ref("opportunity_status")},
			{name: "status", on: onUpdate, check: opportunityStatusLabel},
			{name: "value", on: onCreate | onUpdate, check: integer(-1<<53, 1<<53)},
			{name: "value_period", on: onCreate | onUpdate, check: oneOf(valuePeriods...)},
			{name: "confidence", on: onCreate | onUpdate, check: integer(0, 100)},
			{name: "note", on: onCreate | onUpdate, check: str(0)},
			{name: "note_html", on: onCreate | onUpdate, check: richText},
			{name: "date_won", on: onCreate | onUpdate, check: dateOrTime},
			{name: "attachments", on: onCreate | onUpdate, check: items(100, attachment("opportunity"))},
			{name: "created_by", on: onCreate, check: ref("user")},
			{name: "date_created", on: onCreate, check: onlyTime},
		},
		create: createOpportunity,
		change: func(w *write, o *object, values map[string]any) fieldErrors {
			for _, name := range []string{"user_id", "status_id", "value_period", "confidence"} {
				if v, given := values[name]; given && v == nil {
					delete(values, name) // these always have a value
				}
			}
			if errs := settleStatus(values); len(errs) > 0 {
				return errs
			}
			completeOpportunity(w, o, values)
			return nil
		},
		changed: logOpportunityStatus,
		delete:  func(st *store, o *object) { st.remove("opportunity", o) },
	}
}

func createOpportunity(w *write, values map[string]any) (*object, *apiError) {
	pipeline, _ := values["pipeline_id"].(string)
	delete(values, "pipeline_id")
	if id, given := values["status_id"].(string); given {
		if pipeline != "" && w.st.get("opportunity_status", id).str("pipeline_id") != pipeline {
			return nil, refuseField("status_id", "Status is not in the given pipeline.")
		}
	} else {
		if pipeline == "" {
			pipeline = w.st.firstPipeline()
		}
		statuses := w.st.statusesOf(pipeline)
		if len(statuses) == 0 {
			return nil, refuseField("pipeline_id", "Pipeline has no statuses.")
		}
		values["status_id"] = statuses[0].id
	}
	for name, preset := range map[string]any{"user_id": w.c.user.id, "confidence": 50, "value_period": "one_time", "is_stalled": false} {
		if values[name] == nil {
			values[name] = preset
		}
	}
	if values["lead_id"] == nil {
		lead := map[string]any{"status_id": w.st.tables["lead_status"].all[0].id, "addresses": []any{}}
		values["lead_id"] = w.newLead(lead).id
	}
	completeOpportunity(w, &object{}, values)
	w.stamp(values)
	return w.st.add("opportunity", "oppo_", values), nil
}

// completeOpportunity derives what follows from new values: a won opportunity has a date, today for the caller unless
// it has one, and note and note_html say the same (Close docs: Opportunities).
func completeOpportunity(w *write, old *object, values map[string]any) {
	if date, ok := values["date_won"].(moment); ok && !date.day {
		values["date_won"] = day(date.t.Add(w.c.offset))
	}
	if list, given := values["attachments"]; given && list == nil {
		values["attachments"] = []any{}
	}
	if id, given := values["status_id"].(string); given {
		switch w.st.get("opportunity_status", id).str("type") {
		case "won":
			if old.values["date_won"] == nil && values["date_won"] == nil {
				values["date_won"] = day(w.c.now.Add(w.c.offset))
			}
		case "lost":
			if old.str("status_id") != id {
				values["date_lost"] = at(w.c.now)
			}
		}
	}
	if rich, given := values["note_html"]; given {
		values["note"] = nil
		if rich, ok := rich.(string); ok {
			values["note"] = markdown(rich)
		}
	} else if note, given := values["note"]; given {
		values["note_html"] = nil
		if note, ok := note.(string); ok {
			values["note_html"] = bodyOf(note)
		}
	}
}

func opportunityStatusLabel(w *write, v any) (any, any) {
	for _, status := range w.st.tables["opportunity_status"].all {
		if status.values["label"] == v {
			return status.id, nil
		}
	}
	return nil, textNoObject
}
