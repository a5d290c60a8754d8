package sandbox

import (
	"slices"
	"strings"
)

// smartFields are the members of a lead that Close computes from what hangs on it (Close docs: Smart Fields). They have
// to be asked for. Those that nothing in the store tells are absent.
func smartFields() []*memberDef {
	ms := slices.Concat(
		[]*memberDef{
			onRequest("num_addresses", func(_ *view, o *object) any { return len(addresses(o)) }),
			onRequest("num_email_addresses", func(v *view, o *object) any { return v.countWays(o, "emails") }),
			onRequest("num_phone_numbers", func(v *view, o *object) any { return v.countWays(o, "phones") }),
			onRequest("num_contact_urls", func(v *view, o *object) any { return v.countWays(o, "urls") }),
			onRequest("num_urls", func(v *view, o *object) any { return searchOnly["lead.all_urls_count"](v, o) }),
			onRequest("num_activities", func(v *view, o *object) any { return len(v.activitiesOf(o)) }),
			onRequest("times_communicated", func(v *view, o *object) any { return len(v.communications(o)) }),
		},
		counts(), opportunityFields(), taskFields(),
	)
	for _, end := range []string{"first", "last"} {
		ms = append(ms, momentFields(end)...)
	}
	return ms
}

// counted is a Smart Field that counts the objects at a lead.
func counted(name, resource string, test func(v *view, o *object) bool) *memberDef {
	return onRequest(name, func(v *view, lead *object) any {
		n := 0
		for _, o := range v.st.of(resource, lead.id) {
			if test == nil || test(v, o) {
				n++
			}
		}
		return n
	})
}

func counts() []*memberDef {
	has := func(name string, wanted ...string) func(*view, *object) bool {
		return func(_ *view, o *object) bool { return slices.Contains(wanted, o.str(name)) }
	}
	ms := []*memberDef{
		counted("num_contacts", "contact", nil), counted("num_opportunities", "opportunity", nil),
		counted("num_calls", "call", nil), counted("num_incoming_calls", "call", has("direction", "inbound")),
		counted("num_outgoing_calls", "call", has("direction", "outbound")),
		counted("num_missed_calls", "call", func(_ *view, o *object) bool {
			return o.str("direction") == "inbound" && o.str("disposition") != "answered"
		}),
		counted("num_sms", "sms", nil), counted("num_received_sms", "sms", has("direction", "inbound")),
		counted("num_sent_sms", "sms", has("direction", "outbound")),
		counted("num_emails", "email", nil), counted("num_received_emails", "email", has("direction", "incoming")),
		counted("num_sent_emails", "email", has("status", "sent")), counted("num_outgoing_emails", "email", has("direction", "outgoing")),
		counted("num_notes", "note", nil), counted("num_meetings", "meeting", nil),
		counted("num_tasks", "task", nil), counted("num_completed_tasks", "task", func(_ *view, o *object) bool { return o.is("is_complete") }),
		counted("num_incomplete_tasks", "task", func(_ *view, o *object) bool { return !o.is("is_complete") }),
	}
	for _, status := range []string{"upcoming", "in-progress", "completed", "canceled", "declined-by-lead", "declined-by-org"} {
		ms = append(ms, counted("num_"+strings.ReplaceAll(status, "-", "_")+"_meetings", "meeting", has("status", status)))
	}
	for _, period := range valuePeriods {
		ms = append(ms, counted("num_"+period+"_opportunities", "opportunity", has("value_period", period)))
	}
	for _, kind := range []string{"active", "won", "lost"} {
		ms = append(ms, counted("num_"+kind+"_opportunities", "opportunity", func(v *view, o *object) bool { return ofStatus("type")(v, o) == kind }))
	}
	return ms
}

// countWays counts the addresses or numbers of all contacts of a lead.
func (v *view) countWays(lead *object, list string) int {
	n := 0
	for _, contact := range v.st.of("contact", lead.id) {
		n += len(listOf(contact, list))
	}
	return n
}

// activitiesOf are the activities of a lead, the oldest one first.
func (v *view) activitiesOf(lead *object) []*object {
	var all []*object
	for _, name := range activityNames {
		if name != "emailthread" { // stands for its e-mails
			all = append(all, v.st.of(name, lead.id)...)
		}
	}
	slices.SortFunc(all, func(a, b *object) int { return activityTime(a).t.Compare(activityTime(b).t) })
	return all
}

// activityTime is when an activity took place.
func activityTime(o *object) moment {
	for _, name := range []string{"activity_at", "date_created"} {
		if m, ok := o.moment(name); ok {
			return m
		}
	}
	return moment{}
}

// communications are the activities in which somebody spoke with the lead.
func (v *view) communications(lead *object) []*object {
	return slices.DeleteFunc(v.activitiesOf(lead), func(o *object) bool {
		switch o.res.name {
		case "call":
			return o.str("disposition") != "answered"
		case "email":
			return o.str("status") != "sent" && o.str("status") != "inbox"
		case "sms", "whatsapp_message", "meeting":
			return false
		}
		return true
	})
}

// momentFields are about the first or the last of the activities.
func momentFields(end string) []*memberDef {
	of := func(name string, list func(v *view, lead *object) []*object, get func(v *view, o *object) any) *memberDef {
		return onRequest(end+"_"+name, func(v *view, lead *object) any {
			all := list(v, lead)
			switch {
			case len(all) == 0:
				return nil
			case end == "first":
				return get(v, all[0])
			}
			return get(v, all[len(all)-1])
		})
	}
	when := func(_ *view, o *object) any { return activityTime(o) }
	user := func(_ *view, o *object) any { return o.values["user_id"] }
	userNamed := func(v *view, o *object) any { return v.name("user", o.str("user_id")) }
	kind := func(_ *view, o *object) any { return strings.TrimPrefix(searchName(o), "activity.") }
	only := func(resource, direction string) func(v *view, lead *object) []*object {
		return func(v *view, lead *object) []*object {
			return slices.DeleteFunc(v.activitiesOf(lead), func(o *object) bool {
				return o.res.name != resource || direction != "" && !strings.HasPrefix(o.str("direction"), direction)
			})
		}
	}
	ms := []*memberDef{
		of("communication_date", (*view).communications, when), of("communication_type", (*view).communications, kind),
		of("communication_user_id", (*view).communications, user), of("communication_user_name", (*view).communications, userNamed),
		of("incoming_call_date", only("call", "in"), when), of("outgoing_call_date", only("call", "out"), when),
		of("incoming_email_date", only("email", "in"), when), of("outgoing_email_date", only("email", "out"), when),
		of("incoming_sms_date", only("sms", "in"), when), of("outgoing_sms_date", only("sms", "out"), when),
		of("received_sms_date", only("sms", "in"), when), of("sent_sms_date", only("sms", "out"), when),
	}
	for _, name := range []string{"call", "email", "sms", "note"} {
		ms = append(ms, of(name+"_created", only(name, ""), func(_ *view, o *object) any { return o.values["date_created"] }),
			of(name+"_user_id", only(name, ""), user), of(name+"_user_name", only(name, ""), userNamed))
	}
	if end == "first" {
		return ms
	}
	return append(ms,
		of("activity_date", (*view).activitiesOf, when), of("activity_type", (*view).activitiesOf, kind),
		of("activity_user_id", (*view).activitiesOf, user), of("activity_user_name", (*view).activitiesOf, userNamed),
		of("lead_status_change_date", only("lead_status_change", ""), when),
		of("opportunity_status_change_date", only("opportunity_status_change", ""), when),
	)
}
