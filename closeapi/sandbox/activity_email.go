package sandbox

import (
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// previewLength is how many characters of an e-mail lists show.
const previewLength = 200

// emailBodies are the members that e-mails lose where threads stand beside them.
var emailBodies = []string{"body_text", "body_html", "body_text_quoted", "body_html_quoted"}

func emailResource() *resource {
	r := activityResource("email", "email", "Email", slices.Concat(
		stored("direction", "sender", "to", "cc", "bcc", "subject", "body_text", "body_html"),
		[]*memberDef{
			derived("body_preview", func(_ *view, o *object) any { return preview(o) }),
			derived("body_text_quoted", quoted("body_text", "text")), derived("body_html_quoted", quoted("body_html", "html")),
		},
		messageMembers(),
		[]*memberDef{
			derived("attachments", func(_ *view, o *object) any { return listOr(o.values["attachments"]) }),
			derived("envelope", func(v *view, o *object) any { return v.envelope(o) }),
		},
		stored("email_account_id", "send_as_id", "in_reply_to_id", "thread_id", "template_id"),
		[]*memberDef{
			nameOf("template_name", "email_template", "template_id"),
			derived("message_ids", func(_ *view, o *object) any { return []string{messageID(o)} }),
			derived("references", func(v *view, o *object) any { return v.references(o) }),
			derived("has_reply", func(v *view, o *object) any { return v.hasReply(o) }),
			derived("opens", func(_ *view, o *object) any { return listOr(o.values["opens"]) }),
			derived("opens_summary", func(_ *view, o *object) any { return opensSummary(o) }),
			derived("send_attempts", func(_ *view, o *object) any { return listOr(o.values["send_attempts"]) }),
			constant("need_smtp_credentials", false),
		},
		stored("followup_sequence_id", "followup_sequence_delay"),
		[]*memberDef{derived("followup_sequence_add_cc_bcc", func(_ *view, o *object) any { return o.is("followup_sequence_add_cc_bcc") })},
		stored("bulk_email_action_id", "sequence_id", "sequence_name", "sequence_subscription_id", "agent_action_reason", "agent_config_id"),
	)...)
	r.writing = emailWriting()
	return r
}

func preview(o *object) any {
	text, ok := o.values["body_text"].(string)
	if !ok {
		return nil
	}
	letters := []rune(strings.Join(strings.Fields(text), " "))
	return string(letters[:min(len(letters), previewLength)])
}

// quoted is a body in its parts: what was written, and behind it what it quotes.
func quoted(body, name string) func(*view, *object) any {
	return func(_ *view, o *object) any {
		text := o.str(body)
		if text == "" {
			return []any{}
		}
		written, quote := text, ""
		if i := strings.Index(text, "\n> "); i >= 0 && name == "text" {
			written, quote = text[:i], text[i+1:]
		}
		parts := []any{fields{{"expand", true}, {name, written}}}
		if quote != "" {
			parts = append(parts, fields{{"expand", false}, {name, quote}})
		}
		return parts
	}
}

// envelope is who wrote to whom, with names.
func (v *view) envelope(o *object) any {
	var date, parent any
	if m, ok := v.shown(o, "date_sent").(moment); ok {
		date = m.t.Format(time.RFC1123Z)
	}
	if replied := v.st.get("email", o.str("in_reply_to_id")); replied != nil {
		parent = messageID(replied)
	}
	from := []fields{}
	if sender := o.str("sender"); sender != "" {
		from = append(from, v.identity(o, sender))
	}
	return fields{
		{"from", from}, {"sender", from}, {"reply_to", []fields{}}, {"to", v.identities(o, "to")}, {"cc", v.identities(o, "cc")},
		{"bcc", v.identities(o, "bcc")}, {"subject", o.values["subject"]}, {"date", date}, {"message_id", messageID(o)},
		{"in_reply_to", parent}, {"is_autoreply", false},
	}
}

func (v *view) identities(o *object, name string) []fields {
	all := []fields{}
	for _, address := range texts(o.values[name]) {
		all = append(all, v.identity(o, address))
	}
	return all
}

// identity is an address, with the name that stands beside it, or that a contact of the lead or a user has.
func (v *view) identity(o *object, address string) fields {
	email, name := address, any(nil)
	if parsed, err := mail.ParseAddress(address); err == nil {
		email = parsed.Address
		if parsed.Name != "" {
			name = parsed.Name
		}
	}
	for _, contact := range v.st.of("contact", o.str("lead_id")) {
		if name == nil && hasEmail(contact, email) {
			name = contact.values["name"]
		}
	}
	for _, user := range v.st.tables["user"].all {
		if name == nil && user.str("email") == email {
			name = userName(user)
		}
	}
	return fields{{"email", email}, {"name", name}}
}

func hasEmail(contact *object, email string) bool {
	emails, _ := contact.values["emails"].([]any)
	return slices.ContainsFunc(emails, func(e any) bool { return e.(fields).get("email") == email })
}

// texts are the items of a list of texts.
func texts(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, asText(item))
		}
		return all
	}
	return nil
}

// messageID is what mail servers call an e-mail.
func messageID(o *object) string { return "<" + o.id + "@mail.lighthouse.example>" }

// references are the message ids of the e-mails to which one replies, oldest first.
func (v *view) references(o *object) []string {
	ids := []string{}
	for o = v.st.get("email", o.str("in_reply_to_id")); o != nil && len(ids) < 100; o = v.st.get("email", o.str("in_reply_to_id")) {
		ids = append(ids, messageID(o))
	}
	slices.Reverse(ids)
	return ids
}

// hasReply tells whether something came in after an e-mail that went out.
func (v *view) hasReply(o *object) bool {
	sent, _ := o.moment("activity_at")
	return o.str("direction") == "outgoing" && slices.ContainsFunc(v.st.emailsOf(o.str("lead_id"), o.str("thread_id")), func(other *object) bool {
		came, _ := other.moment("activity_at")
		return other.str("direction") == "incoming" && came.t.After(sent.t)
	})
}

func opensSummary(o *object) any {
	opens, _ := o.values["opens"].([]any)
	switch len(opens) {
	case 0:
		return nil
	case 1:
		return "Opened once"
	}
	return "Opened " + strconv.Itoa(len(opens)) + " times"
}
