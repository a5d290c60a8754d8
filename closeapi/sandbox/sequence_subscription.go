package sandbox

import "slices"

// subscriptionStatuses are how far a contact can be in a sequence (Close docs: Sequence Subscriptions).
var subscriptionStatuses = []string{"active", "paused", "finished", "goal", "error"}

func sequenceSubscriptionResource() *resource {
	return &resource{
		name: "sequence_subscription", path: "/sequence_subscription/", group: "sequence", noFields: true, read: true, idLength: 22,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("sequence_id", "contact_id", "lead_id", "contact_email", "sender_account_id", "sender_name", "sender_email",
				"calls_assigned_to", "status", "status_reason", "start_date"),
			[]*memberDef{renamed("created_by_id", "created_by"), renamed("updated_by_id", "updated_by")},
			naiveDates(),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip,
			filters: []filter{text("sequence_id", equal), text("contact_id", equal), text("lead_id", equal)},
			rules: func(c *call) ([]predicate, *apiError) {
				if !c.params.Has("sequence_id") && !c.params.Has("contact_id") && !c.params.Has("lead_id") {
					return nil, refuseAll("At least one of sequence_id, contact_id, lead_id is required.")
				}
				return nil, nil
			},
		},
		writing: &writing{
			newer: true, keepsDelete: true,
			inputs: []input{
				{name: "sequence_id", on: onCreate, required: true, check: ref("sequence")},
				{name: "contact_id", on: onCreate, required: true, check: ref("contact")},
				{name: "contact_email", on: onCreate, check: str(0)},
				{name: "sender_account_id", on: onCreate, check: str(0)},
				{name: "sender_name", on: onCreate, check: str(0)},
				{name: "sender_email", on: onCreate, check: str(0)},
				{name: "calls_assigned_to", on: onCreate, check: idList},
				{name: "status", on: onUpdate, notNull: true, check: oneOf("active", "paused")},
			},
			create: createSubscription,
			change: func(_ *write, o *object, values map[string]any) fieldErrors {
				switch {
				case values["status"] == nil:
				case o.str("status") != "active" && o.str("status") != "paused":
					return fieldErrors{"status": "Only active and paused subscriptions can be changed."}
				case values["status"] == "paused":
					values["status_reason"] = "manual"
				default:
					values["status_reason"] = nil
				}
				return nil
			},
			delete: func(st *store, o *object) { st.remove("sequence_subscription", o) },
		},
	}
}

// idList accepts a list of ids.
func idList(_ *write, v any) (any, any) {
	list, ok := v.([]any)
	if !ok || slices.ContainsFunc(list, func(one any) bool { _, isText := one.(string); return !isText }) {
		return nil, "Value must be a list of ids."
	}
	return list, nil
}

func createSubscription(w *write, values map[string]any) (*object, *apiError) {
	contact := w.st.get("contact", values["contact_id"].(string)) // checked as a reference
	for _, sub := range w.st.subscriptionsOf(values["sequence_id"].(string)) {
		if sub.str("contact_id") == contact.id && (sub.str("status") == "active" || sub.str("status") == "paused") {
			return nil, refuseField("contact_id", "Contact is already subscribed to this sequence.")
		}
	}
	values["lead_id"] = contact.values["lead_id"]
	if values["contact_email"] == nil {
		values["contact_email"] = firstEmail(contact)
	}
	for name, preset := range map[string]any{
		"sender_account_id": nil, "sender_name": userName(w.c.user), "sender_email": w.c.user.values["email"], "calls_assigned_to": []any{},
	} {
		if values[name] == nil {
			values[name] = preset
		}
	}
	values["status"], values["status_reason"], values["start_date"] = "active", nil, nil
	w.stamp(values)
	return w.st.add("sequence_subscription", "sub_", values), nil
}

// subscriptionsOf are the subscriptions to a sequence, oldest first.
func (st *store) subscriptionsOf(sequence string) []*object {
	var subs []*object
	for _, sub := range st.tables["sequence_subscription"].all {
		if sub.str("sequence_id") == sequence {
			subs = append(subs, sub)
		}
	}
	return subs
}

// endSubscription sets how far a subscription is, and why.
func (w *write) endSubscription(sub *object, status string, why any) {
	w.apply(sub, map[string]any{"status": status, "status_reason": why})
}

// firstEmail is the first address of a contact; nil without any.
func firstEmail(contact *object) any {
	for _, email := range fieldsOf(contact.values["emails"]) {
		for _, m := range email {
			if m.name == "email" {
				return m.value
			}
		}
	}
	return nil
}
