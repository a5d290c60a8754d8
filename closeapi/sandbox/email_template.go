package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// emailTemplateResource are the texts that e-mails are made from (Close docs: Email Templates).
func emailTemplateResource() *resource {
	file := attachments(attaching{kind: "email_template", most: 100, inline: true})
	return &resource{
		name: "email_template", path: "/email_template/", group: "other", read: true, more: true, also: []string{"include_embedded"},
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "subject", "body"),
			[]*memberDef{derived("attachments", func(_ *view, o *object) any { return listOr(o.values["attachments"]) })},
			stored("is_shared", "is_archived"),
			[]*memberDef{
				onRequest("used_by_sequences", func(*view, *object) any { return []any{} }),
				organizationMember(),
			},
			authorship(false),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip, noFields: true,
			filters: []filter{boolean("is_archived"), boolean("is_shared")},
		},
		writing: &writing{
			fields: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "subject", on: onCreate | onUpdate, check: str(0)},
				{name: "body", on: onCreate | onUpdate, check: str(0)},
				{name: "is_shared", on: onCreate | onUpdate, notNull: true, check: yesOrNo},
				{name: "is_archived", on: onUpdate, notNull: true, check: yesOrNo},
				{name: "attachments", on: onCreate | onUpdate, check: file},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				preset(values, map[string]any{"subject": "", "body": "", "is_shared": false, "is_archived": false})
				w.stamp(values)
				return w.st.add("email_template", "tmpl_", values), nil
			},
			change: unchecked,
			delete: func(st *store, o *object) { st.remove("email_template", o) },
		},
	}
}

// renderParams are what says for whom a template is rendered: a lead and a contact, or an entry of what a query finds.
var renderParams = []string{
	"email_account_id", "bulk_object_type", "contact_id", "contact_preference", "entry", "lead_id", "limit", "query",
	"results_limit", "s_query", "sender", "sort", "mode",
}

// lastEntry is the last place in what a query finds that can be rendered.
const lastEntry = 100

// addTemplates declares what is done with templates beyond keeping them.
func (a *api) addTemplates() {
	a.add("/email_template/{id}/render/", map[string]*endpoint{
		http.MethodGet: a.resources["email_template"].endpoint("read", renderTemplate, renderParams),
	})
}

// renderTemplate is GET /email_template/{id}/render/.
func renderTemplate(c *call, b []byte) ([]byte, *apiError) {
	template := c.s.store.get("email_template", c.id)
	if template == nil {
		return nil, notFound(c.id)
	}
	lead, contact, refused := c.recipient()
	if refused != nil {
		return nil, refused
	}
	v := c.view()
	if contact == nil && c.params.Get("mode") == "contact" {
		return v.fields(b, fields{}), nil
	}
	answer := fields{
		{"subject", v.fill(template.str("subject"), lead, contact)}, {"body", v.fill(template.str("body"), lead, contact)},
		{"email", nil}, {"lead_id", lead.id}, {"lead_display_name", leadName(lead)}, {"contact_id", nil}, {"contact_display_name", nil},
	}
	if contact != nil {
		answer[2].value, answer[5].value, answer[6].value = emailOf(contact), contact.id, contactName(contact)
	}
	return v.fields(b, answer), nil
}

// recipient is the lead and the contact that a template is rendered for; the contact is nil past the end of those that a
// query finds.
func (c *call) recipient() (lead, contact *object, refused *apiError) {
	st := c.s.store
	leadID, contactID := c.params.Get("lead_id"), c.params.Get("contact_id")
	if leadID != "" || contactID != "" {
		lead, contact = st.get("lead", leadID), st.get("contact", contactID)
		errs := fieldErrors{}
		if lead == nil {
			errs["lead_id"] = textNoObject
		}
		if contact == nil || contact.str("lead_id") != leadID {
			errs["contact_id"] = textNoObject
		}
		if len(errs) > 0 {
			return nil, nil, refuseFields(errs)
		}
		return lead, contact, nil
	}
	entry, err := strconv.Atoi(c.params.Get("entry"))
	switch {
	case c.params.Get("query") == "" && c.params.Get("s_query") == "":
		return nil, nil, refuseAll("Provide either lead_id and contact_id, or query or s_query.")
	case err != nil || entry < 0 || entry > lastEntry:
		return nil, nil, refuseField("entry", "Input should be an integer from 0 to "+strconv.Itoa(lastEntry))
	}
	// The demonstration does not search: every lead, or every contact, is an entry.
	if c.params.Get("mode") == "contact" {
		if all := st.tables["contact"].all; entry < len(all) {
			contact = all[entry]
			lead = st.get("lead", contact.str("lead_id"))
		}
		return lead, contact, nil
	}
	all := st.tables["lead"].all
	if entry >= len(all) {
		return nil, nil, refuseField("entry", "There is no such entry.")
	}
	lead = all[entry]
	if contacts := st.of("contact", lead.id); len(contacts) > 0 {
		contact = contacts[0]
	}
	return lead, contact, nil
}

// fill fills in what a template knows; what it does not know becomes nothing.
func (v *view) fill(text string, lead, contact *object) string {
	known := map[string]any{"lead.display_name": leadName(lead), "user.first_name": v.user.str("first_name"), "user.full_name": userName(v.user)}
	if contact != nil {
		first, _, _ := strings.Cut(contact.str("name"), " ")
		known["contact.first_name"], known["contact.full_name"] = first, contactName(contact)
	}
	return fillIn(text, func(name string) string { return asText(known[name]) })
}

// fillIn puts values in the place of the names that stand in double braces.
func fillIn(text string, value func(name string) string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{{")
		out.WriteString(before)
		name, after, closed := strings.Cut(rest, "}}")
		if !found || !closed {
			out.WriteString(rest)
			return out.String()
		}
		out.WriteString(value(strings.TrimSpace(name)))
		text = after
	}
}
