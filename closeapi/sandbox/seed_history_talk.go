package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// told puts names into a text of the demo data.
func told(text string, contact, lead *object) string {
	return strings.NewReplacer("{name}", calledBy(contact), "{company}", lead.str("name")).Replace(text)
}

func (h *history) note(days int) {
	contact, author := h.person(), h.user()
	own := map[string]any{"contact_id": nil, "title": nil, "source": "ui", "pinned": false, "pinned_at": nil}
	text := h.told(one(h.seeder, demoNotes), contact)
	rich := "<body><p>" + strings.TrimSuffix(strings.TrimPrefix(bodyOf(text), "<body>"), "</body>") + "</p></body>"
	if h.chance(20) {
		colleague := h.user()
		rich = strings.Replace(rich, "</p></body>", ` <span data-type="mention" data-id="`+colleague.id+`" data-label="`+
			colleague.str("first_name")+`" class="mention">@`+colleague.str("first_name")+`</span></p></body>`, 1)
	}
	own["note"], own["note_html"] = plainText(rich), rich
	if h.chance(60) {
		own["contact_id"] = contact.id
	}
	if h.chance(25) {
		own["title"] = one(h.seeder, []string{"Visit", "Requirements", "Next steps", "Who is who", "Price talk"})
	}
	made := h.ago(days)
	if h.chance(6) {
		own["pinned"], own["pinned_at"] = true, at(made)
	}
	h.wrote("note", author, made, own)
}

func (h *history) phoned(days int) {
	contact, caller, made := h.person(), h.user(), h.ago(days)
	note := one(h.seeder, demoCallNotes)
	own := map[string]any{
		"contact_id": contact.id, "source": inClose, "call_method": "regular", "direction": one(h.seeder, []string{"outbound", "outbound", "inbound"}),
		"remote_phone": number(contact), "local_phone": demoNumber, "note": note, "note_html": bodyOf(note), "status": "completed",
		"disposition": "answered", "duration": 30 + h.random.IntN(1500), "date_answered": at(made.Add(9 * time.Second)), "cost": "3",
		"users": []string{caller.id},
	}
	switch outcome := h.random.IntN(100); {
	case outcome < 20:
		own["status"], own["disposition"], own["duration"], own["date_answered"], own["cost"] = "no-answer", "no-answer", 0, nil, "1"
	case outcome < 32:
		own["disposition"], own["duration"] = "vm-left", 12+h.random.IntN(30)
	case outcome < 42:
		own["source"], own["call_method"], own["local_phone"], own["cost"] = external, "external", nil, nil
	case outcome < 72:
		own["recording_url"] = fmt.Sprintf("https://media.lighthouse.example/%d.mp3", h.st.tables["call"].made)
		own["recording_expires_at"] = at(made.AddDate(1, 0, 0))
		own["recording_transcript"] = h.transcript(contact, caller)
	}
	h.wrote("call", caller, made, own)
}

func (h *history) texted(days int) {
	contact, author, made := h.person(), h.user(), h.ago(days)
	own := map[string]any{
		"contact_id": contact.id, "status": messageInbox, "direction": "inbound", "source": inClose, "cost": "1", "date_sent": at(made),
		"text": one(h.seeder, demoMessages), "remote_phone": number(contact), "local_phone": demoNumber,
	}
	if h.chance(55) {
		own["status"], own["direction"], own["text"] = messageSent, "outbound", h.told(one(h.seeder, demoAnswers), contact)
	}
	if h.chance(4) {
		own["status"], own["direction"], own["error_message"], own["date_sent"] = messageError, "outbound", "The number cannot receive text messages.", nil
	}
	h.wrote("sms", author, made, own)
}

// whatsApp is a message, often with an answer.
func (h *history) whatsApp(days int) {
	contact, author, made := h.person(), h.user(), h.ago(days)
	t := h.st.tables["whatsapp_message"]
	send := func(direction, text string, when time.Time, to any) *object {
		return h.wrote("whatsapp_message", author, when, map[string]any{
			"contact_id": contact.id, "direction": direction, "external_whatsapp_message_id": fmt.Sprintf("wamid.%06d", t.made),
			"message_markdown": text, "remote_phone": number(contact), "local_phone": demoNumber, "response_to_id": to,
			"integration_name": "WhatsApp Bridge", "integration_link": fmt.Sprintf("https://bridge.example/chat/%d", t.made),
			"source": "whatsapp",
		})
	}
	first := send("incoming", one(h.seeder, demoMessages), made, nil)
	if h.chance(70) {
		send("outgoing", h.told(one(h.seeder, demoChats), contact), h.after(made, time.Duration(1+h.random.IntN(7))*time.Minute), first.id)
	}
}

// reviewed is a custom activity, with values for the fields that its type has.
func (h *history) reviewed(days int) {
	kind, author, made := one(h.seeder, h.st.tables["custom_activity_type"].all), h.user(), h.ago(days)
	own := map[string]any{
		"custom_activity_type_id": kind.id, "status": customPublished, "last_published_at": at(made), "pinned": false, "pinned_at": nil,
		"source": "ui", "contact_id": one(h.seeder, h.contacts).id,
	}
	score, findings := 1+h.random.IntN(10), h.told(one(h.seeder, demoNotes), h.contacts[0])
	for _, def := range h.st.customFields(fieldScope{"custom_activity_type", kind.id}) {
		switch def.str("type") {
		case "number":
			own["custom."+def.id] = score
		case "textarea":
			own["custom."+def.id] = bodyOf(findings)
		case "user":
			own["custom."+def.id] = author.id
		}
	}
	if h.chance(15) {
		own["status"], own["last_published_at"] = customDraft, nil
	}
	h.wrote("custom_activity", author, made, own)
}

// activityTypes are the types of the organization's custom activities.
func (s *seeder) activityTypes() {
	for _, kind := range [][2]string{{"Site audit", "What we found when we looked at their rooms."}, {"Trial review", "How a trial went."}} {
		s.customType("custom_activity_type", "actitype_", map[string]any{"name": kind[0], "description": kind[1]})
	}
}
