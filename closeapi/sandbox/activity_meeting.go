package sandbox

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Meetings come from calendars: the API changes only what users add to them (Close docs: Meetings).

func meetingResource() *resource {
	r := activityResource("meeting", "meeting", "Meeting", slices.Concat(
		stored("title", "starts_at", "ends_at"),
		[]*memberDef{
			derived("duration", func(_ *view, o *object) any { return int(meetingEnd(o).Sub(meetingStart(o)).Seconds()) }),
			{name: "actual_duration"},
			derived("status", func(v *view, o *object) any { return meetingStatus(v.now, o) }),
		},
		stored("attendees", "location", "note", "user_note", "user_note_html", "user_note_date_updated"),
		[]*memberDef{mentionsOf("user_note_mentions", "user_note_html")},
		stored("summary"),
		[]*memberDef{
			listed("conference_links"), listed("calendar_event_uids"), listed("provider_calendar_ids"), listed("attached_call_ids"),
			listed("integrations"),
		},
		stored("calendar_event_link", "provider_calendar_event_id", "provider_calendar_type", "connected_account_id"),
		[]*memberDef{derived("is_recurring", func(_ *view, o *object) any { return o.is("is_recurring") })},
		stored("notetaker_id", "outcome_id", "outcome_reason", "outcome_autofill_confidence", "outcome_autofill_reasoning",
			"playbook_id", "playbook_reason"),
		[]*memberDef{
			derived("conversation_type_id", storedValue("playbook_id")), derived("conversation_type_reason", storedValue("playbook_reason")),
		},
		stored("source"),
		[]*memberDef{
			derived("comment_summary", commentSummary),
			onRequest("transcripts", func(_ *view, o *object) any { return listOr(o.values["transcripts"]) }),
		},
	)...)
	r.list.filters = append(r.list.filters, meetingFilters()...)
	r.list.rules = meetingRules
	r.writing = &writing{
		inputs: []input{
			{name: "user_note_html", on: onUpdate, check: richText},
			{name: "outcome_id", on: onUpdate, check: mayBe("outcome")},
		},
		change: changeMeeting,
		delete: deleteActivity,
	}
	return r
}

// listed declares a stored list, which is empty when nothing is stored.
func listed(name string) *memberDef {
	return derived(name, func(_ *view, o *object) any { return listOr(o.values[name]) })
}

func meetingStart(o *object) time.Time {
	m, _ := o.moment("starts_at")
	return m.t
}

func meetingEnd(o *object) time.Time {
	m, _ := o.moment("ends_at")
	return m.t
}

// meetingStatus is what became of a meeting, or else where it stands now.
func meetingStatus(now time.Time, o *object) any {
	switch {
	case o.values["status"] != nil:
		return o.values["status"]
	case now.Before(meetingStart(o)):
		return "upcoming"
	case now.Before(meetingEnd(o)):
		return "in-progress"
	}
	return "completed"
}

func changeMeeting(w *write, _ *object, values map[string]any) fieldErrors {
	if note, given := values["user_note_html"]; given {
		values["user_note"], values["user_note_date_updated"] = nil, at(w.c.now)
		if rich, ok := note.(string); ok {
			values["user_note"] = plainText(rich)
		}
	}
	if outcome, given := values["outcome_id"]; given {
		values["outcome_reason"] = "user-selected"
		if outcome == nil {
			values["outcome_reason"] = nil
		}
		values["outcome_autofill_confidence"], values["outcome_autofill_reasoning"] = nil, nil
	}
	return nil
}

// meetingFilters find a meeting by its event in a calendar.
func meetingFilters() []filter {
	return []filter{
		text("provider_calendar_event_id", equal), choice("provider_calendar_type", equal, "google", "microsoft"),
		{"provider_calendar_id", equal, func(_ *call, _, value string) (predicate, string) {
			return func(o *object) bool { return slices.Contains(texts(o.values["provider_calendar_ids"]), value) }, ""
		}},
		moments("starts_at", "starts_at", []string{"", "__gte", "__lt"}, false),
	}
}

// meetingRules refuse the other filters of the calendar without the event.
func meetingRules(c *call) ([]predicate, *apiError) {
	for _, name := range []string{"provider_calendar_id", "provider_calendar_type", "starts_at", "starts_at__gte", "starts_at__lt"} {
		if c.params.Has(name) && c.params.Get("provider_calendar_event_id") == "" {
			return nil, refuse(http.StatusBadRequest, name+" can only be used together with provider_calendar_event_id.")
		}
	}
	return activityRules(c)
}

// integrationEndpoint is POST /activity/meeting/{id}/integration/: the tab of an OAuth app on a meeting, made by its
// first call and changed by its later ones (Close docs: Meetings).
func integrationEndpoint() *endpoint {
	return &endpoint{group: "activity write", status: http.StatusOK, writes: true, handle: func(c *call, b []byte) ([]byte, *apiError) {
		meeting := c.s.store.get("meeting", c.id)
		if meeting == nil {
			return nil, notFound(c.id)
		}
		if !c.oauth() {
			return nil, refuse(http.StatusForbidden, textOnlyApps)
		}
		app := c.appID()
		list, _ := meeting.values["integrations"].([]fields)
		mine := slices.IndexFunc(list, func(f fields) bool { return f.get("oauth_client").(fields).get("id") == app })
		v := c.view()
		if len(c.body) == 0 {
			if mine < 0 {
				return v.fields(b, fields{}), nil
			}
			return v.fields(b, list[mine]), nil
		}
		note, refused := integrationNote(c)
		if refused != nil {
			return nil, refused
		}
		item := fields{
			{"id", makeID("integration/"+meeting.id+app, "evtint_", 0, 22)}, {"integration_name", "third_party"},
			{"integration_data", fields{{"note_html", note}}}, {"oauth_client", fields{{"id", app}, {"name", c.appName()}}},
		}
		list = slices.Clone(list)
		if mine < 0 {
			list = append(list, item)
		} else {
			list[mine] = item
		}
		c.s.store.set(meeting, "integrations", list)
		return v.fields(b, item), nil
	}}
}

func integrationNote(c *call) (any, *apiError) {
	errs := fieldErrors{}
	for name := range c.body {
		if name != "integration_data" {
			errs[name] = textExtra
		}
	}
	var note any
	switch data, ok := c.body["integration_data"].(map[string]any); {
	case !ok:
		errs["integration_data"] = "Value must be of dict type."
	default:
		checked, refusal := richText(&write{c, c.s.store}, data["note_html"])
		if note = checked; refusal != nil {
			errs["integration_data"] = formErrors(fieldErrors{"note_html": refusal})
		}
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	return note, nil
}

// oauth tells whether an app calls, with a token, and not somebody with a key.
func (c *call) oauth() bool { return strings.HasPrefix(c.key, "bearer ") }

// appName is what an app, or the API, is called where it leaves its name.
func (c *call) appName() string {
	if c.oauth() {
		return "App " + strings.TrimPrefix(c.keyID, "key_")
	}
	return "API"
}
