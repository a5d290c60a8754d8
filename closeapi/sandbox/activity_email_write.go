package sandbox

import (
	"html"
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

// maxBodySize is the longest text of an e-mail.
const maxBodySize = 1 << 20

func emailWriting() *writing {
	return &writing{
		closed: true,
		inputs: slices.Concat(
			required(common(onCreate, "lead_id")...),
			common(onCreate|onUpdate, "contact_id", "user_id", "activity_at"),
			common(onCreate, "date_created", "created_by", "organization_id"),
			messageInputs(),
			[]input{
				{name: "sender", on: onCreate | onUpdate, check: mailbox},
				{name: "to", on: onCreate | onUpdate, check: recipients},
				{name: "cc", on: onCreate | onUpdate, check: recipients},
				{name: "bcc", on: onCreate | onUpdate, check: recipients},
				{name: "subject", on: onCreate | onUpdate, check: str(1000)},
				{name: "body_text", on: onCreate | onUpdate, check: str(maxBodySize)},
				{name: "body_html", on: onCreate | onUpdate, check: str(maxBodySize)},
				{name: "attachments", on: onCreate | onUpdate, check: attachments(attaching{kind: "email", most: 1000, required: []string{"size"}, inline: true})},
				{name: "template_id", on: onCreate | onUpdate, check: mayBe("email_template")},
				{name: "email_account_id", on: onCreate | onUpdate, check: mayBe("connected_account")},
				{name: "in_reply_to_id", on: onCreate | onUpdate, check: ref("email")},
				{name: "followup_date", on: onCreate | onUpdate, check: onlyTime},
				{name: "followup_sequence_id", on: onCreate | onUpdate, check: mayBe("sequence")},
				{name: "followup_sequence_delay", on: onCreate | onUpdate, check: integer(86_400, 1<<31)},
				{name: "followup_sequence_add_cc_bcc", on: onCreate | onUpdate, check: yesOrNo},
				{name: "opens", on: onCreate | onUpdate, check: items(1000, newOpen)},
			},
		),
		create: createEmail,
		change: func(w *write, o *object, values map[string]any) fieldErrors {
			if errs := settleEmail(w, o, values); len(errs) > 0 {
				return errs
			}
			thread := w.threadFor(o.str("lead_id"), o.str("thread_id"), mergedEmail(o, values))
			w.followUp(thread, o.values["user_id"], values)
			values["thread_id"] = thread
			return nil
		},
		changed: func(w *write, o *object, before map[string]any) {
			w.touchEmails(o)
			if left := asText(before["thread_id"]); left != o.str("thread_id") {
				closeThread(w.st, o.str("lead_id"), left)
			}
		},
		delete: deleteEmail,
	}
}

func createEmail(w *write, values map[string]any) (*object, *apiError) {
	if errs := settleEmail(w, nil, values); len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	thread := w.threadFor(values["lead_id"].(string), "", values) // checked as required
	w.followUp(thread, values["user_id"], values)
	values["thread_id"] = thread
	email := w.newActivity("email", values)
	w.touchEmails(email)
	return email, nil
}

// settleEmail checks who writes to whom, and sets what follows from the members given.
func settleEmail(w *write, o *object, values map[string]any) fieldErrors {
	if errs := settleMessage(w, o, values); len(errs) > 0 {
		return errs
	}
	settleMoments(values)
	errs := fieldErrors{}
	status := merged(o, values, "status").(string) // checked as required
	sender := merged(o, values, "sender")
	switch status {
	case messageSent:
		if sender == nil {
			user := w.st.get("user", asText(merged(o, values, "user_id")))
			if user == nil {
				user = w.c.user
			}
			values["sender"] = user.values["email"]
		}
	case messageInbox, messageScheduled, messageOutbox, messageError:
		if sender == nil {
			errs["sender"] = textRequired
		}
	}
	if (status == messageScheduled || status == messageOutbox) && len(texts(merged(o, values, "to"))) == 0 {
		errs["to"] = textRequired
	}
	values["direction"] = "outgoing"
	if status == messageInbox {
		values["direction"] = "incoming"
	}
	for _, name := range []string{"to", "cc", "bcc"} {
		if v, given := values[name]; v == nil && (given || o == nil) {
			values[name] = []any{}
		}
	}
	settleBodies(values)
	return errs
}

// settleBodies makes the body that is not given out of the one that is.
func settleBodies(values map[string]any) {
	text, hasText := values["body_text"].(string)
	rich, hasRich := values["body_html"].(string)
	switch {
	case hasText && !hasRich:
		values["body_html"] = strings.TrimSuffix(strings.TrimPrefix(bodyOf(text), "<body>"), "</body>")
	case hasRich && !hasText:
		values["body_text"] = mailText(rich)
	}
}

var (
	mailBreaks = regexp.MustCompile(`(?i)<br ?/?>|</(?:p|div|tr|li|h[1-6])>`)
	mailTags   = regexp.MustCompile(`<[^>]*>`)
)

// mailText is the text of an e-mail in HTML, which has more elements than rich text.
func mailText(rich string) string {
	return strings.TrimSpace(html.UnescapeString(mailTags.ReplaceAllString(mailBreaks.ReplaceAllString(rich, "\n"), "")))
}

// mailbox accepts an address, alone or with a name before it.
func mailbox(_ *write, v any) (any, any) {
	s, _ := v.(string)
	if _, err := mail.ParseAddress(s); err != nil {
		return nil, "Invalid email address."
	}
	return s, nil
}

// recipients accepts a list of addresses.
func recipients(w *write, v any) (any, any) {
	given, ok := v.([]any)
	switch {
	case !ok:
		return nil, "Value must be of list type."
	case len(given) > 500:
		return nil, "List should have at most 500 items"
	}
	for _, item := range given {
		s, isText := item.(string)
		if _, refusal := mailbox(w, s); !isText || refusal != nil || len(s) > 1000 {
			return nil, "Invalid email address."
		}
	}
	return given, nil
}

func newOpen(w *write, given map[string]any) (any, fieldErrors) {
	errs := fieldErrors{}
	opened, refusal := onlyTime(w, given["opened_at"])
	if refusal != nil {
		errs["opened_at"] = refusal
	}
	for name := range given {
		if name != "opened_at" {
			errs[name] = textExtra
		}
	}
	return fields{{"opened_at", opened}, {"opened_by", nil}, {"ip_address", nil}, {"user_agent", nil}}, errs
}

// mergedEmail is what an e-mail will be after a change.
func mergedEmail(o *object, values map[string]any) map[string]any {
	after := map[string]any{}
	for _, name := range []string{"subject", "in_reply_to_id", "activity_at", "user_id", "contact_id"} {
		after[name] = merged(o, values, name)
	}
	return after
}

// followUp makes the task that reminds of an e-mail without an answer.
func (w *write) followUp(thread string, user any, values map[string]any) {
	date := values["followup_date"]
	delete(values, "followup_date")
	if date == nil {
		return
	}
	task := w.notify(taskFollowup, w.st.get("emailthread", thread))
	w.st.set(task, "date", date)
	if user != nil {
		w.st.set(task, "assigned_to", user)
	}
}
