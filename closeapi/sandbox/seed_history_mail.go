package sandbox

import (
	"strings"
	"time"
)

// mailed is a conversation by e-mail that we began.
func (h *history) mailed(days int) {
	contact, author := h.person(), h.user()
	subject := h.told(one(h.seeder, demoMailSubjects), contact)
	began := h.ago(days)
	sent := began
	var newestFirst []map[string]any
	quote := ""
	for n := range 1 + h.random.IntN(4) {
		if wait := time.Duration(2+h.random.IntN(30)) * time.Hour; n > 0 {
			sent = h.after(sent, wait)
		}
		outgoing, text := n%2 == 0, h.told(one(h.seeder, demoOffers), contact)
		if !outgoing {
			text = one(h.seeder, demoMails)
		}
		opened := h.chance(50)
		values := h.mail(contact, author, outgoing, sent)
		values["subject"], values["body_text"] = subject, text+quote
		if n > 0 {
			values["subject"] = "Re: " + subject
		}
		if outgoing && opened {
			values["opens"] = []any{fields{
				{"opened_at", at(h.after(sent, 20*time.Minute))}, {"opened_by", nil}, {"ip_address", "203.0.113.7"}, {"user_agent", "Mail/16.0"},
			}}
		}
		quote = "\n\n> " + strings.ReplaceAll(text, "\n", "\n> ")
		newestFirst = append([]map[string]any{values}, newestFirst...)
	}
	h.conversation(contact, author, subject, newestFirst)
}

// mail are the members of an e-mail between a contact and a user.
func (h *history) mail(contact, user *object, outgoing bool, sent time.Time) map[string]any {
	ours, theirs := asText(userName(user))+" <"+user.str("email")+">", emailOf(contact)
	values := map[string]any{
		"lead_id": h.lead.id, "contact_id": contact.id, "user_id": user.id, "status": messageInbox, "direction": "incoming",
		"sender": theirs, "to": []any{user.str("email")}, "cc": []any{}, "bcc": []any{}, "activity_at": at(sent), "date_sent": at(sent),
		"date_created": at(sent), "date_updated": at(sent), "created_by": nil, "updated_by": nil,
		"email_account_id": makeID("connected_account", "emailacct_", user.seq, 43),
	}
	if outgoing {
		values["status"], values["direction"], values["sender"], values["to"] = messageSent, "outgoing", ours, []any{theirs}
		values["created_by"], values["updated_by"] = user.id, user.id
	}
	return values
}

// conversation makes a thread of its e-mails.
func (h *history) conversation(contact, user *object, subject string, newestFirst []map[string]any) {
	first, last := newestFirst[len(newestFirst)-1]["date_created"].(moment), newestFirst[0]
	thread := h.wrote("emailthread", user, first.t, map[string]any{
		"contact_id": contact.id, "latest_normalized_subject": subject, "users": []string{user.id},
		"activity_at": last["activity_at"],
	})
	thread.values["date_created"], thread.values["date_updated"] = first, last["date_updated"]
	h.emails(thread, newestFirst)
}

// unsent is an e-mail that is written but not on its way yet, or waits for tomorrow.
func (h *history) unsent(status string) {
	contact, author := h.contacts[0], h.user()
	values := h.mail(contact, author, true, h.ago(h.random.IntN(3)))
	subject := h.told(one(h.seeder, demoMailSubjects), contact)
	values["subject"], values["body_text"] = subject, h.told(one(h.seeder, demoOffers), contact)
	values["status"], values["date_sent"] = status, nil
	if status == messageScheduled {
		tomorrow := at(h.today.AddDate(0, 0, 1).Add(8 * time.Hour))
		values["date_scheduled"], values[sendAt] = tomorrow, tomorrow
		values["activity_at"] = tomorrow
	}
	h.conversation(contact, author, subject, []map[string]any{values})
}
