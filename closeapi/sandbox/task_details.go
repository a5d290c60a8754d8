package sandbox

import "slices"

// taskDetails are the members that only some kinds of tasks have (Close docs: Tasks). Those of notifications come from
// the object behind them.
func taskDetails() []*memberDef {
	calls := []string{taskMissedCall, taskDetachedCall, taskVoicemail}
	mails := []string{taskEmail, taskFollowup}
	ms := slices.Concat(
		only([]string{taskLead}, stored("is_dateless", "priority")...),

		only([]string{taskFollowup}, derived("email_id", followedEmail)),
		only(mails, derived("subject", fromSubject("emailthread", "latest_normalized_subject")),
			derived("body_preview", bodyPreview)),
		only([]string{taskEmail}, derived("emails", incomingEmails)),

		only(calls, derived("phone", fromSubject("call", "remote_phone")),
			derived("phone_formatted", formatted("call", "remote_phone")),
			derived("phone_number_description", describedPhone("call")),
			derived("local_phone", fromSubject("call", "local_phone")),
			derived("local_phone_formatted", formatted("call", "local_phone"))),
		only([]string{taskDetachedCall}, derived("recording_url", fromSubject("call", "recording_url"))),
		only([]string{taskVoicemail}, derived("voicemail_url", fromSubject("call", "voicemail_url")),
			derived("voicemail_duration", fromSubject("call", "voicemail_duration"))),

		only([]string{taskSMS}, derived("remote_phone", fromSubject("sms", "remote_phone")),
			derived("remote_phone_formatted", formatted("sms", "remote_phone")),
			derived("remote_phone_description", describedPhone("sms")),
			derived("local_phone", fromSubject("sms", "local_phone")),
			derived("local_phone_formatted", formatted("sms", "local_phone")),
			derived("attachments", smsAttachments)),

		only([]string{taskOutgoingCall}, stored("agent_config_id", "deduplication_key", "is_primary_lead_notification",
			"resolution", "sequence_id", "sequence_subscription_id", "step_id")...),
	)
	for _, m := range opportunityMembers() {
		switch m.name {
		case "note", "value", "value_currency", "value_formatted", "value_period":
			ms = append(ms, only([]string{taskOpportunity}, derived("opportunity_"+m.name, throughOpportunity(m)))...)
		}
	}
	return ms
}

func only(variants []string, ms ...*memberDef) []*memberDef {
	for _, m := range ms {
		m.variants = variants
	}
	return ms
}

// subject is a member of the object behind a notification; nil when that object is gone.
func (v *view) subject(o *object, resource, name string) any {
	if s := v.st.get(resource, o.str("object_id")); s != nil {
		return s.values[name]
	}
	return nil
}

func fromSubject(resource, name string) func(*view, *object) any {
	return func(v *view, o *object) any { return v.subject(o, resource, name) }
}

func formatted(resource, name string) func(*view, *object) any {
	return func(v *view, o *object) any { return formatPhone(v.subject(o, resource, name)) }
}

// describedPhone is the kind of the number among those of the contact; Close documents no values.
func describedPhone(resource string) func(*view, *object) any {
	return func(v *view, o *object) any {
		contact := v.st.get("contact", o.str("contact_id"))
		if contact == nil {
			return nil
		}
		number := v.subject(o, resource, "remote_phone")
		phones, _ := contact.values["phones"].([]any)
		for _, p := range phones {
			if p := p.(fields); p.get("phone") == number {
				return p.get("type")
			}
		}
		return nil
	}
}

func throughOpportunity(m *memberDef) func(*view, *object) any {
	return func(v *view, o *object) any {
		opportunity := v.st.get("opportunity", o.str("object_id"))
		switch {
		case opportunity == nil:
			return nil
		case m.derive != nil:
			return m.derive(v, opportunity)
		}
		return opportunity.values[m.name]
	}
}

// threadEmails are the e-mails behind a notification, newest first.
func threadEmails(v *view, o *object) []*object {
	if thread := v.st.get("emailthread", o.str("object_id")); thread != nil {
		return v.mails(thread)
	}
	return nil
}

func incomingEmails(v *view, o *object) any {
	incoming := []fields{}
	for _, e := range threadEmails(v, o) {
		if e.str("direction") == "incoming" {
			incoming = append(incoming, v.emailPreview(e))
		}
	}
	return incoming
}

func bodyPreview(v *view, o *object) any {
	if emails := threadEmails(v, o); len(emails) > 0 {
		return preview(emails[0])
	}
	return nil
}

func followedEmail(v *view, o *object) any {
	for _, e := range threadEmails(v, o) {
		if e.str("direction") == "outgoing" {
			return e.id
		}
	}
	return nil
}

func smsAttachments(v *view, o *object) any {
	if attachments := v.subject(o, "sms", "attachments"); attachments != nil {
		return attachments
	}
	return []any{}
}

func (f fields) get(name string) any {
	for _, member := range f {
		if member.name == name {
			return member.value
		}
	}
	return nil
}
