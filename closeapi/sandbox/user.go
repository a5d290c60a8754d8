package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

func userResource() *resource {
	return &resource{
		name: "user", path: "/user/", group: "other", noFields: true, read: true,
		also: []string{"_limit", "_skip", "_order_by"},
		members: slices.Concat(userMembers(), []*memberDef{
			derived("organizations", func(v *view, _ *object) any { return []string{v.st.organization} }),
		}),
		list: &listing{
			maxLimit: 1000, maxSkip: defaultMaxSkip, exact: true,
			orders: map[string]order{
				"last_name,first_name": byText("last_name", "first_name"),
				"first_name,last_name": byText("first_name", "last_name"),
			},
		},
	}
}

// userMembers are those that a user has everywhere (Close docs: Users).
func userMembers() []*memberDef {
	return slices.Concat(
		[]*memberDef{idMember()},
		stored("email", "first_name", "last_name", "image", "last_used_timezone", "date_created", "date_updated"),
		[]*memberDef{constant("email_verified_at", nil), constant("google_profile_image_url", nil)},
	)
}

func userName(o *object) any {
	return strings.TrimSpace(o.str("first_name") + " " + o.str("last_name"))
}

func byText(names ...string) order {
	return func(_ *view, o *object) sortKey {
		var key strings.Builder
		for _, name := range names {
			key.WriteString(strings.ToLower(o.str(name)) + "\x00")
		}
		return sortKey{text: key.String()}
	}
}

// meResource is the caller: a user with more about itself, and with its organization as an object.
func meResource() *resource {
	r := &resource{name: "me", path: "/me/", group: "other", virtual: true}
	r.members = slices.Concat(userMembers(), []*memberDef{
		derived("organizations", func(v *view, _ *object) any {
			return []any{v.organizationOfMe()}
		}),
		derived("memberships", func(v *view, o *object) any { return v.membershipsOfMe(o) }),
		derived("email_accounts", emailAccountsOfMe),
		derived("phone_numbers", phoneNumbersOfMe),
	})
	r.single = func(c *call, b []byte) ([]byte, *apiError) {
		sel, refused := r.selection(c)
		if refused != nil {
			return nil, refused
		}
		if sel == nil {
			sel = &selection{}
		}
		sel.as = r
		v := c.view()
		return v.object(b, c.user, sel), nil
	}
	return r
}

// organizationOfMe is the organization as /me/ shows it: without its members, of which the docs do not tell there.
func (v *view) organizationOfMe() json.RawMessage {
	sel := &selection{without: []string{"memberships", "inactive_memberships"}, picked: map[pick][]*memberDef{}}
	return v.object(nil, v.st.get("organization", v.st.organization), sel)
}

// membershipsOfMe are the caller's memberships: one, with some of its members (Close docs: Users).
func (v *view) membershipsOfMe(user *object) any {
	m := v.st.membershipOf(user)
	if m == nil {
		return []any{}
	}
	return []fields{{
		{"id", m.id}, {"organization_id", v.st.organization}, {"user_id", user.id}, {"role_id", m.values["role_id"]},
		{"permissions_granted", v.st.roleOf(user).values["permissions"]},
		{"auto_record_calls", m.values["auto_record_calls"]}, {"track_email_opens", m.values["track_email_opens"]},
	}}
}

// mailboxes are the kinds of connected accounts that send e-mail.
var mailboxes = []string{"google", "custom_email"}

func emailAccountsOfMe(v *view, user *object) any {
	accounts := []fields{}
	for _, o := range v.st.tables["connected_account"].all {
		if o.values["user_id"] == user.id && slices.Contains(mailboxes, o.str("_type")) {
			accounts = append(accounts, fields{
				{"_type", o.values["_type"]}, {"id", o.id}, {"identities", o.values["identities"]},
				{"organization_id", v.st.organization}, {"user_id", user.id},
			})
		}
	}
	return accounts
}

func phoneNumbersOfMe(v *view, user *object) any {
	numbers := []fields{}
	for _, o := range v.st.tables["phone_number"].all {
		if o.values["user_id"] == user.id {
			numbers = append(numbers, fields{
				{"id", o.id}, {"number", o.values["number"]}, {"organization_id", v.st.organization},
				{"date_created", o.values["date_created"]}, {"date_updated", o.values["date_updated"]},
			})
		}
	}
	return numbers
}

// addAvailability declares who is at work: nobody tells the sandbox, so the first users are, one of them on the phone.
func (a *api) addAvailability() {
	e := a.resources["user"].endpoint("read", func(c *call, b []byte) ([]byte, *apiError) {
		if id := c.params.Get("organization_id"); id != "" && id != c.s.store.organization {
			return nil, notFound(id)
		}
		v := c.view()
		return v.fields(b, fields{{"data", availability(c.s.store)}}), nil
	}, []string{"organization_id"})
	a.add("/user/availability/", map[string]*endpoint{http.MethodGet: e})
}

func availability(st *store) []fields {
	all := []fields{}
	for i, user := range st.tables["user"].all {
		status := map[bool]string{true: "online", false: "offline"}[i < 4]
		calls := []any{}
		if last := lastCallOf(st, user); i == 1 && last != nil {
			calls = append(calls, fields{{"id", last.id}, {"method", "regular"}, {"lead", leadOnThePhone(st, last)}})
		}
		all = append(all, fields{{"user_id", user.id}, {"availability", []fields{
			{{"type", "web"}, {"status", status}, {"active_calls", calls}},
			{{"type", "mobile"}, {"status", "offline"}, {"active_calls", []any{}}},
		}}})
	}
	return all
}

func lastCallOf(st *store, user *object) *object {
	var last *object
	for _, o := range st.tables["call"].all {
		if o.values["user_id"] == user.id {
			last = o
		}
	}
	return last
}

func leadOnThePhone(st *store, call *object) any {
	lead := st.get("lead", call.str("lead_id"))
	if lead == nil {
		return nil
	}
	return fields{{"id", lead.id}, {"display_name", leadName(lead)}}
}
