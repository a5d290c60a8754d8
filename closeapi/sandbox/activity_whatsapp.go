package sandbox

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

func whatsAppResource() *resource {
	r := activityResource("whatsapp_message", "whatsapp_message", "WhatsAppMessage", slices.Concat(
		stored("direction", "external_whatsapp_message_id", "message_markdown"),
		[]*memberDef{
			derived("message_html", func(_ *view, o *object) any { return whatsAppHTML(o.str("message_markdown")) }),
			derived("text", func(_ *view, o *object) any { return whatsAppText(o.str("message_markdown")) }),
		},
		slices.DeleteFunc(phoneMembers(), func(m *memberDef) bool { return strings.HasSuffix(m.name, "_country_iso") }),
		[]*memberDef{derived("attachments", func(_ *view, o *object) any { return listOr(o.values["attachments"]) })},
		stored("integration_link", "integration_name", "response_to_id", "sequence_id", "sequence_name", "sequence_subscription_id", "source"),
	)...)
	r.list.filters = append(r.list.filters, text("external_whatsapp_message_id", equal))
	r.writing = &writing{
		closed: true,
		params: []string{"send_to_inbox"},
		inputs: slices.Concat(
			required(common(onCreate, "lead_id", "contact_id", "activity_at")...),
			common(onUpdate, "contact_id", "activity_at"),
			common(onCreate|onUpdate, "user_id"),
			required(
				input{name: "external_whatsapp_message_id", on: onCreate, check: str(0)},
				input{name: "direction", on: onCreate | onUpdate, check: oneOf("incoming", "outgoing")},
				input{name: "local_phone", on: onCreate | onUpdate, check: phoneNumber},
				input{name: "remote_phone", on: onCreate | onUpdate, check: phoneNumber},
				input{name: "message_markdown", on: onCreate | onUpdate, check: str(0)},
			),
			[]input{
				{name: "response_to_id", on: onCreate | onUpdate, check: ref("whatsapp_message")},
				{name: "integration_link", on: onCreate | onUpdate, check: link("https", "http")},
				{name: "attachments", on: onCreate | onUpdate, check: attachments(attaching{kind: "whatsapp", most: 1000, required: []string{"content_type"}})},
			},
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if _, refused := w.c.sendToInbox(); refused != nil {
				return nil, refused
			}
			values["source"], values["integration_name"] = creationSource, w.c.appName()
			return w.newActivity("whatsapp_message", values), nil
		},
		change: func(_ *write, o *object, values map[string]any) fieldErrors {
			if values["response_to_id"] == o.id {
				return fieldErrors{"response_to_id": "A message cannot be a response to itself."}
			}
			settleMoments(values)
			return nil
		},
		delete: deleteActivity,
	}
	return r
}

// whatsAppMarks are the marks of WhatsApp's markdown, and the elements for which they stand.
var whatsAppMarks = []struct {
	mark    *regexp.Regexp
	element string
}{
	{regexp.MustCompile("(?s)```(.+?)```"), "code"},
	{regexp.MustCompile("`([^`\n]+)`"), "code"},
	{regexp.MustCompile(`\*([^*\n]+)\*`), "b"},
	{regexp.MustCompile(`\b_([^_\n]+)_\b`), "i"},
	{regexp.MustCompile(`~([^~\n]+)~`), "s"},
}

func whatsAppHTML(markdown string) string {
	text := html.EscapeString(markdown)
	for _, m := range whatsAppMarks {
		text = m.mark.ReplaceAllString(text, "<"+m.element+">$1</"+m.element+">")
	}
	return "<p>" + strings.ReplaceAll(text, "\n", "<br />") + "</p>"
}

func whatsAppText(markdown string) string {
	for _, m := range whatsAppMarks {
		markdown = m.mark.ReplaceAllString(markdown, "$1")
	}
	return markdown
}
