package sandbox

import (
	"maps"
	"slices"
	"strings"
)

func contactResource() *resource {
	return &resource{
		name: "contact", path: "/contact/", group: "other", custom: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("lead_id", "name"),
			[]*memberDef{derived("display_name", func(_ *view, o *object) any { return contactDisplayName(o) })},
			stored("title", "emails", "phones", "urls", "timezone"),
			[]*memberDef{
				constant("timezone_source", nil),
				integrationLinks(),
				constant("subscriptions", []any{}),
				constant("recent_calls", []any{}),
				constant("lead_suggestions_operation_id", nil),
			},
			authorship(false),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip,
			filters: []filter{text("lead_id", equal)},
		},
		writing: contactWriting(),
	}
}

// contactName is the name of a contact; nil when it has none and nothing to be called by.
func contactName(o *object) any {
	if name := contactDisplayName(o); name != "" {
		return name
	}
	return nil
}

// contactDisplayName is the name, or else the first address or number.
func contactDisplayName(o *object) string {
	if name := o.str("name"); name != "" {
		return name
	}
	for _, way := range []struct{ list, member string }{{"emails", "email"}, {"phones", "phone_formatted"}} {
		if items, ok := o.values[way.list].([]any); ok && len(items) > 0 {
			if name, ok := items[0].(fields).get(way.member).(string); ok {
				return name
			}
		}
	}
	return ""
}

func contactWriting() *writing {
	return &writing{
		fields: true, closed: true,
		inputs: append(contactInputs(),
			input{name: "lead_id", on: always, check: ref("lead")},
			input{name: "created_by", on: onCreate, check: ref("user")},
			input{name: "date_created", on: onCreate, check: onlyTime},
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			completeContact(w, values)
			if values["lead_id"] == nil {
				lead := map[string]any{"name": values["name"], "status_id": w.st.tables["lead_status"].all[0].id, "addresses": []any{}}
				values["lead_id"] = w.newLead(lead).id
			}
			return w.st.add("contact", "cont_", values), nil
		},
		change: func(_ *write, _ *object, values map[string]any) fieldErrors {
			if lead, given := values["lead_id"]; given && lead == nil {
				return fieldErrors{"lead_id": textRequired}
			}
			completeLists(values, false)
			return nil
		},
		delete: deleteContact,
	}
}

func contactInputs() []input {
	return []input{
		{name: "name", on: always, check: str(1000)},
		{name: "title", on: always, check: str(1000)},
		{name: "emails", on: always, check: items(100, newEmail)},
		{name: "phones", on: always, check: items(100, newPhone)},
		{name: "urls", on: always, check: items(100, newURL)},
		{name: "timezone", on: always, check: str(0)},
	}
}

// nestedContact is a contact in the body of a new lead.
func nestedContact(w *write, given map[string]any) (any, fieldErrors) {
	values, errs := map[string]any{}, fieldErrors{}
	inputs := contactInputs()
	for name, v := range given {
		i := slices.IndexFunc(inputs, func(in input) bool { return in.name == name })
		switch {
		case strings.HasPrefix(name, "custom."):
			w.nestedCustom("contact", name, v, values, errs)
		case i < 0:
			errs[name] = textExtra
		case v != nil:
			value, refusal := inputs[i].check(w, v)
			if refusal != nil {
				errs[name] = refusal
			}
			values[name] = value
		}
	}
	return values, errs
}

func completeContact(w *write, values map[string]any) {
	completeLists(values, true)
	w.stamp(values)
}

// completeLists makes empty lists of those that are null, or on a new contact not given.
func completeLists(values map[string]any, isNew bool) {
	for _, name := range []string{"emails", "phones", "urls"} {
		if v, given := values[name]; v == nil && (given || isNew) {
			values[name] = []any{}
		}
	}
}

// deleteContact takes the contact away; what referred to it goes on without.
func deleteContact(st *store, contact *object) {
	lead := contact.str("lead_id")
	for _, name := range slices.Sorted(maps.Keys(st.tables)) {
		for _, o := range st.of(name, lead) {
			if o.str("contact_id") == contact.id {
				st.set(o, "contact_id", nil)
			}
		}
	}
	st.remove("contact", contact)
}

func newEmail(_ *write, given map[string]any) (any, fieldErrors) {
	email, _ := given["email"].(string)
	if name, domain, ok := strings.Cut(email, "@"); !ok || name == "" || !strings.Contains(domain, ".") || strings.ContainsAny(email, " <>") {
		return nil, fieldErrors{"email": "Invalid email address."}
	}
	return contactEmail(email, textOr(given["type"], "office")), nil
}

func contactEmail(email string, kind any) fields {
	return fields{{"email", email}, {"type", kind}, {"is_unsubscribed", false}}
}

func newPhone(_ *write, given map[string]any) (any, fieldErrors) {
	number, _ := given["phone"].(string)
	normal, ok := normalizePhone(number)
	if !ok {
		return nil, fieldErrors{"phone": "Invalid phone number."}
	}
	return contactPhone(normal, textOr(given["type"], "office")), nil
}

func contactPhone(number string, kind any) fields {
	return fields{{"phone", number}, {"phone_formatted", formatPhone(number)}, {"type", kind},
		{"country", phoneCountry(number)}, {"outbound_sms_blocked", false}}
}

func newURL(_ *write, given map[string]any) (any, fieldErrors) {
	url, ok := given["url"].(string)
	if !ok || !strings.Contains(url, "://") {
		return nil, fieldErrors{"url": "Invalid URL."}
	}
	return fields{{"url", url}, {"type", textOr(given["type"], "url")}}, nil
}
