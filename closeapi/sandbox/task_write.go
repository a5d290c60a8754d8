package sandbox

import "slices"

// Which members of a body each kind of task takes (Close docs: Tasks).
var (
	taskCreatable = map[string][]string{
		taskLead: {"_type", "lead_id", "text", "assigned_to", "contact_id", "date", "due_date", "is_dateless", "is_complete",
			"priority", "date_created", "created_by", "organization_id", "disable_notification"},
		taskOutgoingCall: {"_type", "lead_id", "contact_id", "assigned_to", "date", "text", "is_complete", "agent_config_id"},
	}
	taskChangeable = []string{"assigned_to", "date", "due_date", "is_complete", "contact_id", "created_by", "lead_id", "organization_id"}
	taskOnly       = map[string][]string{
		taskLead:         {"text", "is_dateless", "priority"},
		taskOutgoingCall: {"agent_config_id", "resolution"},
	}
)

func taskWriting() *writing {
	return &writing{
		fields: true, closed: true, bulk: true,
		inputs: []input{
			{name: "_type", on: onCreate, required: true, check: oneOf(taskLead, taskOutgoingCall)},
			{name: "lead_id", on: onCreate | onUpdate, required: true, check: ref("lead")},
			{name: "text", on: always, notNull: true, check: str(0)},
			{name: "assigned_to", on: always, notNull: true, check: ref("user")},
			{name: "contact_id", on: onCreate | onUpdate, check: ref("contact")},
			{name: "date", on: always, check: dateOrTime},
			{name: "due_date", on: onCreate | onUpdate, check: dateOrTime},
			{name: "is_dateless", on: onCreate | onUpdate, notNull: true, check: yesOrNo},
			{name: "is_complete", on: always, notNull: true, check: yesOrNo},
			{name: "priority", on: always, check: oneOf("high", "medium")},
			{name: "resolution", on: onUpdate | onBulk, check: oneOf("abandoned", "skipped")},
			{name: "agent_config_id", on: onCreate | onUpdate, check: str(0)},
			{name: "created_by", on: onCreate | onUpdate, notNull: true, check: ref("user")},
			{name: "date_created", on: onCreate, check: onlyTime},
			{name: "organization_id", on: onCreate | onUpdate, notNull: true, check: ref("organization")},
			{name: "disable_notification", on: onCreate, check: yesOrNo},
		},
		create:  createTask,
		change:  changeTask,
		changed: logTask,
		delete:  forgetTask,
	}
}

func createTask(w *write, values map[string]any) (*object, *apiError) {
	kind := values["_type"].(string) // checked as required
	errs := fieldErrors{}
	for name := range values {
		if !slices.Contains(taskCreatable[kind], name) {
			errs[name] = textExtra
		}
	}
	if _, given := values["text"]; kind == taskLead && !given {
		errs["text"] = textRequired
	}
	if kind == taskOutgoingCall && values["contact_id"] == nil {
		errs["contact_id"] = textRequired
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	if values["assigned_to"] == nil {
		values["assigned_to"] = w.c.user.id
	}
	if values["is_complete"] == nil {
		values["is_complete"] = false
	}
	settleDate(kind, values)
	if _, given := values["date"]; !given && kind == taskLead {
		values["is_dateless"] = true
	}
	if kind == taskOutgoingCall {
		values["is_primary_lead_notification"] = false
	}
	w.stamp(values)
	task := w.st.add("task", taskPrefix(kind), values)
	logTask(w, task, map[string]any{"is_complete": false})
	return task, nil
}

func changeTask(_ *write, o *object, values map[string]any) fieldErrors {
	errs, kind := fieldErrors{}, o.str("_type")
	for name, v := range values {
		switch {
		case !slices.Contains(taskChangeable, name) && !slices.Contains(taskOnly[kind], name):
			errs[name] = textFixed
		case v == nil && (name == "date" || name == "due_date") && kind != taskLead:
			errs[name] = textRequired
		}
	}
	settleDate(kind, values)
	return errs
}

// settleDate makes one thing of the members that tell when a task is due: due_date is the old name of date, and a task
// is dateless exactly when it has no date.
func settleDate(kind string, values map[string]any) {
	if due, given := values["due_date"]; given {
		if _, both := values["date"]; !both {
			values["date"] = due
		}
	}
	if values["is_dateless"] == true {
		values["date"] = nil
	} else if values["is_dateless"] == false && values["date"] == nil {
		delete(values, "is_dateless") // what has no date stays dateless
	}
	if date, given := values["date"]; given && kind == taskLead {
		values["is_dateless"] = date == nil
	}
	delete(values, "due_date")
	delete(values, "organization_id")
	delete(values, "disable_notification")
}
