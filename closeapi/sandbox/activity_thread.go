package sandbox

import (
	"regexp"
	"slices"
	"strings"
)

func emailThreadResource() *resource {
	r := activityResource("emailthread", "emailthread", "EmailThread", slices.Concat(
		stored("latest_normalized_subject"),
		[]*memberDef{
			derived("n_emails", func(v *view, o *object) any { return len(v.mails(o)) }),
			derived("participants", func(v *view, o *object) any { return v.participants(o) }),
			derived("emails", func(v *view, o *object) any { return v.emailsInThread(o) }),
			derived("latest_emails", func(v *view, o *object) any { return v.previews(o) }),
			constant("importance", fields{{"type", "important"}, {"reason", "by-default"}}),
			constant("summary", nil),
			derived("comment_summary", commentSummary),
		},
	)...)
	r.writing = &writing{delete: func(st *store, o *object) {
		st.remove("email", st.emailsOf(o.str("lead_id"), o.id)...)
		st.remove("emailthread", o)
	}}
	return r
}

// emailsOf are the e-mails of a thread at a lead, newest first.
func (st *store) emailsOf(lead, thread string) []*object {
	var mine []*object
	for _, email := range st.of("email", lead) {
		if email.str("thread_id") == thread {
			mine = append(mine, email)
		}
	}
	slices.SortStableFunc(mine, func(a, b *object) int {
		one, _ := a.moment("activity_at")
		other, _ := b.moment("activity_at")
		if c := other.t.Compare(one.t); c != 0 {
			return c
		}
		return b.seq - a.seq
	})
	return mine
}

// mails are the e-mails of a thread, newest first.
func (v *view) mails(thread *object) []*object {
	return v.st.emailsOf(thread.str("lead_id"), thread.id)
}

// shown is what an answer shows as a member of an object.
func (v *view) shown(o *object, name string) any {
	for _, m := range o.res.members {
		if m.name == name && m.derive != nil {
			return m.derive(v, o)
		}
	}
	return o.values[name]
}

// emailPreview is an e-mail without its text (Close docs: Email Threads).
func (v *view) emailPreview(email *object) fields {
	f := fields{{"id", email.id}}
	for _, name := range []string{
		"status", "direction", "sender", "to", "cc", "bcc", "subject", "body_preview", "envelope", "opens_summary",
		"send_as_id", "user_id", "date_created", "date_sent", "date_updated",
	} {
		f = append(f, field{name, v.shown(email, name)})
	}
	return append(f, field{"has_attachments", len(asList(email.values["attachments"])) > 0})
}

func (v *view) previews(thread *object) []fields {
	all := []fields{}
	for _, email := range v.mails(thread) {
		all = append(all, v.emailPreview(email))
	}
	return all
}

// emailsInThread are the e-mails of a thread as they are, but for their texts.
func (v *view) emailsInThread(thread *object) []fields {
	all := []fields{}
	for _, email := range v.mails(thread) {
		f := fields{}
		for _, m := range email.res.defaults[""] {
			if !slices.Contains(emailBodies, m.name) {
				f = append(f, field{m.name, v.shown(email, m.name)})
			}
		}
		all = append(all, append(f, field{"ai_draft", nil}))
	}
	return all
}

// participants are all who wrote or were written to.
func (v *view) participants(thread *object) []fields {
	all, seen := []fields{}, map[any]bool{}
	for _, email := range v.mails(thread) {
		var addresses []string
		if sender := email.str("sender"); sender != "" {
			addresses = append(addresses, sender)
		}
		for _, address := range append(addresses, append(texts(email.values["to"]), texts(email.values["cc"])...)...) {
			if one := v.identity(email, address); !seen[one.get("email")] {
				seen[one.get("email")] = true
				all = append(all, one)
			}
		}
	}
	return all
}

var replyMarks = regexp.MustCompile(`(?i)^\s*(?:re|fwd?|aw|wg)\s*:\s*`)

// normalizedSubject is a subject without Re: and Fwd:.
func normalizedSubject(subject string) string {
	for replyMarks.MatchString(subject) {
		subject = replyMarks.ReplaceAllString(subject, "")
	}
	return strings.TrimSpace(subject)
}

// threadFor is the thread of an e-mail: that of the e-mail to which it replies, or one at the same lead with the same
// subject, or a new one. now is the thread it is in already, "" for none.
func (w *write) threadFor(lead, now string, email map[string]any) string {
	subject := normalizedSubject(asText(email["subject"]))
	if replied := w.st.get("email", asText(email["in_reply_to_id"])); replied != nil && replied.str("thread_id") != "" {
		return replied.str("thread_id")
	}
	if thread := w.st.get("emailthread", now); thread != nil && strings.EqualFold(thread.str("latest_normalized_subject"), subject) {
		return now
	}
	for _, thread := range w.st.of("emailthread", lead) {
		if subject != "" && strings.EqualFold(thread.str("latest_normalized_subject"), subject) {
			return thread.id
		}
	}
	return w.loggedActivity("emailthread", lead, map[string]any{
		"contact_id": email["contact_id"], "user_id": email["user_id"], "activity_at": email["activity_at"], "latest_normalized_subject": subject,
	}).id
}

// touchEmails keeps a thread up to date with a new or changed e-mail.
func (w *write) touchEmails(email *object) {
	thread := w.st.get("emailthread", email.str("thread_id"))
	if thread == nil {
		return
	}
	sent, _ := email.moment("activity_at")
	if latest, ok := thread.moment("activity_at"); !ok || !latest.t.After(sent.t) {
		w.st.set(thread, "activity_at", email.values["activity_at"])
		w.st.set(thread, "latest_normalized_subject", normalizedSubject(email.str("subject")))
	}
	w.st.set(thread, "date_updated", at(w.c.now))
}

// deleteEmail takes an e-mail away, and with its last one the thread.
func deleteEmail(st *store, email *object) {
	st.remove("email", email)
	closeThread(st, email.str("lead_id"), email.str("thread_id"))
}

// closeThread takes a thread without e-mails away.
func closeThread(st *store, lead, id string) {
	if thread := st.get("emailthread", id); thread != nil && len(st.emailsOf(lead, id)) == 0 {
		st.remove("emailthread", thread)
	}
}
