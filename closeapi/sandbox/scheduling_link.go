package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// schedulingMembers are those of both kinds of links by which meetings are booked (Close docs: Scheduling Links).
var schedulingMembers = slices.Concat(
	[]*memberDef{idMember()},
	stored("type", "name", "description", "url", "source", "source_id", "source_type", "duration_in_minutes", "template_tag"),
)

// schedulingLinkResource are the links of users.
func schedulingLinkResource() *resource {
	return &resource{
		name: "scheduling_link", path: "/scheduling_link/", group: "other", modern: true, noFields: true, read: true,
		members: slices.Concat(schedulingMembers, stored("oauth_client_id", "user_id"), []*memberDef{organizationMember()}),
		list:    &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true},
		writing: &writing{
			newer: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "url", on: onCreate | onUpdate, required: true, check: bookingURL},
				{name: "description", on: onCreate | onUpdate, check: str(0)},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) { return w.newLink(values), nil },
			change: unchecked,
			delete: func(st *store, o *object) { st.remove("scheduling_link", o) },
		},
	}
}

// sharedLinkResource are the links that stand for one of each user's; the ids of both kinds begin alike.
func sharedLinkResource() *resource {
	return &resource{
		name: "shared_scheduling_link", path: "/shared_scheduling_link/", group: "other", modern: true, noFields: true, read: true,
		members: slices.Concat(schedulingMembers, stored("user_id"), []*memberDef{organizationMember()}),
		list:    &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true},
		writing: &writing{
			newer: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "description", on: onCreate | onUpdate, check: str(0)},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				preset(values, map[string]any{"type": "SHARED", "source": "MANUAL", "template_tag": slug(asText(values["name"]))})
				return w.st.add("shared_scheduling_link", "schlnk_", values), nil
			},
			change: func(_ *write, _ *object, values map[string]any) fieldErrors {
				if name, given := values["name"]; given {
					values["template_tag"] = slug(asText(name))
				}
				return nil
			},
			delete: func(st *store, o *object) {
				st.remove("shared_scheduling_link", o)
				st.unmap(func(m *object) bool { return m.values["shared_scheduling_link_id"] == o.id })
			},
		},
	}
}

// linkMappingResource are which of a user's links, or which address, a shared link stands for. Nothing lists them.
func linkMappingResource() *resource {
	return &resource{
		name: "shared_scheduling_link_association", path: "/shared_scheduling_link_association/", group: "other", modern: true, noFields: true,
		members: slices.Concat([]*memberDef{organizationMember()}, stored("shared_scheduling_link_id", "user_id", "user_scheduling_link_id", "url")),
		writing: &writing{
			newer: true,
			inputs: []input{
				{name: "organization_id", on: onCreate, check: ref("organization")},
				{name: "shared_scheduling_link_id", on: onCreate, required: true, check: ref("shared_scheduling_link")},
				{name: "user_id", on: onCreate, check: ref("user")},
				{name: "user_scheduling_link_id", on: onCreate, check: ref("scheduling_link")},
				{name: "url", on: onCreate, check: bookingURL},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				if (values["user_scheduling_link_id"] == nil) == (values["url"] == nil) {
					return nil, refuseAll("Provide exactly one of user_scheduling_link_id and url.")
				}
				preset(values, map[string]any{"user_id": w.c.user.id})
				w.st.unmap(mappingOf(values))
				return w.st.add("shared_scheduling_link_association", "", values), nil
			},
		},
	}
}

// mappingOf finds the mapping of the same shared link for the same user.
func mappingOf(values map[string]any) predicate {
	return func(o *object) bool {
		return o.values["shared_scheduling_link_id"] == values["shared_scheduling_link_id"] && o.values["user_id"] == values["user_id"]
	}
}

// unmap takes mappings away and tells how many.
func (st *store) unmap(wanted predicate) int {
	var gone []*object
	for _, o := range st.tables["shared_scheduling_link_association"].all {
		if wanted(o) {
			gone = append(gone, o)
		}
	}
	st.remove("shared_scheduling_link_association", gone...)
	return len(gone)
}

