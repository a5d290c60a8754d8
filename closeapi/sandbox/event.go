package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

const (
	// eventLife is how long the log keeps an event (Close docs: Event Log).
	eventLife = 30 * 24 * time.Hour
	// maxEvents bounds the log; the oldest events go first.
	maxEvents = 20_000
	// consolidation is the time within which updates of one object become one event; Close does not say how long it is.
	consolidation = 10 * time.Second
)

func eventResource() *resource {
	r := &resource{
		name: "event", path: "/event/", group: "event", noFields: true, read: true, apart: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("object_type", "object_id", "action", "lead_id", "user_id", "request_id", "api_key_id", "changed_fields",
				"data", "previous_data", "meta", "date_created", "date_updated"),
		),
	}
	return r
}

// eventTypes are the objects that the log tells of, by resource, as it names them (Close docs: Event Log).
var eventTypes = map[string]string{
	"lead": "lead", "contact": "contact", "opportunity": "opportunity",
	"email": "activity.email", "emailthread": "activity.email_thread", "call": "activity.call", "sms": "activity.sms",
	"whatsapp_message": "activity.whatsapp_message", "note": "activity.note", "form_submission": "activity.form_submission",
	"custom_activity": "activity.custom_activity", "lead_merge": "activity.lead_merge", "meeting": "activity.meeting",
	"lead_status_change": "activity.lead_status_change", "opportunity_status_change": "activity.opportunity_status_change",
	"task_completed":    "activity.task_completed",
	"custom_field_lead": "custom_fields.lead", "custom_field_contact": "custom_fields.contact",
	"custom_field_opportunity": "custom_fields.opportunity", "custom_field_activity": "custom_fields.activity",
	"custom_field_custom_object_type": "custom_fields.custom_object", "custom_field_shared": "custom_fields.shared",
	"custom_activity_type": "custom_activity_type", "custom_object_type": "custom_object_type", "custom_object": "custom_object",
	"lead_status": "status.lead", "opportunity_status": "status.opportunity", "group": "group", "membership": "membership", "saved_search": "saved_search",
	"phone_number": "phone_number", "email_template": "email_template", "sms_template": "sms_template",
	"sequence": "sequence", "sequence_subscription": "sequence_subscription", "comment": "comment", "comment_thread": "comment_thread",
	"export_lead": "export.lead", "export_opportunity": "export.opportunity",
	"bulk_email": "bulk_action.email", "bulk_edit": "bulk_action.edit", "bulk_delete": "bulk_action.delete",
	"bulk_sequence_subscription": "bulk_action.sequence_subscription",
}

// eventType is what the log calls an object; "" for one of which it does not tell.
func eventType(o *object) string {
	switch {
	case o.res.name == "task":
		return "task." + o.str("_type")
	case o.res.name == "export":
		return eventTypes["export_"+o.str("kind")]
	}
	return eventTypes[o.res.name]
}

// eventActions are the names of what happens to objects that are not created, updated and deleted; "" is not told (Close
// docs: Event Log).
var eventActions = map[string]map[string]string{
	"membership": {"created": "activated", "deleted": "deactivated", "updated": ""},
}

// furtherActions are the actions that the log tells of beside an update or a creation: when a member comes to have a
// value (Close docs: Event Log).
var furtherActions = map[string][]struct {
	member string
	value  any
	action string
}{
	"task":    {{"is_complete", true, "completed"}},
	"call":    {{"status", "completed", "completed"}},
	"email":   {{"status", "sent", "sent"}},
	"sms":     {{"status", "sent", "sent"}},
	"meeting": {{"status", "completed", "completed"}, {"status", "canceled", "canceled"}},
	"export":  {{"status", "done", "completed"}},

	"bulk_email":                 {{"status", "done", "completed"}, {"status", "paused", "paused"}},
	"bulk_edit":                  {{"status", "done", "completed"}, {"status", "paused", "paused"}},
	"bulk_delete":                {{"status", "done", "completed"}, {"status", "paused", "paused"}},
	"bulk_sequence_subscription": {{"status", "done", "completed"}, {"status", "paused", "paused"}},
}

// eventWithout are the members that events do not show: other objects, which have events of their own, and links to them.
var eventWithout = map[string][]string{
	"lead": {"contacts", "opportunities", "tasks", "integration_links"}, "contact": {"integration_links"}, "opportunity": {"integration_links"},
}

// touches are the members that change with every write. Alone they are no news.
var touches = []string{"date_updated", "updated_by", "updated_by_name", "updated_at", "updated_by_id"}

// snapshot is how an object looks to the log.
func (v *view) snapshot(o *object) fields {
	var sel *selection
	var f fields
	for _, m := range sel.of(o) {
		if slices.Contains(eventWithout[o.res.name], m.name) {
			continue
		}
		value := o.values[m.name]
		if m.derive != nil {
			value = m.derive(v, o)
		}
		f = append(f, field{m.name, json.RawMessage(v.value(nil, value))})
	}
	if o.res.custom {
		for _, name := range sel.custom(o) {
			f = append(f, field{name, json.RawMessage(v.value(nil, o.values[name]))})
		}
	}
	return f
}

// differences are the names of the members that two looks at an object differ in, and what they were.
func differences(was, is fields) (names []string, old fields) {
	now := map[string]string{}
	for _, f := range is {
		now[f.name] = string(f.value.(json.RawMessage))
	}
	for _, f := range was {
		value, there := now[f.name]
		if !there || value != string(f.value.(json.RawMessage)) {
			names, old = append(names, f.name), append(old, f)
		}
		delete(now, f.name)
	}
	for _, f := range is { // what is new was nothing
		if _, added := now[f.name]; added {
			names, old = append(names, f.name), append(old, field{f.name, json.RawMessage("null")})
		}
	}
	if !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(touches, name) }) {
		return nil, nil
	}
	slices.Sort(names)
	return names, old
}

// came reports whether a member has a value now that it did not have.
func came(was, is fields, member string, value any) bool {
	wanted := string((&view{}).value(nil, value))
	has := func(f fields) bool {
		return slices.ContainsFunc(f, func(f field) bool { return f.name == member && string(f.value.(json.RawMessage)) == wanted })
	}
	return has(is) && !has(was)
}

// millisecond is a moment as the log writes it: without an offset, to the millisecond (Close docs: Event Log).
func millisecond(t time.Time) naive { return naive(t.UTC().Truncate(time.Millisecond)) }

// eventLead is the lead that an event belongs to.
func eventLead(o *object) any {
	if o.res.name == "lead" {
		return o.id
	}
	if lead := o.str("lead_id"); lead != "" {
		return lead
	}
	return nil
}

// apiKeyID tells the key of a call; nil for what no key did.
func (c *call) apiKeyID() any {
	if strings.HasPrefix(c.keyID, "api_") {
		return c.keyID
	}
	return nil
}
