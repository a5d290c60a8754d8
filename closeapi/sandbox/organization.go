package sandbox

import (
	"regexp"
	"slices"
	"strings"
)

// currencies are the signs of some currencies; others are their own.
var currencies = map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CHF": "CHF", "SEK": "kr"}

// planType is what the organization pays for.
const planType = "enterprise"

// organizationResource is the tenant: there is one, and no list (Close docs: Organizations).
func organizationResource() *resource {
	return &resource{
		name: "organization", path: "/organization/", group: "other", read: true, also: []string{"_expand"},
		members: slices.Concat(
			[]*memberDef{idMember()},
			stored("name", "currency"),
			[]*memberDef{
				derived("currency_symbol", func(_ *view, o *object) any { return textOr(currencies[o.str("currency")], o.values["currency"]) }),
				constant("plan_type", planType),
				derived("lead_statuses", func(v *view, o *object) any { return statusList(v.st.inOrder(o)) }),
				derived("pipelines", func(v *view, _ *object) any { return v.st.tables["pipeline"].all }),
				derived("memberships", func(v *view, _ *object) any {
					return v.organizationMemberships("memberships", v.st.tables["membership"].all)
				}),
				derived("inactive_memberships", func(v *view, o *object) any {
					former, _ := o.values[inactive].([]*object)
					return v.organizationMemberships("inactive_memberships", former)
				}),
			},
			stored("created_by", "updated_by", "date_created", "date_updated"),
		),
		writing: &writing{
			closed: true,
			inputs: []input{
				{name: "name", on: onUpdate, notNull: true, check: someText},
				{name: "currency", on: onUpdate, notNull: true, check: currencyCode},
				{name: "lead_statuses", on: onUpdate, notNull: true, check: allStatuses},
				{name: "enable_unsubscribe_link", on: onUpdate, notNull: true, check: yesOrNo},
				{name: "require_unsubscribe_link", on: onUpdate, notNull: true, check: yesOrNo},
			},
			change: unchecked,
		},
	}
}

// inOrder are the lead statuses in the order that the organization gave them; new ones come last.
func (st *store) inOrder(organization *object) []*object {
	order, _ := organization.values["lead_statuses"].([]string)
	statuses := slices.Clone(st.tables["lead_status"].all)
	slices.SortStableFunc(statuses, func(a, b *object) int {
		return place(order, a.id) - place(order, b.id)
	})
	return statuses
}

// place is where an id stands in a list; behind all when it does not.
func place(ids []string, id string) int {
	if i := slices.Index(ids, id); i >= 0 {
		return i
	}
	return len(ids)
}

var isoCurrency = regexp.MustCompile(`^[A-Z]{3}$`)

func currencyCode(_ *write, v any) (any, any) {
	if s, ok := v.(string); ok && isoCurrency.MatchString(s) {
		return s, nil
	}
	return nil, "Not a valid currency."
}

// allStatuses accepts the lead statuses in a new order: all of them, each once.
func allStatuses(w *write, v any) (any, any) {
	var ids []string
	_, refusal := items(1000, func(w *write, status map[string]any) (any, fieldErrors) {
		id, refusal := ref("lead_status")(w, status["id"])
		if refusal != nil {
			return nil, fieldErrors{"id": refusal}
		}
		ids = append(ids, asText(id))
		return id, nil
	})(w, v)
	if refusal != nil {
		return nil, refusal
	}
	if len(ids) != len(w.st.tables["lead_status"].all) || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
		return nil, "All lead statuses must be given."
	}
	return ids, nil
}

// organizationMemberships carry the user in members of their own, or as an object where _expand asks for it (Close docs:
// Organizations).
func (v *view) organizationMemberships(name string, memberships []*object) any {
	list := []fields{}
	for _, o := range memberships {
		user := v.st.get("user", o.str("user_id"))
		m := fields{
			{"id", o.id}, {"user_id", user.id}, {"role_id", o.values["role_id"]},
			{"permissions_granted", v.st.get("role", o.str("role_id")).values["permissions"]},
			{"auto_record_calls", o.values["auto_record_calls"]}, {"track_email_opens", o.values["track_email_opens"]},
		}
		if slices.Contains(strings.Split(v.expand, ","), name+"__user") {
			m = append(m, field{"user", user})
		} else {
			m = append(m, fields{
				{"user_email", user.values["email"]},
				{"user_first_name", user.values["first_name"]},
				{"user_last_name", user.values["last_name"]},
				{"user_full_name", userName(user)},
				{"user_phone", nil},
			}...)
		}
		list = append(list, m)
	}
	return list
}
