package sandbox

import (
	"time"
)

// E-mails and text messages have the same states: some of them log what happened elsewhere, a draft can be edited, and
// what is scheduled or in the outbox is on its way (Close docs: Emails, SMS). What is on its way becomes sent when its
// time has come; nothing leaves the sandbox.
const (
	messageInbox     = "inbox"
	messageDraft     = "draft"
	messageScheduled = "scheduled"
	messageOutbox    = "outbox"
	messageSent      = "sent"
	messageError     = "error"
)

var messageStatuses = []string{messageInbox, messageDraft, messageScheduled, messageOutbox, messageSent, messageError}

// sendAt is the stored moment at which a message on its way is sent; no answer shows it.
const sendAt = "send_at"

// messageStatus is the state of a message now.
func messageStatus(now time.Time, o *object) string {
	status := o.str("status")
	if m, ok := o.moment(sendAt); ok && (status == messageOutbox || status == messageScheduled) && now.After(m.t) {
		return messageSent
	}
	return status
}

// messageMembers are the state of a message, and when it was sent.
func messageMembers() []*memberDef {
	return []*memberDef{
		derived("status", func(v *view, o *object) any { return messageStatus(v.now, o) }),
		derived("date_sent", func(v *view, o *object) any {
			if messageStatus(v.now, o) != o.str("status") {
				return o.values[sendAt]
			}
			return o.values["date_sent"]
		}),
		{name: "date_scheduled"},
	}
}

// messageInputs say when a message is to be sent.
func messageInputs() []input {
	return []input{
		{name: "status", on: onCreate, required: true, check: oneOf(messageStatuses...)},
		{name: "status", on: onUpdate, notNull: true, check: oneOf(messageStatuses...)},
		{name: "date_scheduled", on: onCreate | onUpdate, check: onlyTime},
		{name: "send_in", on: onCreate | onUpdate, check: integer(0, 59)},
	}
}

// settleMessage refuses changes of what is no draft, and sets what follows from the state. o is nil for a new message.
func settleMessage(w *write, o *object, values map[string]any) fieldErrors {
	errs := fieldErrors{}
	if o != nil {
		cancelled := messageStatus(w.c.now, o) != messageSent && (o.str("status") == messageScheduled || o.str("status") == messageOutbox) &&
			values["status"] == messageDraft
		if messageStatus(w.c.now, o) != messageDraft && !cancelled {
			for name := range values {
				errs[name] = "Only drafts can be edited."
			}
			return errs
		}
	}
	status := merged(o, values, "status")
	now := at(w.c.now)
	var when any
	switch status {
	case messageDraft:
		if o != nil && o.str("status") != messageDraft {
			values["date_scheduled"] = nil
		}
		values["date_sent"], values[sendAt] = nil, nil
	case messageScheduled:
		if when = merged(o, values, "date_scheduled"); when == nil {
			errs["date_scheduled"] = textRequired
		}
		values[sendAt] = when
	case messageOutbox:
		seconds, _ := values["send_in"].(int)
		when = at(now.t.Add(time.Duration(seconds) * time.Second))
		values[sendAt] = when
	case messageInbox, messageSent:
		if when = values["activity_at"]; when == nil {
			when = values["date_created"]
		}
		if when == nil {
			when = now
		}
		values["date_sent"] = when
	}
	if values["send_in"] != nil && status != messageOutbox {
		errs["send_in"] = "Only messages in the outbox can be delayed."
	}
	delete(values, "send_in")
	if values["activity_at"] == nil && when != nil {
		values["activity_at"] = when
	}
	return errs
}

// merged is the value that a member will have after a change; o is nil for a new object.
func merged(o *object, values map[string]any, name string) any {
	if v, given := values[name]; given || o == nil {
		return v
	}
	return o.values[name]
}

// notify puts a message into the inbox of the user whom it is for.
func (w *write) notify(kind string, about *object) *object {
	now := at(w.c.now)
	return w.st.add("task", taskPrefix(kind), map[string]any{
		"_type": kind, "lead_id": about.values["lead_id"], "contact_id": about.values["contact_id"], "text": nil,
		"assigned_to": about.values["user_id"], "object_type": about.res.name, "object_id": about.id, "date": now,
		"is_complete": false, "created_by": nil, "updated_by": nil, "date_created": now, "date_updated": now,
	})
}
