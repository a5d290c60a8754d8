package sandbox

import "slices"

// What Close writes down itself when something happens to a lead (Close docs: Creations, Task Completions, Lead Merges,
// Import Updates).

func createdResource() *resource {
	return activityResource("created", "created", "Created", stored("import_id", "source")...)
}

func taskCompletedResource() *resource {
	return activityResource("task_completed", "task_completed", "TaskCompleted", slices.Concat(
		stored("task_id", "task_text", "task_assigned_to"),
		[]*memberDef{nameOf("task_assigned_to_name", "user", "task_assigned_to")},
		stored("sequence_id", "sequence_name", "sequence_subscription_id"),
		[]*memberDef{derived("comment_summary", commentSummary)},
	)...).without("contact_id").deletable()
}

func leadMergeResource() *resource {
	return activityResource("lead_merge", "lead_merge", "LeadMerge", stored(
		"source_lead_id", "source_display_name", "destination_lead_id", "destination_display_name", "merge_status", "error_message",
	)...)
}

func importUpdateResource() *resource {
	return activityResource("import_update", "import_update", "ImportUpdate", slices.Concat(
		stored("import_id"),
		[]*memberDef{derived("reverted", func(_ *view, o *object) any { return o.is("reverted") })},
	)...).deletable()
}

// newLead makes a lead of checked values, and writes down that it was made.
func (w *write) newLead(values map[string]any) *object {
	w.stamp(values)
	lead := w.st.add("lead", "lead_", values)
	w.loggedActivity("created", lead.id, map[string]any{"source": creationSource})
	return lead
}

// logTask writes down that a task was completed, and forgets it when the task is open again.
func logTask(w *write, task *object, before map[string]any) {
	if task.str("_type") != taskLead || task.values["is_complete"] == before["is_complete"] {
		return
	}
	if task.is("is_complete") {
		w.loggedActivity("task_completed", task.values["lead_id"], map[string]any{
			"task_id": task.id, "task_text": task.values["text"], "task_assigned_to": task.values["assigned_to"],
		})
		return
	}
	st := w.st
	for _, logged := range slices.Clone(st.of("task_completed", asText(before["lead_id"]))) {
		if logged.str("task_id") == task.id {
			st.remove("task_completed", logged)
		}
	}
}

// forgetTask takes a task away; that it was completed stays known.
func forgetTask(st *store, task *object) {
	for _, logged := range st.of("task_completed", task.str("lead_id")) {
		if logged.str("task_id") == task.id {
			st.set(logged, "task_id", nil)
		}
	}
	st.remove("task", task)
}
