package sandbox

import (
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
			return []*object{v.st.get("organization", v.st.organization)}
		}),
		derived("memberships", func(v *view, o *object) any {
			m := membership(o)
			return []fields{append(m, field{"organization_id", v.st.organization})}
		}),
		constant("email_accounts", []any{}),
		constant("phone_numbers", []any{}),
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

// membership is what a user may do in the organization.
func membership(user *object) fields {
	return fields{
		{"id", makeID("membership", "memb_", user.seq, 43)},
		{"user_id", user.id},
		{"role_id", user.values["role"]},
		{"permissions_granted", user.values["permissions"]},
		{"auto_record_calls", "unset"},
		{"track_email_opens", true},
	}
}

// organizationResource is the tenant: there is one, and no list.
func organizationResource() *resource {
	return &resource{
		name: "organization", path: "/organization/", group: "other", read: true, also: []string{"_expand"},
		members: slices.Concat(
			[]*memberDef{idMember()},
			stored("name", "currency"),
			[]*memberDef{
				constant("currency_symbol", "$"),
				constant("plan_type", "enterprise"),
				derived("lead_statuses", func(v *view, _ *object) any { return statusList(v.st.tables["lead_status"].all) }),
				derived("pipelines", func(v *view, _ *object) any { return v.st.tables["pipeline"].all }),
				derived("memberships", organizationMemberships),
				constant("inactive_memberships", []any{}),
			},
			stored("created_by", "updated_by", "date_created", "date_updated"),
		),
	}
}

// organizationMemberships carry the user in members of their own, or as an object where _expand asks for it
// (Close docs: Organizations).
func organizationMemberships(v *view, _ *object) any {
	var ms []fields
	for _, user := range v.st.tables["user"].all {
		m := membership(user)
		if slices.Contains(strings.Split(v.expand, ","), "memberships__user") {
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
		ms = append(ms, m)
	}
	return ms
}
