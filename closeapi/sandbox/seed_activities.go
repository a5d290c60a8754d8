package sandbox

import (
	"fmt"
	"maps"
	"time"
)

// emailsPerThread is more than a thread of the demo data has.
const emailsPerThread = 8

// demoNumber is the team's own number.
const demoNumber = "+14155550100"

// activity are the members that all activities have.
func (s *seeder) activity(kind string, lead, contact *object, made time.Time, own map[string]any) map[string]any {
	values := map[string]any{
		"_type": kind, "lead_id": lead.id, "contact_id": contact.id, "user_id": s.someone(), "users": []string{}, "activity_at": at(made),
	}
	maps.Copy(values, own)
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
	var emails []map[string]any
	for n := range 2 + s.random.IntN(3) {
		direction, status, from, to, prefix := "incoming", messageInbox, address, ours, "Re: "
		if n%2 == 1 {
			direction, status, from, to, prefix = "outgoing", messageSent, ours, address, ""
		}
		sent := at(made.Add(-time.Duration(n) * 21 * time.Hour))
		text := one(s, demoMails)
		emails = append(emails, map[string]any{
			"lead_id": lead.id, "contact_id": contact.id, "user_id": user.id, "status": status, "direction": direction,
			"sender": from, "to": []any{to}, "cc": []any{}, "bcc": []any{}, "subject": prefix + subject, "body_text": text,
			"activity_at": sent, "date_sent": sent, "date_created": sent, "date_updated": sent,
			"created_by": user.id, "updated_by": user.id,
		})
	}
	thread := s.st.add("emailthread", "acti_", s.activity("EmailThread", lead, contact, made, map[string]any{
		"user_id": user.id, "latest_normalized_subject": subject,
	}))
	s.emails(thread, emails)
	return thread
}

// emails makes the e-mails of a thread, newest first. Their ids follow from the number of the thread.
func (s *seeder) emails(thread *object, newestFirst []map[string]any) {
	t := s.st.tables["email"]
	var above *object // the e-mail that came after
	for n, values := range newestFirst {
		settleBodies(values)
		values["thread_id"] = thread.id
		t.made = thread.seq*emailsPerThread + n
		email := s.st.add("email", "acti_", values)
		if above != nil {
			above.values["in_reply_to_id"] = email.id
		}
		above = email
	}
}
