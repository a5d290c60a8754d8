package sandbox

import (
	"net/http"
	"slices"
)

// groupResource are named sets of users. Their members are shown only on request, and only of a group by itself (Close docs:
// Groups).
func groupResource() *resource {
	return &resource{
		name: "group", path: "/group/", group: "other", modern: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name"),
			[]*memberDef{organizationMember(), {name: "members", onRequest: true, alone: true, derive: groupMembers}},
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true},
		writing: &writing{
			fields: true, closed: true, newer: true,
			inputs: []input{{name: "name", on: onCreate | onUpdate, required: true, check: groupName}},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				values["user_ids"] = []any{}
				return w.st.add("group", "group_", values), nil
			},
			change: unchecked,
			remove: func(w *write, o *object) *apiError {
				w.st.remove("group", o)
				return nil
			},
		},
	}
}

func groupMembers(_ *view, o *object) any {
	members := []fields{}
	for _, id := range asList(o.values["user_ids"]) {
		members = append(members, fields{{"user_id", id}})
	}
	return members
}

// groupName accepts a name that no other group has.
func groupName(w *write, v any) (any, any) {
	name, refusal := someText(w, v)
	if refusal != nil {
		return nil, refusal
	}
	for _, o := range w.st.tables["group"].all {
		if o.values["name"] == name && o.id != w.c.id {
			return nil, "A group with this name already exists."
		}
	}
	return name, nil
}

// addGroups declares who is in them.
func (a *api) addGroups() {
	r := a.resources["group"]
	add := r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
		w := &write{c, c.s.store}
		o := w.st.get("group", c.id)
		if o == nil {
			return nil, notFound(c.id)
		}
		if refused := c.members("user_id"); refused != nil {
			return nil, refused
		}
		user, refusal := ref("user")(w, c.body["user_id"])
		if refusal != nil {
			return nil, refuseField("user_id", asText(refusal))
		}
		if users := asList(o.values["user_ids"]); !slices.Contains(users, user) {
			w.st.set(o, "user_ids", append(slices.Clip(users), user))
		}
		v := c.view()
		return v.fields(b, fields{{"user_id", user}}), nil
	})
	add.status = http.StatusCreated
	remove := r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
		w := &write{c, c.s.store}
		o := w.st.get("group", c.id)
		if o == nil {
			return nil, notFound(c.id)
		}
		w.st.set(o, "user_ids", slices.DeleteFunc(slices.Clone(asList(o.values["user_ids"])), func(user any) bool { return user == c.sub }))
		return b, nil
	})
	remove.status = http.StatusNoContent
	a.add("/group/{id}/member/", map[string]*endpoint{http.MethodPost: add})
	a.add("/group/{id}/member/{sub}/", map[string]*endpoint{http.MethodDelete: remove})
}

// groups are those of the team.
func (s *seeder) groups() {
	users := s.st.tables["user"].all
	for _, g := range demoGroups {
		members := []any{}
		for _, i := range g.members {
			members = append(members, users[i].id)
		}
		s.st.add("group", "group_", map[string]any{"name": g.name, "user_ids": members})
	}
}
