package sandbox

import (
	"fmt"
	"time"
)

// demoNumber is the team's own number.
const demoNumber = "+14155550100"

// activity are the members that all activities have.
func (s *seeder) activity(kind string, lead, contact *object, made time.Time, own map[string]any) map[string]any {
	values := map[string]any{
		"_type": kind, "lead_id": lead.id, "contact_id": contact.id, "user_id": s.someone(), "users": []string{}, "activity_at": at(made),
	}
	for name, v := range own {
		values[name] = v
	}
	return s.by(values, values["user_id"], made)
}

// number is the contact's first one.
func number(contact *object) any {
	phones, _ := contact.values["phones"].([]any)
	if len(phones) == 0 {
		return nil
	}
	return phones[0].(fields).get("phone")
}

func (s *seeder) call(lead, contact *object, kind string, made time.Time) *object {
	note := one(s, demoCallNotes)
	own := map[string]any{
		"source": "Close.io", "direction": "inbound", "call_method": "regular", "remote_phone": number(contact),
		"local_phone": demoNumber, "note": note, "note_html": bodyOf(note), "cost": "2", "status": "no-answer",
		"disposition": "no-answer", "duration": 0, "voicemail_duration": 0,
	}
	recording := fmt.Sprintf("https://media.lighthouse.example/%d.mp3", s.st.tables["call"].made)
	switch kind {
	case taskVoicemail:
		own["disposition"], own["voicemail_url"], own["voicemail_duration"] = "vm-left", recording, 8+s.random.IntN(70)
	case taskDetachedCall:
		own["status"], own["disposition"], own["recording_url"] = "completed", "answered", recording
		own["duration"], own["date_answered"] = 40+s.random.IntN(900), at(made)
	}
	return s.st.add("call", "acti_", s.activity("Call", lead, contact, made, own))
}

func (s *seeder) sms(lead, contact *object, made time.Time) *object {
	own := map[string]any{
		"text": one(s, demoMessages), "status": "inbox", "direction": "inbound", "source": "Close.io", "cost": "1",
		"remote_phone": number(contact), "local_phone": demoNumber, "date_sent": at(made), "attachments": []any{},
	}
	if s.chance(20) {
		url := "https://app.close.com/go/file/persisted/" + s.st.organization + "/sms/photo.jpg"
		own["attachments"] = []any{fields{
			{"url", url}, {"filename", "photo.jpg"}, {"size", 48_213}, {"content_type", "image/jpeg"},
			{"media_id", makeID("media", "media_", s.st.tables["sms"].made, 22)}, {"thumbnail_url", url + "?thumbnail"},
		}}
	}
	return s.st.add("sms", "acti_", s.activity("SMS", lead, contact, made, own))
}

// thread is a conversation by e-mail, newest first.
func (s *seeder) thread(lead, contact *object, made time.Time) *object {
	subject := one(s, demoSubjects)
	var address string
	if emails, _ := contact.values["emails"].([]any); len(emails) > 0 {
		address, _ = emails[0].(fields).get("email").(string)
	}
	user := s.users[s.random.IntN(len(s.users))]
	ours := user.str("email")
	var emails []fields
	for n := range 2 + s.random.IntN(3) {
		direction, status, from, to, prefix := "incoming", "inbox", address, ours, "Re: "
		if n%2 == 1 {
			direction, status, from, to, prefix = "outgoing", "sent", ours, address, ""
		}
		sent := at(made.Add(-time.Duration(n) * 21 * time.Hour))
		emails = append(emails, fields{
			{"id", makeID("email", "acti_", s.st.tables["emailthread"].made*8+n, 43)}, {"status", status}, {"direction", direction},
			{"sender", from}, {"to", []string{to}}, {"cc", []string{}}, {"bcc", []string{}}, {"subject", prefix + subject},
			{"body_preview", one(s, demoMails)}, {"envelope", nil}, {"has_attachments", false}, {"opens_summary", nil}, {"send_as_id", nil},
			{"user_id", user.id}, {"date_created", sent}, {"date_sent", sent}, {"date_updated", sent},
		})
	}
	return s.st.add("emailthread", "acti_", s.activity("EmailThread", lead, contact, made, map[string]any{
		"user_id": user.id, "latest_normalized_subject": subject, "latest_emails": emails,
		"participants": []fields{
			{{"email", address}, {"name", contact.values["name"]}},
			{{"email", ours}, {"name", userName(user)}},
		},
	}))
}
