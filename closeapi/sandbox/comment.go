package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// commentResource are what people say below an object (Close docs: Comments).
func commentResource() *resource {
	return &resource{
		name: "comment", path: "/comment/", group: "other", read: true, noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("thread_id", "body"),
			[]*memberDef{derived("mentions", func(_ *view, o *object) any { return mentions(o.str("body")) })},
			stored("lead_id"), []*memberDef{organizationMember()},
			stored("created_at", "updated_at", "created_by", "updated_by", "removed_at", "removed_by"),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true,
			filters: []filter{text("thread_id", equal), commentsOn()},
			rules: func(c *call) ([]predicate, *apiError) {
				if (c.params.Get("thread_id") == "") == (c.params.Get("object_id") == "") {
					return nil, refuseAll("Provide exactly one of thread_id and object_id.")
				}
				return nil, nil
			},
		},
		writing: &writing{
			closed: true, newer: true,
			inputs: []input{
				{name: "object_id", on: onCreate, required: true, check: commentable},
				{name: "body", on: onCreate | onUpdate, required: true, check: richText},
			},
			create: createComment,
			change: func(w *write, o *object, values map[string]any) fieldErrors {
				if o.values["removed_at"] != nil {
					return fieldErrors{"body": textFixed}
				}
				values["updated_at"] = at(w.c.now)
				w.touchThread(o.str("thread_id"))
				return nil
			},
			own:    "Only your own comments can be edited.",
			remove: removeComment,
		},
	}
}

func commentThreadResource() *resource {
	return &resource{
		name: "comment_thread", path: "/comment_thread/", group: "other", read: true, noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("object_id", "object_type", "lead_id"),
			[]*memberDef{
				organizationMember(),
				derived("num_comments", func(v *view, o *object) any { return len(v.st.commentsOf(o)) }),
				derived("participating", participants),
			},
			stored("created_at", "updated_at"),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip, repeated: []string{"ids", "object_ids"},
			ignored: []string{"ids", "object_ids"}, // the rules read them
			rules: func(c *call) ([]predicate, *apiError) {
				var tests []predicate
				for name, of := range map[string]func(o *object) string{
					"ids":        func(o *object) string { return o.id },
					"object_ids": func(o *object) string { return o.str("object_id") },
				} {
					if given := c.params[name]; len(given) > 0 {
						wanted := strings.Split(strings.Join(given, ","), ",")
						tests = append(tests, func(o *object) bool { return slices.Contains(wanted, of(o)) })
					}
				}
				return tests, nil
			},
		},
	}
}

// commentsOn filters comments by what they are about.
func commentsOn() filter {
	return filter{"object_id", equal, func(c *call, _, value string) (predicate, string) {
		thread := c.s.store.threadOf(value)
		return func(o *object) bool { return thread != nil && o.str("thread_id") == thread.id }, ""
	}}
}

// commentable accepts the id of an activity or an opportunity.
func commentable(w *write, v any) (any, any) {
	id, _ := v.(string)
	if w.st.commented(id) == nil {
		return nil, textNoObject
	}
	return id, nil
}

// commented is the object with an id, if it is of a kind that can have comments.
func (st *store) commented(id string) *object {
	for name, t := range st.tables {
		if o := t.byID[id]; o != nil && (name == "opportunity" || isActivity(t.res)) {
			return o
		}
	}
	return nil
}

func createComment(w *write, values map[string]any) (*object, *apiError) {
	about := w.st.commented(values["object_id"].(string)) // checked as required
	delete(values, "object_id")
	now, lead := at(w.c.now), about.values["lead_id"]
	thread := w.st.threadOf(about.id)
	if thread == nil {
		thread = w.st.add("comment_thread", "comthr_", map[string]any{
			"object_id": about.id, "object_type": searchName(about), "lead_id": lead, "created_at": now,
		})
	}
	w.st.set(thread, "updated_at", now)
	values["thread_id"], values["lead_id"] = thread.id, lead
	values["created_at"], values["updated_at"] = now, now
	values["created_by"], values["updated_by"] = w.c.user.id, w.c.user.id
	return w.st.add("comment", "comm_", values), nil
}

func (w *write) touchThread(id string) {
	if thread := w.st.get("comment_thread", id); thread != nil {
		w.st.set(thread, "updated_at", at(w.c.now))
	}
}

// removeComment blanks a comment. When no comment of the thread has anything left to say, all of it goes.
func removeComment(w *write, o *object) *apiError {
	if o.values["removed_at"] != nil {
		return notFound(o.id)
	}
	for name, v := range map[string]any{"body": nil, "removed_at": at(w.c.now), "removed_by": w.c.user.id} {
		w.st.set(o, name, v)
	}
	w.touchThread(o.str("thread_id"))
	thread := w.st.get("comment_thread", o.str("thread_id"))
	if thread != nil && !slices.ContainsFunc(w.st.commentsOf(thread), func(c *object) bool { return c.values["removed_at"] == nil }) {
		w.st.removeThread(thread)
	}
	return nil
}

// threadOf is the thread about an object; nil when nobody said anything.
func (st *store) threadOf(id string) *object {
	for _, thread := range st.tables["comment_thread"].all {
		if thread.str("object_id") == id {
			return thread
		}
	}
	return nil
}

// commentsOf are the comments of a thread, removed ones among them, oldest first.
func (st *store) commentsOf(thread *object) []*object {
	var mine []*object
	for _, comment := range st.of("comment", thread.str("lead_id")) {
		if comment.str("thread_id") == thread.id {
			mine = append(mine, comment)
		}
	}
	return mine
}

func (st *store) removeThread(thread *object) {
	st.remove("comment", st.commentsOf(thread)...)
	st.remove("comment_thread", thread)
}

// removeThreads takes away what was said about objects that are gone.
func (st *store) removeThreads(gone []*object) {
	if len(st.tables["comment_thread"].all) == 0 {
		return
	}
	for _, o := range gone {
		if thread := st.threadOf(o.id); thread != nil {
			st.removeThread(thread)
		}
	}
}

func participants(v *view, thread *object) any {
	users := []string{}
	for _, comment := range v.st.commentsOf(thread) {
		if user := comment.str("created_by"); !slices.Contains(users, user) {
			users = append(users, user)
		}
	}
	return users
}

// commentSummary is what an object tells about its comments; nil without any.
func commentSummary(v *view, o *object) any {
	thread := v.st.threadOf(o.id)
	if thread == nil {
		return nil
	}
	return fields{{"thread_id", thread.id}, {"comment_count", len(v.st.commentsOf(thread))}}
}

// mayChange refuses to change what others wrote, and what takes a permission.
func (w *writing) mayChange(c *call, o *object) *apiError {
	if refused := c.allowed(w.needs); refused != nil {
		return refused
	}
	if w.own != "" && o.str("created_by") != c.user.id {
		return refuse(http.StatusForbidden, w.own)
	}
	return nil
}
