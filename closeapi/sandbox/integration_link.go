package sandbox

import (
	"net/url"
	"slices"
	"strings"
)

// integrationLinkResource are the links to other systems that leads, contacts and opportunities show (Close docs: Integration
// Links).
func integrationLinkResource() *resource {
	return &resource{
		name: "integration_link", path: "/integration_link/", group: "other", noFields: true, read: true,
		members: slices.Concat([]*memberDef{idMember()}, stored("name", "type", "url"), []*memberDef{organizationMember()}, authorship(false)),
		list:    &listing{unpaged: true, oldestFirst: true},
		writing: &writing{
			closed: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "type", on: onCreate | onUpdate, required: true, check: oneOf("lead", "contact", "opportunity")},
				{name: "url", on: onCreate | onUpdate, required: true, check: someText},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				w.stamp(values)
				return w.st.add("integration_link", "ilink_", values), nil
			},
			change: unchecked,
			delete: func(st *store, o *object) { st.remove("integration_link", o) },
		},
	}
}

// integrationLinks is the member of an object that has the links of its kind, filled in.
func integrationLinks() *memberDef {
	return derived("integration_links", func(v *view, o *object) any {
		links := []fields{}
		for _, link := range v.st.tables["integration_link"].all {
			if link.str("type") == o.res.name {
				links = append(links, fields{{"name", link.values["name"]}, {"url", fillIn(link.str("url"), func(name string) string {
					return strings.ReplaceAll(url.QueryEscape(v.textOf(o, name)), "+", "%20")
				})}})
			}
		}
		return links
	})
}

// textOf is a member of an object, or of its lead, by a name such as "lead.display_name"; "" for what is no text.
func (v *view) textOf(o *object, name string) string {
	kind, member, _ := strings.Cut(name, ".")
	if kind == "lead" && o.res.name != kind {
		o = v.st.get("lead", o.str("lead_id"))
	}
	if o == nil || o.res.name != kind {
		return ""
	}
	for _, m := range o.res.members {
		if m.name == member && m.derive != nil {
			return asText(m.derive(v, o))
		}
	}
	return o.str(member)
}
