package sandbox

import (
	"net/http"
	"slices"
)

// sendAsResource are the permissions of users to send e-mails as another. Callers see those that they take part in, and give
// and take back their own (Close docs: Send As).
func sendAsResource() *resource {
	return &resource{
		name: "send_as", path: "/send_as/", group: "other", modern: true, noFields: true,
		members: slices.Concat([]*memberDef{idMember()}, stored("allowing_user_id", "allowed_user_id"), []*memberDef{organizationMember()}),
		list: &listing{
			unpaged: true, bare: true, oldestFirst: true,
			filters: []filter{text("allowing_user_id", equal), text("allowed_user_id", equal)},
			rules: func(c *call) ([]predicate, *apiError) {
				allowing, allowed := c.params.Get("allowing_user_id"), c.params.Get("allowed_user_id")
				switch {
				case allowing == "" && allowed == "":
					return []predicate{func(o *object) bool { return o.str("allowing_user_id") == c.user.id }}, nil
				case allowing != c.user.id && allowed != c.user.id:
					return nil, refuseAll("Either allowing_user_id or allowed_user_id must be your own user.")
				}
				return nil, nil
			},
		},
		writing: &writing{
			closed: true, newer: true,
			inputs: []input{
				{name: "allowing_user_id", on: onCreate, required: true, check: caller},
				{name: "allowed_user_id", on: onCreate, required: true, check: ref("user")},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				return w.allow(asText(values["allowed_user_id"])), nil
			},
			remove: func(w *write, o *object) *apiError {
				if o.str("allowing_user_id") != w.c.user.id {
					return notFound(o.id)
				}
				w.st.remove("send_as", o)
				return nil
			},
		},
	}
}

// caller accepts the id of the user who calls.
func caller(w *write, v any) (any, any) {
	if v != w.c.user.id {
		return nil, "You can only allow others to send as yourself."
	}
	return v, nil
}

// allowed is the permission of a user to send as the caller; nil when there is none.
func (w *write) allowed(user string) *object {
	for _, o := range w.st.tables["send_as"].all {
		if o.values["allowing_user_id"] == w.c.user.id && o.values["allowed_user_id"] == user {
			return o
		}
	}
	return nil
}

// allow lets a user send as the caller.
func (w *write) allow(user string) *object {
	if o := w.allowed(user); o != nil {
		return o
	}
	return w.st.add("send_as", "sdas_", map[string]any{"allowing_user_id": w.c.user.id, "allowed_user_id": user})
}

// addSendAs declares what is done with permissions other than by their ids.
func (a *api) addSendAs() {
	r := a.resources["send_as"]
	revoke := r.endpoint("write", revokeSendAs, []string{"allowing_user_id", "allowed_user_id"})
	revoke.status = http.StatusNoContent
	a.add("/send_as/", map[string]*endpoint{http.MethodDelete: revoke})
	a.add("/send_as/bulk/", map[string]*endpoint{http.MethodPost: r.endpoint("write", r.bulkSendAs)})
	a.add("/send_as/{id}/", map[string]*endpoint{http.MethodGet: r.endpoint("read", func(c *call, b []byte) ([]byte, *apiError) {
		o := c.s.store.get("send_as", c.id)
		if o == nil || o.str("allowing_user_id") != c.user.id && o.str("allowed_user_id") != c.user.id {
			return nil, notFound(c.id)
		}
		v := c.view()
		return v.object(b, o, nil), nil
	})})
}

// revokeSendAs is DELETE /send_as/, with both users in the query.
func revokeSendAs(c *call, b []byte) ([]byte, *apiError) {
	w, errs := &write{c, c.s.store}, fieldErrors{}
	for _, name := range []string{"allowing_user_id", "allowed_user_id"} {
		if c.params.Get(name) == "" {
			errs[name] = "Field required"
		}
	}
	if _, refusal := caller(w, c.params.Get("allowing_user_id")); refusal != nil && errs["allowing_user_id"] == nil {
		errs["allowing_user_id"] = refusal
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	o := w.allowed(c.params.Get("allowed_user_id"))
	if o == nil {
		return nil, notFound(c.params.Get("allowed_user_id"))
	}
	w.st.remove("send_as", o)
	return b, nil
}

// bulkSendAs is POST /send_as/bulk/: it allows and forbids, and answers with all that the caller allows then.
func (r *resource) bulkSendAs(c *call, b []byte) ([]byte, *apiError) {
	w, errs := &write{c, c.s.store}, fieldErrors{}
	if refused := c.members("allowed_user_ids", "disallowed_user_ids"); refused != nil {
		return nil, refused
	}
	given := map[string][]any{}
	for _, name := range []string{"allowed_user_ids", "disallowed_user_ids"} {
		if v := c.body[name]; v != nil {
			ids, refusal := refs("user")(w, v)
			if refusal != nil {
				errs[name] = refusal
				continue
			}
			given[name] = asList(ids)
		}
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	for _, id := range given["allowed_user_ids"] {
		w.allow(asText(id))
	}
	for _, id := range given["disallowed_user_ids"] {
		if o := w.allowed(asText(id)); o != nil {
			w.st.remove("send_as", o)
		}
	}
	var mine []*object
	for _, o := range w.st.tables["send_as"].all {
		if o.values["allowing_user_id"] == c.user.id {
			mine = append(mine, o)
		}
	}
	return r.page(c, b, mine)
}
