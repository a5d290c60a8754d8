package sandbox

import (
	"net/http"
	"slices"
	"strconv"
)

// playbookResource are the kinds of conversations that people lead; their ids still have the name of old (Close docs:
// Playbooks).
func playbookResource() *resource {
	return &resource{
		name: "playbook", path: "/playbook/", group: "other", modern: true, noFields: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("name", "description", "summary_guidance", "custom_field_ids", "outcome_ids", "position",
				"created_at", "created_by_id", "updated_at", "updated_by_id", "archived_at", "archived_by_id"),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip,
			usual: func(_ *view, o *object) sortKey {
				if place, ok := o.values["position"].(int); ok {
					return sortKey{number: int64(place)}
				}
				return sortKey{rank: 1}
			},
			filters: []filter{
				archived(func(o *object) bool { return o.values["archived_at"] != nil }),
				afterPosition(),
				moments("created_at", "created_at", []string{"__lt"}, false),
			},
		},
		writing: &writing{
			closed: true, newer: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "description", on: onCreate | onUpdate, check: str(0)},
				{name: "summary_guidance", on: onCreate | onUpdate, check: str(0)},
				{name: "custom_field_ids", on: onCreate | onUpdate, notNull: true, check: refs("custom_field_shared")},
				{name: "outcome_ids", on: onCreate | onUpdate, notNull: true, check: refs("outcome")},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				preset(values, map[string]any{
					"description": nil, "summary_guidance": nil, "custom_field_ids": []any{}, "outcome_ids": []any{}, "created_at": at(w.c.now),
					"created_by_id": w.c.user.id, "position": w.st.nextPosition(), "archived_at": nil, "archived_by_id": nil,
				})
				w.touchPlaybook(values)
				return w.st.add("playbook", "convtyp_", values), nil
			},
			change: func(w *write, _ *object, values map[string]any) fieldErrors {
				w.touchPlaybook(values)
				return nil
			},
			delete: func(st *store, o *object) { st.remove("playbook", o) },
		},
	}
}

// touchPlaybook sets who changed a playbook and when, in the names that playbooks have for it.
func (w *write) touchPlaybook(values map[string]any) {
	values["updated_at"], values["updated_by_id"] = at(w.c.now), w.c.user.id
}

// nextPosition is the place behind all playbooks that have one.
func (st *store) nextPosition() int {
	next := 0
	for _, o := range st.tables["playbook"].all {
		if place, ok := o.values["position"].(int); ok {
			next = max(next, place+1)
		}
	}
	return next
}

// archived filters by whether objects are put away.
func archived(is func(o *object) bool) filter {
	return filter{"is_archived", equal, func(_ *call, _, value string) (predicate, string) {
		if value != "true" && value != "false" {
			return nil, "Value must be of bool type."
		}
		return func(o *object) bool { return is(o) == (value == "true") }, ""
	}}
}

func afterPosition() filter {
	return filter{"position", []string{"__gt"}, func(_ *call, _, value string) (predicate, string) {
		least, err := strconv.Atoi(value)
		if err != nil {
			return nil, "Input should be a valid integer, unable to parse string as an integer"
		}
		return func(o *object) bool {
			place, ok := o.values["position"].(int)
			return ok && place > least
		}, ""
	}}
}

// archiveEndpoint puts a playbook away, or brings it back behind the others.
func archiveEndpoint(r *resource, away bool) *endpoint {
	return r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
		w := &write{c, c.s.store}
		o := w.st.get(r.name, c.id)
		if o == nil {
			return nil, notFound(c.id)
		}
		if refused := c.members(); refused != nil {
			return nil, refused
		}
		if is := o.values["archived_at"] != nil; is != away {
			values := map[string]any{"archived_at": nil, "archived_by_id": nil, "position": w.st.nextPosition()}
			if away {
				values = map[string]any{"archived_at": at(c.now), "archived_by_id": c.user.id, "position": nil}
			}
			w.touchPlaybook(values)
			w.apply(o, values)
		}
		v := c.view()
		return v.object(b, o, nil), nil
	})
}

// addPlaybooks declares what is done with playbooks beyond keeping them.
func (a *api) addPlaybooks() {
	r := a.resources["playbook"]
	a.add("/playbook/{id}/archive/", map[string]*endpoint{http.MethodPost: archiveEndpoint(r, true)})
	a.add("/playbook/{id}/unarchive/", map[string]*endpoint{http.MethodPost: archiveEndpoint(r, false)})
}