// newLink makes a link of the caller.
func (w *write) newLink(values map[string]any) *object {
	preset(values, map[string]any{"type": "USER", "source": "MANUAL", "user_id": w.c.user.id})
	return w.st.add("scheduling_link", "schlnk_", values)
}

// bookingURL accepts an address, which may lack its https://.
func bookingURL(w *write, v any) (any, any) {
	s, _ := v.(string)
	if s != "" && !strings.Contains(s, "://") {
		s = "https://" + s
	}
	return link("https", "http")(w, s)
}

// slug is a name as it stands in templates: "Intro call" becomes "intro-call".
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "-")
}

// integrationInputs are the members of the body by which an app keeps a link.
var integrationInputs = &resource{writing: &writing{inputs: []input{
	{name: "source_id", on: onCreate, required: true, check: someText},
	{name: "name", on: onCreate, check: someText},
	{name: "url", on: onCreate, check: bookingURL},
	{name: "description", on: onCreate, check: str(0)},
	{name: "source_type", on: onCreate, check: str(0)},
	{name: "duration_in_minutes", on: onCreate, check: integer(1, 24*60)},
}}}

// addSchedulingLinks declares what apps do with links, and how a mapping is taken back.
func (a *api) addSchedulingLinks() {
	r := a.resources["scheduling_link"]
	remove := r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
		if !c.oauth() {
			return nil, refuse(http.StatusForbidden, textOnlyApps)
		}
		o := c.appLink(c.id)
		if o == nil {
			return nil, notFound(c.id)
		}
		c.s.store.remove("scheduling_link", o)
		return b, nil
	})
	remove.status = http.StatusNoContent
	a.add("/scheduling_link/integration/", map[string]*endpoint{http.MethodPost: r.endpoint("write", keepAppLink)})
	a.add("/scheduling_link/integration/{id}/", map[string]*endpoint{http.MethodDelete: remove})
	a.add("/shared_scheduling_link_association/unmap/", map[string]*endpoint{http.MethodPost: r.endpoint("write", unmapLink)})
}

// appID is the id of the app that calls.
func (c *call) appID() string { return makeID("oauth/"+c.keyID, "oa2client_", 0, 22) }

// appLink is the link that the calling app keeps under an id of its own.
func (c *call) appLink(source string) *object {
	for _, o := range c.s.store.tables["scheduling_link"].all {
		if o.values["source_id"] == source && o.values["oauth_client_id"] == c.appID() {
			return o
		}
	}
	return nil
}

// keepAppLink is POST /scheduling_link/integration/: it makes or changes the link that an app keeps under an id.
func keepAppLink(c *call, b []byte) ([]byte, *apiError) {
	if !c.oauth() {
		return nil, refuse(http.StatusForbidden, textOnlyApps)
	}
	w := &write{c, c.s.store}
	values, refused := integrationInputs.input(w, onCreate)
	if refused != nil {
		return nil, refused
	}
	o := c.appLink(asText(values["source_id"]))
	if o == nil {
		values["source"], values["oauth_client_id"] = "THIRD_PARTY", c.appID()
		o = w.newLink(values)
	} else {
		w.apply(o, values)
	}
	v := c.view()
	return v.object(b, o, nil), nil
}

// unmapLink is POST /shared_scheduling_link_association/unmap/.
func unmapLink(c *call, b []byte) ([]byte, *apiError) {
	if refused := c.members("organization_id", "shared_scheduling_link_id", "user_id"); refused != nil {
		return nil, refused
	}
	values := map[string]any{"shared_scheduling_link_id": c.body["shared_scheduling_link_id"], "user_id": c.body["user_id"]}
	preset(values, map[string]any{"user_id": c.user.id})
	if values["shared_scheduling_link_id"] == nil {
		return nil, refuseField("shared_scheduling_link_id", textRequired)
	}
	if c.s.store.unmap(mappingOf(values)) == 0 {
		return nil, notFound(asText(values["shared_scheduling_link_id"]))
	}
	return append(b, '{', '}'), nil
}
