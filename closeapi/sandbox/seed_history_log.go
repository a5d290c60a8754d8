package sandbox

import (
	"fmt"
	"time"
)

// beginnings are how the lead came, and what came with it.
func (h *history) beginnings() {
	made, _ := h.lead.moment("date_created")
	source := one(h.seeder, []string{"ui", "ui", "api", "import"})
	own := map[string]any{"source": source, "import_id": nil}
	if source == "import" {
		own["import_id"] = makeID("import", "bulk_", h.number, 22)
	}
	created := h.wrote("created", h.st.get("user", h.lead.str("created_by")), made.t, own)
	created.values["date_created"], created.values["date_updated"] = made, made
	if h.number%5 == 2 {
		h.submitted(h.age - 1)
	}
	if h.number%8 == 3 {
		h.wrote("import_update", h.users[0], h.ago(h.age/2), map[string]any{
			"import_id": makeID("import", "bulk_", 100+h.number, 22), "reverted": h.number%16 == 3,
		})
	}
	if h.number%13 == 5 {
		h.wrote("lead_merge", h.user(), h.ago(h.age/3), map[string]any{
			"source_lead_id": makeID("merged", "lead_", h.number, 43), "source_display_name": h.lead.str("name") + " (old)",
			"destination_lead_id": h.lead.id, "destination_display_name": h.lead.str("name"), "merge_status": "completed",
			"error_message": nil,
		})
	}
}

// submitted is a form on our web site that a visitor sent.
func (h *history) submitted(days int) {
	contact := h.contacts[0]
	h.wrote("form_submission", nil, h.ago(days), map[string]any{
		"contact_id": contact.id, "form_id": makeID("form", "form_", 0, 22), "form_name": "Ask for a quote",
		"form_configuration_id": makeID("form_configuration", "formconf_", 0, 22), "ip_address": fmt.Sprintf("198.51.100.%d", 10+h.number),
		"origin": "https://lighthouse.example", "source_url": fmt.Sprintf("https://lighthouse.example/quote?utm_campaign=spring&visitor=%d", h.number),
		"source_url_normalized": "lighthouse.example/quote",
		"values": fields{
			{makeID("form_field", "formfld_", 0, 22), contactDisplayName(contact)}, {makeID("form_field", "formfld_", 1, 22), emailOf(contact)},
			{makeID("form_field", "formfld_", 2, 22), h.chance(50)},
		},
		"values_by_name": fields{{"Name", contactDisplayName(contact)}, {"E-mail", emailOf(contact)}, {"Newsletter", h.number%2 == 0}},
	})
}

// leadStatuses is how the lead got its status; the first one of the organization is where all begin.
func (h *history) leadStatuses() {
	statuses := h.st.tables["lead_status"].all
	path := map[string][]int{"Qualified": {1}, "Customer": {1, 2}, "Bad Fit": {3}, "Canceled": {1, 2, 4}}[asText(h.label(h.lead))]
	from := statuses[0]
	for i, next := range path {
		to := statuses[next]
		h.wrote("lead_status_change", h.user(), h.ago((h.age-1)*(len(path)-i)/(len(path)+1)), map[string]any{
			"old_status_id": from.id, "new_status_id": to.id,
		})
		from = to
	}
}

func (h *history) label(lead *object) any {
	if status := h.st.get("lead_status", lead.str("status_id")); status != nil {
		return status.values["label"]
	}
	return nil
}

// opportunityStatuses is how an opportunity got its status: from the first of its pipeline, and often over another one.
func (h *history) opportunityStatuses(opportunity *object) {
	current := h.st.get("opportunity_status", opportunity.str("status_id"))
	var path []*object
	for _, status := range h.st.tables["opportunity_status"].all {
		if status.str("pipeline_id") == current.str("pipeline_id") && (status.seq < current.seq && status.str("type") == "active") {
			path = append(path, status)
		}
	}
	if len(path) == 0 {
		return // it is still where it began
	}
	if len(path) > 2 {
		path = append(path[:1:1], path[1+h.random.IntN(len(path)-1)])
	}
	path = append(path, current)
	began, _ := opportunity.moment("date_created")
	ended := h.ago(max(0, h.daysOld(opportunity)-1) / (2 + h.random.IntN(3)))
	for name, kind := range map[string]string{"date_won": "won", "date_lost": "lost"} {
		if m, ok := opportunity.moment(name); ok && current.str("type") == kind && m.t.After(began.t) && m.t.Before(h.now) {
			ended = m.t
		}
	}
	if ended.Before(began.t) {
		ended = h.after(began.t, time.Hour)
	}
	for i, to := range path[1:] {
		values := map[string]any{"opportunity_id": opportunity.id, "old_status_id": path[i].id, "new_status_id": to.id}
		ofOpportunity(opportunity, values)
		made := began.t.Add(ended.Sub(began.t) * time.Duration(i+1) / time.Duration(len(path)-1)).Truncate(time.Second)
		h.wrote("opportunity_status_change", h.st.get("user", opportunity.str("user_id")), made, values)
	}
}

// completions are the tasks of people that are done.
func (h *history) completions() {
	for _, task := range h.st.of("task", h.lead.id) {
		done, _ := task.moment("date_updated")
		if task.str("_type") != taskLead || !task.is("is_complete") {
			continue
		}
		logged := h.wrote("task_completed", h.st.get("user", task.str("assigned_to")), done.t, map[string]any{
			"task_id": task.id, "task_text": task.values["text"], "task_assigned_to": task.values["assigned_to"],
		})
		delete(logged.values, "contact_id") // such an activity has none
	}
}
