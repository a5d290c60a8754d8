package sandbox

import (
	"net/http"
	"strings"
)

// unsubscribedEmailResource are the addresses that want no more bulk mail. An address is its own id, which no answer shows
// (Close docs: Unsubscribed Emails).
func unsubscribedEmailResource() *resource {
	return &resource{
		name: "unsubscribed_email", path: "/unsubscribe/email/", group: "other", modern: true, noFields: true,
		members: stored("email"),
		list:    &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true},
		writing: &writing{
			closed: true, newer: true,
			inputs: []input{{name: "email", on: onCreate, required: true, check: func(w *write, v any) (any, any) {
				email, refusal := str(500)(w, v)
				if refusal == nil && !strings.Contains(asText(email), "@") {
					return nil, "Invalid email address."
				}
				return email, refusal
			}}},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				email := asText(values["email"])
				w.st.markUnsubscribed(email, true)
				if o := w.st.get("unsubscribed_email", email); o != nil {
					return o, nil
				}
				return w.st.insert("unsubscribed_email", email, values), nil
			},
		},
	}
}

// addUnsubscribing declares how an address is subscribed again.
func (a *api) addUnsubscribing() {
	e := a.resources["unsubscribed_email"].endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
		st := c.s.store
		o := st.get("unsubscribed_email", c.id)
		if o == nil {
			return nil, notFound(c.id)
		}
		st.markUnsubscribed(c.id, false)
		st.remove("unsubscribed_email", o)
		v := c.view()
		return v.object(b, o, nil), nil
	})
	a.add("/unsubscribe/email/{id}/", map[string]*endpoint{http.MethodDelete: e})
}

// markUnsubscribed tells on all contacts that have an address whether it wants bulk mail.
func (st *store) markUnsubscribed(email string, unsubscribed bool) {
	for _, contact := range st.tables["contact"].all {
		list := asList(contact.values["emails"])
		for i, one := range list {
			item := one.(fields)
			if strings.EqualFold(asText(item.get("email")), email) {
				list[i] = fields{{"email", item.get("email")}, {"type", item.get("type")}, {"is_unsubscribed", unsubscribed}}
			}
		}
	}
}
