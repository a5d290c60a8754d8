package sandbox

import (
	"encoding/json"
	"slices"
)

// Bulk actions are jobs on what a search finds. The four kinds have a core in common (Close docs: Bulk Actions).

// bulkResource declares what all bulk actions share.
func bulkResource(kind string, own []input, prepare func(w *write, values map[string]any) fieldErrors, steps func() jobSteps) *resource {
	names := []*memberDef{}
	for _, in := range own {
		if in.name != "custom_field_id" && in.name != "custom_field_values" && in.name != "custom_field_operation" {
			names = append(names, stored(in.name)...)
		}
	}
	core := []input{
		{name: "s_query", on: onCreate, required: true, check: anyDict},
		{name: "results_limit", on: onCreate, check: integer(0, 1<<31)},
		{name: "sort", on: onCreate, notNull: true, check: anyList},
		{name: "send_done_email", on: onCreate, notNull: true, check: yesOrNo},
		{name: "status", on: onUpdate, notNull: true, check: oneOf("paused", "resuming")},
	}
	return &resource{
		name: "bulk_" + kind, path: "/bulk_action/" + kind + "/", group: "bulk", read: true, idLength: 22,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("query", "s_query", "results_limit", "sort", "send_done_email", "status", "n_leads", "n_leads_processed", "n_objects", "n_objects_processed"),
			names, authorship(false),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip},
		writing: &writing{
			inputs: slices.Concat(core, own),
			create: func(w *write, values map[string]any) (*object, *apiError) {
				for _, m := range names {
					if _, given := values[m.name]; !given {
						values[m.name] = nil
					}
				}
				errs := prepare(w, values)
				if _, refused := w.searched(values, nil, errs); refused || len(errs) > 0 {
					return nil, refuseFields(errs)
				}
				for name, preset := range map[string]any{
					"query": nil, "results_limit": nil, "sort": []any{}, "send_done_email": true, "status": "created",
					"n_leads": nil, "n_leads_processed": 0, "n_objects": nil, "n_objects_processed": 0,
				} {
					if values[name] == nil {
						values[name] = preset
					}
				}
				w.stamp(values)
				o := w.st.add("bulk_"+kind, bulkPrefixes[kind], values)
				all := steps()
				all.counting, all.working, all.count = "loading", "processing", countBulk
				w.begin(o, all)
				return o, nil
			},
			change: changeJob,
		},
	}
}

// bulkPrefixes are what the ids of bulk actions begin with.
var bulkPrefixes = map[string]string{
	"email": "bulkemail_", "edit": "bulkedit_", "delete": "bulkdelete_", "sequence_subscription": "bulkseqsub_",
}

func countBulk(all []*object, done int) map[string]any {
	leads, processed := leadsOf(all, done)
	return map[string]any{"n_leads": leads, "n_leads_processed": processed, "n_objects": len(all), "n_objects_processed": done}
}

func anyDict(_ *write, v any) (any, any) {
	if d, ok := v.(map[string]any); ok {
		return d, nil
	}
	return nil, "Input should be a valid dictionary"
}

func anyList(_ *write, v any) (any, any) {
	if list, ok := v.([]any); ok {
		return list, nil
	}
	return nil, "Input should be a valid list"
}

// searched are the objects that the search of a job finds, of one type unless that is nil. What is wrong with the search
// goes to errs.
func (w *write) searched(values map[string]any, wanted *searchType, errs fieldErrors) (found []*object, refused bool) {
	query, _ := values["s_query"].(map[string]any)
	if query == nil {
		query = map[string]any{"type": "match_all"}
	}
	k := &compiler{c: w.c, v: w.c.view()}
	test, refusal := k.query(query)
	if refusal != nil {
		errs["s_query"] = refusal
		return nil, true
	}
	q := &searching{test: test, types: k.types()}
	if wanted != nil && k.only == nil {
		q.types = []*searchType{wanted}
	}
	if q.sorts, refusal = readSorts(w.c, values["sort"], q.types); refusal != nil {
		errs["sort"] = refusal
		return nil, true
	}
	found = q.find(w.st)
	sortBy(found, q.sorts)
	if limit, ok := values["results_limit"].(int); ok {
		found = found[:min(limit, len(found))]
	}
	return found, false
}

// leadsFound are the leads of what the search of a job finds.
func leadsFound(w *write, job *object) []*object {
	found, _ := w.searched(job.values, w.c.s.api.searchable["lead"], fieldErrors{})
	var leads []*object
	for _, o := range found {
		id, _ := eventLead(o).(string)
		if lead := w.st.get("lead", id); lead != nil && !slices.Contains(leads, lead) {
			leads = append(leads, lead)
		}
	}
	return leads
}

// found are the objects of a type that the search of a job finds.
func found(typ func(job *object) string) func(w *write, job *object) []*object {
	return func(w *write, job *object) []*object {
		wanted := w.c.s.api.searchable[typ(job)]
		all, _ := w.searched(job.values, wanted, fieldErrors{})
		return slices.DeleteFunc(all, func(o *object) bool { return wanted != nil && o.res != wanted.res })
	}
}

