package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// stepKinds are the kinds of steps of a sequence (Close docs: Sequences).
var stepKinds = []string{"email", "call", "sms"}

func sequenceResource() *resource {
	r := &resource{
		name: "sequence", path: "/sequence/", group: "sequence", noFields: true, read: true, idLength: 22,
		also: []string{"_limit", "_skip"}, // declared, without an effect
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("name", "status", "schedule", "schedule_id", "timezone", "steps"),
			[]*memberDef{
				onRequest("subscription_counts_by_status", subscriptionCounts),
				renamed("created_by_id", "created_by"), renamed("updated_by_id", "updated_by"),
			},
			naiveDates(),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip},
		more: true,
	}
	r.writing = &writing{
		inputs: []input{
			{name: "name", on: onCreate | onUpdate, required: true, check: someText},
			{name: "timezone", on: onCreate | onUpdate, notNull: true, check: zoneName},
			{name: "status", on: onCreate | onUpdate, notNull: true, check: oneOf("active", "paused", "draft")},
			{name: "schedule", on: onCreate | onUpdate, check: sequenceSchedule},
			{name: "steps", on: onCreate | onUpdate, notNull: true, check: items(100, sequenceStep)},
		},
		create: func(w *write, values map[string]any) (*object, *apiError) {
			for name, preset := range map[string]any{"timezone": "UTC", "status": "active", "schedule": nil, "schedule_id": nil, "steps": []any{}} {
				if values[name] == nil {
					values[name] = preset
				}
			}
			if errs := settleSteps(w, nil, values); len(errs) > 0 {
				return nil, refuseFields(errs)
			}
			w.stamp(values)
			return w.st.add("sequence", "seq_", values), nil
		},
		change:  settleSteps,
		changed: followSequence,
		remove: func(w *write, o *object) *apiError {
			for _, sub := range w.st.subscriptionsOf(o.id) {
				w.endSubscription(sub, "error", "sequence-deleted")
			}
			w.st.remove("sequence", o)
			return nil
		},
	}
	return r
}

// subscriptionCounts is how many contacts run through a sequence, by how far they are.
func subscriptionCounts(v *view, o *object) any {
	counts := map[string]int{}
	for _, sub := range v.st.subscriptionsOf(o.id) {
		counts[sub.str("status")]++
	}
	var f fields
	for _, status := range subscriptionStatuses {
		f = append(f, field{status, counts[status]})
	}
	return f
}

func zoneName(_ *write, v any) (any, any) {
	name, _ := v.(string)
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return nil, "Not a valid timezone."
	}
	return name, nil
}

// sequenceSchedule accepts the hours in which a sequence works.
func sequenceSchedule(w *write, v any) (any, any) {
	given, ok := v.(map[string]any)
	if !ok {
		return nil, "Value must be of dict type."
	}
	for name := range given {
		if name != "ranges" {
			return nil, formErrors(fieldErrors{name: textExtra})
		}
	}
	ranges, refusal := items(100, func(w *write, given map[string]any) (any, fieldErrors) {
		errs, f := fieldErrors{}, fields{}
		weekday, refusal := integer(1, 7)(w, given["weekday"])
		if refusal != nil {
			errs["weekday"] = refusal
		}
		f = append(f, field{"weekday", weekday})
		for _, name := range []string{"start", "end"} {
			text, _ := given[name].(string)
			if _, err := time.Parse("15:04", text); err != nil {
				errs[name] = "Not a valid time."
			}
			f = append(f, field{name, text})
		}
		return f, errs
	})(w, given["ranges"])
	if refusal != nil {
		return nil, formErrors(fieldErrors{"ranges": refusal})
	}
	return fields{{"ranges", ranges}}, nil
}

// sequenceStep accepts a step: a new one, or changes to one that is named by its id.
func sequenceStep(w *write, given map[string]any) (any, fieldErrors) {
	errs, step := fieldErrors{}, map[string]any{}
	checks := map[string]check{
		"id": str(0), "step_type": oneOf(stepKinds...), "delay": integer(0, 1<<31), "required": yesOrNo, "threading": str(0),
		"email_template_id": str(0), "sms_template_id": str(0), "step_allowed_delay": integer(0, 1<<31),
	}
	for name, v := range given {
		check := checks[name]
		switch {
		case check == nil:
			errs[name] = textExtra
		case v == nil:
			step[name] = nil
		default:
			value, refusal := check(w, v)
			if step[name] = value; refusal != nil {
				errs[name] = refusal
			}
		}
	}
	return step, errs
}

// stepMembers are the members of a step, in their order, with what they are when nobody says.
var stepMembers = fields{
	{"step_type", "email"}, {"delay", 0}, {"required", true}, {"email_template_id", nil}, {"sms_template_id", nil},
	{"threading", nil}, {"step_allowed_delay", nil},
}

// settleSteps completes the steps. Those that are not named go (Close docs: Sequences).
func settleSteps(w *write, o *object, values map[string]any) fieldErrors {
	given, ok := values["steps"].([]any)
	if !ok {
		return nil
	}
	old := map[any]fields{}
	if o != nil {
		for _, step := range o.values["steps"].([]any) {
			old[step.(fields)[0].value] = step.(fields)
		}
	}
	steps, wrong := make([]any, 0, len(given)), map[string]any{}
	for i, one := range given {
		members := one.(map[string]any) // made by sequenceStep
		before, known := old[members["id"]]
		if members["id"] != nil && !known {
			wrong[strconv.Itoa(i)] = formErrors(fieldErrors{"id": textNoObject})
			continue
		}
		steps = append(steps, w.step(before, members))
	}
	if len(wrong) > 0 {
		return fieldErrors{"steps": listErrors(wrong)}
	}
	values["steps"] = steps
	return nil
}

// step is a step as it is after a write; before is nil for a new one.
func (w *write) step(before fields, members map[string]any) fields {
	now := naive(w.c.now)
	made, creator, id := any(now), any(w.c.user.id), any(w.st.stepID())
	was := map[string]any{}
	for _, f := range before {
		was[f.name] = f.value
	}
	if before != nil {
		id, made, creator = was["id"], was["date_created"], was["created_by_id"]
	}
	f := fields{{"id", id}}
	for _, m := range stepMembers {
		value := m.value
		if before != nil {
			value = was[m.name]
		}
		if v, given := members[m.name]; given {
			value = v
		}
		f = append(f, field{m.name, value})
	}
	return append(f, fields{{"created_by_id", creator}, {"updated_by_id", w.c.user.id}, {"date_created", made}, {"date_updated", now}}...)
}

// stepID makes the id of a step.
func (st *store) stepID() string {
	st.steps++
	return makeID("step", "seqstep_", st.steps, 22)
}

// followSequence pauses and resumes the subscriptions of a sequence with it.
func followSequence(w *write, o *object, before map[string]any) {
	if o.values["status"] == before["status"] {
		return
	}
	for _, sub := range w.st.subscriptionsOf(o.id) {
		switch {
		case o.str("status") == "paused" && sub.str("status") == "active":
			w.endSubscription(sub, "paused", "workflow-paused")
		case o.str("status") == "active" && sub.values["status_reason"] == "workflow-paused":
			w.endSubscription(sub, "active", nil)
		}
	}
}
