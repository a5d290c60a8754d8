package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// membershipResource are the links between users and the organization. They are shown by /me/ and the organization, and by
// themselves only when they are written (Close docs: Memberships).
func membershipResource() *resource {
	return &resource{
		name: "membership", path: "/membership/", group: "other", noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()}, stored("user_id", "role_id"),
			[]*memberDef{
				renamed("role", "role_id"),
				derived("permissions_granted", func(v *view, o *object) any {
					return v.st.get("role", o.str("role_id")).values["permissions"]
				}),
			},
			stored("auto_record_calls", "track_email_opens", "default_caller_id", "hangup_recording_url", "may_workflows_impersonate"),
			[]*memberDef{
				derived("primary_personal_number", func(v *view, o *object) any {
					for _, number := range v.st.tables["phone_number"].all {
						if number.values["user_id"] == o.values["user_id"] {
							return number.id
						}
					}
					return nil
				}),
				constant("is_free", false), constant("onboarding_status", "in-progress"), constant("plan_type", planType),
			},
		),
		writing: &writing{
			closed: true,
			inputs: []input{
				{name: "email", on: onCreate, required: true, check: someText},
				{name: "role_id", on: always, required: true, check: ref("role")},
				{name: "auto_record_calls", on: onUpdate | onBulk, notNull: true, check: oneOf("enabled", "disabled", "unset")},
				{name: "track_email_opens", on: onUpdate | onBulk, notNull: true, check: yesOrNo},
				{name: "may_workflows_impersonate", on: onUpdate | onBulk, notNull: true, check: yesOrNo},
				{name: "default_caller_id", on: onUpdate | onBulk, check: ref("phone_number")},
				{name: "hangup_recording_url", on: onUpdate | onBulk, check: link("https")},
			},
			create: join,
			change: unchecked,
			delete: func(st *store, o *object) {
				organization := st.get("organization", st.organization)
				former, _ := organization.values[inactive].([]*object)
				organization.values[inactive] = append(slices.Clip(former), o)
				st.remove("membership", o)
			},
		},
	}
}

// inactive is where the organization keeps the memberships that have ended.
const inactive = "inactive"

// verifiedDomain is the one of which people can become members over the API.
const verifiedDomain = "@lighthouse.example"

// join is POST /membership/: it sees to it that somebody has an active membership, and makes the user if need be.
func join(w *write, values map[string]any) (*object, *apiError) {
	email, role := strings.ToLower(asText(values["email"])), w.st.get("role", asText(values["role_id"]))
	switch {
	case !permits(w.st.roleOf(w.c.user), manageOrganization):
		return nil, refuse(http.StatusForbidden, "You are not allowed to manage this organization.")
	case permits(role, manageOrganization):
		return nil, refuse(http.StatusForbidden, "This role cannot be given over the API.")
	case !strings.HasSuffix(email, verifiedDomain):
		return nil, refuse(http.StatusForbidden, "The domain of the address is not verified.")
	}
	users := w.st.tables["user"].all
	i := slices.IndexFunc(users, func(user *object) bool { return user.values["email"] == email })
	if i < 0 {
		name, _, _ := strings.Cut(email, "@")
		user := w.st.add("user", "user_", map[string]any{
			"email": email, "first_name": name, "last_name": "", "image": nil, "last_used_timezone": nil,
			"date_created": at(w.c.now), "date_updated": at(w.c.now),
		})
		return w.st.addMembership(user, role.id), nil
	}
	if m := w.st.membershipOf(users[i]); m != nil {
		return m, nil
	}
	organization := w.st.get("organization", w.st.organization)
	former, _ := organization.values[inactive].([]*object)
	for _, o := range former {
		if o.values["user_id"] == users[i].id {
			organization.values[inactive] = slices.DeleteFunc(slices.Clone(former), func(other *object) bool { return other == o })
			o.values["role_id"] = role.id
			return w.st.insert("membership", o.id, o.values), nil
		}
	}
	return w.st.addMembership(users[i], role.id), nil
}

// addMembership makes a user a member.
func (st *store) addMembership(user *object, role string) *object {
	return st.add("membership", "memb_", map[string]any{
		"user_id": user.id, "role_id": role, "auto_record_calls": "unset", "track_email_opens": true, "default_caller_id": nil,
		"hangup_recording_url": nil, "may_workflows_impersonate": false, "saved_view_ids": []any{},
	})
}

// membershipOf is the active membership of a user; nil when there is none.
func (st *store) membershipOf(user *object) *object {
	for _, o := range st.tables["membership"].all {
		if o.values["user_id"] == user.id {
			return o
		}
	}
	return nil
}

// roleOf is what a user may do; who has no membership may do the least.
func (st *store) roleOf(user *object) *object {
	if m := st.membershipOf(user); m != nil {
		return st.get("role", m.str("role_id"))
	}
	return st.get("role", roleRestricted)
}

// addMemberships declares what is done with many of them at once, and with what users pinned to the sidebar.
func (a *api) addMemberships() {
	r := a.resources["membership"]
	a.add("/membership/", map[string]*endpoint{http.MethodPut: r.endpoint("write", changeMemberships, []string{"id__in"})})
	a.add("/membership/{id}/pinned_views/", map[string]*endpoint{
		http.MethodGet: r.endpoint("read", pinned),
		http.MethodPut: r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
			w := &write{c, c.s.store}
			if refused := c.members("saved_view_ids"); refused != nil {
				return nil, refused
			}
			ids, refusal := refs("saved_search")(w, c.body["saved_view_ids"])
			if refusal != nil {
				return nil, refuseField("saved_view_ids", asText(refusal))
			}
			if o := w.st.get("membership", c.id); o != nil {
				w.st.set(o, "saved_view_ids", ids)
			}
			return pinned(c, b)
		}),
	})
}

// pinned is GET /membership/{id}/pinned_views/.
func pinned(c *call, b []byte) ([]byte, *apiError) {
	o := c.s.store.get("membership", c.id)
	if o == nil {
		return nil, notFound(c.id)
	}
	v := c.view()
	return v.fields(b, fields{{"saved_view_ids", o.values["saved_view_ids"]}}), nil
}

// changeMemberships is PUT /membership/, with the ids in _params.
func changeMemberships(c *call, b []byte) ([]byte, *apiError) {
	w, r := &write{c, c.s.store}, c.s.api.resources["membership"]
	var chosen []*object
	for id := range strings.SplitSeq(c.params.Get("id__in"), ",") {
		o := w.st.get("membership", id)
		if o == nil {
			return nil, refuseField("id__in", textNoObject)
		}
		chosen = append(chosen, o)
	}
	values, refused := r.input(w, onBulk)
	if refused != nil {
		return nil, refused
	}
	for _, o := range chosen {
		w.apply(o, values)
	}
	v := c.view()
	return v.fields(b, fields{{"count", len(chosen)}}), nil
}