func bulkDeleteResource() *resource {
	types := map[string]string{
		"lead": "lead", "contact": "contact", "call": "activity.call", "custom_activity": "activity.custom_activity",
		"form_submission": "activity.form_submission",
	}
	return bulkResource("delete",
		[]input{{name: "bulk_object_type", on: onCreate, notNull: true, check: oneOf("lead", "contact", "call", "custom_activity", "form_submission")}},
		func(_ *write, values map[string]any) fieldErrors {
			if values["bulk_object_type"] == nil {
				values["bulk_object_type"] = "lead"
			}
			return fieldErrors{}
		},
		func() jobSteps {
			return jobSteps{
				find: found(func(job *object) string { return types[job.str("bulk_object_type")] }),
				each: func(w *write, _, o *object) {
					if o.res.writing != nil && o.res.writing.delete != nil {
						o.res.writing.delete(w.st, o)
					}
				},
			}
		})
}

func bulkEmailResource() *resource {
	r := bulkResource("email",
		[]input{
			{name: "template_id", on: onCreate, required: true, check: mayBe("email_template")},
			{name: "contact_preference", on: onCreate, check: oneOf("lead", "contact", "all")},
			{name: "email_account_id", on: onCreate, check: str(0)},
			{name: "sender", on: onCreate, check: mailbox},
		},
		func(_ *write, values map[string]any) fieldErrors {
			if values["contact_preference"] == nil {
				values["contact_preference"] = "lead"
			}
			return fieldErrors{}
		},
		func() jobSteps { return jobSteps{find: leadsFound, each: bulkEmail} })
	r.list.filters = []filter{text("template_id", equal)}
	return r
}

// bulkEmail writes to the contacts of a lead.
func bulkEmail(w *write, job, lead *object) {
	for _, contact := range w.preferred(lead, job.str("contact_preference")) {
		address := firstEmail(contact)
		if address == nil {
			continue
		}
		sender := job.values["sender"]
		if sender == nil {
			sender = w.c.user.values["email"]
		}
		_, _ = createEmail(w, map[string]any{ // what is refused is not sent
			"lead_id": lead.id, "contact_id": contact.id, "status": "sent", "template_id": job.values["template_id"], "sender": sender,
			"to": []any{address}, "subject": "A message to " + asText(leadName(lead)), "body_text": "Hello", "bulk_email_action_id": job.id,
		})
	}
}

// preferred are the contacts of a lead that a bulk action means: the first one, or all (Close docs: Bulk Actions).
func (w *write) preferred(lead *object, preference string) []*object {
	contacts := w.st.of("contact", lead.id)
	if preference == "lead" && len(contacts) > 1 {
		return contacts[:1]
	}
	return contacts
}

func bulkSequenceResource() *resource {
	return bulkResource("sequence_subscription",
		[]input{
			{name: "action_type", on: onCreate, required: true, check: oneOf("subscribe", "resume", "resume_finished", "pause", "reassign")},
			{name: "calls_assigned_to", on: onCreate, check: idList},
			{name: "contact_preference", on: onCreate, check: oneOf("lead", "contact")},
			{name: "from_phone_number_id", on: onCreate, check: str(0)},
			{name: "sender_account_id", on: onCreate, check: str(0)},
			{name: "sender_email", on: onCreate, check: str(0)},
			{name: "sender_name", on: onCreate, check: str(0)},
			{name: "sequence_id", on: onCreate, check: ref("sequence")},
		},
		func(_ *write, values map[string]any) fieldErrors {
			errs := fieldErrors{}
			if values["action_type"] == "subscribe" {
				for _, name := range []string{"sequence_id", "sender_account_id", "sender_name", "sender_email", "contact_preference"} {
					if values[name] == nil {
						errs[name] = textRequired
					}
				}
			}
			return errs
		},
		func() jobSteps { return jobSteps{find: leadsFound, each: bulkSubscription} })
}

// bulkSubscription subscribes the contacts of a lead, or changes their subscriptions.
func bulkSubscription(w *write, job, lead *object) {
	if job.str("action_type") == "subscribe" {
		for _, contact := range w.preferred(lead, job.str("contact_preference")) {
			values := map[string]any{"contact_id": contact.id}
			for _, name := range []string{"sequence_id", "sender_account_id", "sender_name", "sender_email", "calls_assigned_to"} {
				values[name] = job.values[name]
			}
			_, _ = createSubscription(w, values) // who is subscribed already stays so
		}
		return
	}
	for _, sub := range slices.Clone(w.st.of("sequence_subscription", lead.id)) {
		if job.values["sequence_id"] != nil && sub.values["sequence_id"] != job.values["sequence_id"] {
			continue
		}
		status := sub.str("status")
		switch action := job.str("action_type"); {
		case action == "pause" && status == "active":
			w.endSubscription(sub, "paused", "bulk-action")
		case action == "resume" && status == "paused", action == "resume_finished" && status == "finished":
			w.endSubscription(sub, "active", nil)
		case action == "reassign":
			w.apply(sub, map[string]any{"calls_assigned_to": job.values["calls_assigned_to"]})
		}
	}
}

// asNumber is a text as a number of JSON, if it is one.
func asNumber(text string) (json.Number, bool) {
	n := json.Number(text)
	_, err := n.Float64()
	return n, err == nil
}
