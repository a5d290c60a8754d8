package sandbox

import (
	"maps"
	"slices"
)

// Calls come from Close's own phone, or were made elsewhere and logged (Close docs: Calls).
const (
	inClose  = "Close.io"
	external = "External"
)

// maxCallSeconds is the longest call that can be logged: a week.
const maxCallSeconds = 604_800

func callResource() *resource {
	r := activityResource("call", "call", "Call", slices.Concat(
		stored("source", "status", "direction", "disposition", "call_method", "duration", "date_answered"),
		[]*memberDef{derived("phone", func(_ *view, o *object) any { return o.values["remote_phone"] })},
		phoneMembers(),
		stored("note", "note_html", "outcome_id", "recording_url"),
		[]*memberDef{derived("has_recording", func(_ *view, o *object) any { return o.values["recording_url"] != nil })},
		stored("recording_expires_at"),
		[]*memberDef{onRequest("recording_transcript", storedValue("recording_transcript"))},
		stored("voicemail_url", "voicemail_duration"),
		[]*memberDef{onRequest("voicemail_transcript", storedValue("voicemail_transcript"))},
		stored("cost", "dialer_id", "dialer_saved_search_id", "sequence_id", "sequence_name", "sequence_subscription_id"),
		[]*memberDef{constant("is_forwarded", false), constant("forwarded_to", nil), constant("is_joinable", false),
			constant("is_to_group_number", false)},
		stored("transferred_from", "transferred_from_user_id", "transferred_to", "transferred_to_user_id"),
		[]*memberDef{constant("coach_legs", []any{})},
	)...)
	r.custom = true
	r.writing = callWriting()
	return r
}

func storedValue(name string) func(*view, *object) any {
	return func(_ *view, o *object) any { return o.values[name] }
}

// phoneMembers are the two ends of a call or a message.
func phoneMembers() []*memberDef {
	var ms []*memberDef
	for _, end := range []string{"remote", "local"} {
		number := end + "_phone"
		ms = append(ms, stored(number)...)
		ms = append(ms,
			derived(number+"_formatted", func(_ *view, o *object) any { return formatPhone(o.values[number]) }),
			derived(end+"_country_iso", func(_ *view, o *object) any { return phoneCountry(o.str(number)) }))
	}
	return ms
}

// dispositions are how calls end that were logged with a status.
var dispositions = map[string]any{
	"created": nil, "in-progress": nil, "completed": "answered", "cancel": "abandoned", "no-answer": "no-answer",
	"busy": "busy", "failed": "error", "timeout": "no-answer",
}

func callWriting() *writing {
	return &writing{
		closed: true,
		inputs: slices.Concat(
			common(onCreate|onUpdate, "lead_id", "contact_id", "user_id", "note", "note_html", "activity_at"),
			common(onCreate, "date_created", "created_by", "organization_id"),
			[]input{
				{name: "direction", on: onCreate, check: oneOf("inbound", "outbound")},
				{name: "source", on: onCreate, check: oneOf(inClose, external)},
				{name: "status", on: onCreate | onUpdate, check: oneOf(slices.Sorted(maps.Keys(dispositions))...)},
				{name: "duration", on: onCreate | onUpdate, check: integer(0, maxCallSeconds)},
				{name: "phone", on: onCreate | onUpdate, check: phoneNumber},
				{name: "outcome_id", on: onCreate | onUpdate, check: mayBe("outcome")},
				{name: "playbook_id", on: onCreate | onUpdate, check: mayBe("playbook")},
				{name: "conversation_type_id", on: onCreate | onUpdate, check: mayBe("playbook")},
				{name: "recording_url", on: onCreate | onUpdate, check: link("https")},
				{name: "voicemail_url", on: onCreate | onUpdate, check: link("https", "http")},
				{name: "recording_transcript", on: onUpdate, check: func(*write, any) (any, any) { return nil, textFixed }},
				{name: "quality_info", on: onCreate | onUpdate, check: str(0)},
			},
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if _, given := values["note"]; !given {
				values["note"] = nil
			}
			for name, preset := range map[string]any{"status": "completed", "direction": "outbound", "duration": 0} {
				if values[name] == nil {
					values[name] = preset
				}
			}
			values["source"], values["call_method"] = external, "external"
			settleCall(values)
			if values["disposition"] == "answered" && values["activity_at"] != nil {
				values["date_answered"] = values["activity_at"]
			}
			return w.newActivity("call", values), nil
		},
		change: changeCall,
		delete: deleteActivity,
	}
}

// settleCall makes one thing of members that say the same.
func settleCall(values map[string]any) {
	if number, given := values["phone"]; given {
		values["remote_phone"] = number
		delete(values, "phone")
	}
	if status, ok := values["status"].(string); ok {
		values["disposition"] = dispositions[status]
	}
	if id, given := values["conversation_type_id"]; given {
		if _, both := values["playbook_id"]; !both {
			values["playbook_id"] = id
		}
		delete(values, "conversation_type_id")
	}
	settleRich(values, "note", "note_html")
}

// changeCall keeps what Close itself knows about the calls made with it, and loses their media for good where they are
// changed by somebody who may.
func changeCall(w *write, o *object, values map[string]any) fieldErrors {
	errs := fieldErrors{}
	for _, name := range []string{"status", "duration"} {
		if v, given := values[name]; given && v == nil {
			delete(values, name)
		}
	}
	if o.str("source") == inClose {
		for _, name := range []string{"status", "duration"} {
			if _, given := values[name]; given {
				errs[name] = textFixed
			}
		}
		for _, name := range []string{"recording_url", "voicemail_url", "recording_transcript"} {
			v, given := values[name]
			if given && v != o.values[name] && !w.mayDelete(o) {
				errs[name] = "You do not have permission to delete this."
			}
		}
	}
	if len(errs) > 0 {
		return errs
	}
	settleCall(values)
	settleMoments(values)
	if url, given := values["recording_url"]; given && url != o.values["recording_url"] {
		values["recording_transcript"], values["recording_expires_at"] = nil, nil
	}
	if url, given := values["voicemail_url"]; given && url != o.values["voicemail_url"] {
		values["voicemail_transcript"], values["voicemail_duration"] = nil, nil
	}
	return nil
}

// mayDelete tells whether the caller's role lets it delete what belongs to an activity; admins may do everything.
func (w *write) mayDelete(o *object) bool {
	permission := "manage_others_activities"
	if o.str("user_id") == w.c.user.id {
		permission = "delete_own_activities"
	}
	role := w.st.roleOf(w.c.user)
	return role.id == "admin" || role.id == "superuser" || permits(role, permission) || permits(role, "manage_others_activities")
}
