package sandbox

import (
	"fmt"
	"time"
)

// met is a meeting in the past, or in the next days.
func (h *history) met(days int) {
	contact, host, n := h.person(), h.user(), h.st.tables["meeting"].made
	ahead := h.chance(25)
	quarter, length := h.random.IntN(32), 15*(1+h.random.IntN(4))
	days++
	if ahead {
		days = -1 - h.random.IntN(14)
	}
	starts := h.today.AddDate(0, 0, -days).Add(9*time.Hour + time.Duration(quarter)*15*time.Minute)
	link := fmt.Sprintf("https://meet.lighthouse.example/j/%d", 4000+n)
	event := fmt.Sprintf("ev%05d", n)
	own := map[string]any{
		"contact_id": contact.id, "activity_at": at(starts), "title": h.told(one(h.seeder, demoMeetings), contact), "users": []string{host.id},
		"starts_at": at(starts), "ends_at": at(starts.Add(time.Duration(length) * time.Minute)), "location": link, "source": "calendar",
		"note": "Join: " + link, "conference_links": []fields{{{"type", "ZOOM"}, {"url", link}}}, "is_recurring": h.chance(10),
		"calendar_event_link": "https://calendar.lighthouse.example/event?eid=" + event, "calendar_event_uids": []string{event + "@calendar.lighthouse.example"},
		"provider_calendar_event_id": event, "provider_calendar_ids": []string{"primary"}, "provider_calendar_type": one(h.seeder, []string{"google", "microsoft"}),
		"connected_account_id": makeID("connected_account", "emailacct_", host.seq, 43),
		"attendees": []fields{
			attendee(host.str("email"), userName(host), nil, host.id, "yes", true),
			attendee(emailOf(contact), contact.values["name"], contact.id, nil, one(h.seeder, []string{"yes", "noreply", "maybe"}), false),
		},
	}
	recorded, fate := h.chance(45), h.random.IntN(100)
	transcript := h.transcript(contact, host)
	switch {
	case fate < 10:
		own["status"] = one(h.seeder, []string{"canceled", "declined-by-lead", "declined-by-org"})
	case !ahead:
		own["actual_duration"] = length*60 - 90 + h.random.IntN(180)
		note := h.told(one(h.seeder, demoNotes), contact)
		own["user_note"], own["user_note_html"], own["user_note_date_updated"] = note, bodyOf(note), at(starts.Add(time.Hour))
		if recorded {
			own["notetaker_id"] = makeID("notetaker", "notetaker_", n, 22)
			own["transcripts"] = []any{append(fields{{"id", makeID("transcript", "transcript_", n, 22)}}, transcript...)}
			own["summary"] = fields{{"html", transcript.get("summary_html")}, {"text", transcript.get("summary_text")}}
		}
	}
	h.wrote("meeting", host, h.ago(max(days, 0)+1+h.random.IntN(5)), own)
}

func attendee(email string, name, contact, user any, status string, organizer bool) fields {
	return fields{{"email", email}, {"name", name}, {"contact_id", contact}, {"user_id", user}, {"status", status}, {"is_organizer", organizer}}
}

// transcript is who said what in a recorded conversation.
func (h *history) transcript(contact, user *object) fields {
	them, us := asText(contactName(contact)), asText(userName(user))
	said, talked, start := []fields{}, map[string]float64{}, 0.5
	for i := range 4 + h.random.IntN(5) {
		speaker, side, text := us, "close-user", one(h.seeder, demoQuestions)
		if i%2 == 1 {
			speaker, side, text = them, "contact", one(h.seeder, demoReplies)
		}
		text = h.told(text, contact)
		length := float64(2 + len(text)/14)
		said = append(said, fields{{"speaker_label", speaker}, {"speaker_side", side}, {"start", start}, {"end", start + length}, {"text", text}})
		talked[speaker] += length
		start += length + 0.5
	}
	share := func(name, side string) fields {
		return fields{
			{"speaker_label", name}, {"speaker_side", side}, {"talk_time", talked[name]},
			{"talk_percentage", float64(int(1000*talked[name]/(talked[us]+talked[them]))) / 10},
		}
	}
	summary := them + " and " + us + " talked about the next steps."
	return fields{
		{"has_speaker_labels", true}, {"speakers", []fields{share(us, "close-user"), share(them, "contact")}}, {"utterances", said},
		{"summary_text", summary}, {"summary_html", "<p>" + summary + "</p>"},
	}
}
