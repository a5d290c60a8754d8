package sandbox

import "slices"

// smsTemplateResource are the texts that text messages are made from (Close docs: SMS Templates).
func smsTemplateResource() *resource {
	file := attachments(attaching{kind: "sms_template", most: 10, required: []string{"content_type"}, types: smsFiles})
	return &resource{
		name: "sms_template", path: "/sms_template/", group: "other", modern: true, noFields: true, read: true,
		also: []string{"include_attachments", "include_embedded"},
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "text", "is_shared", "status", "owned_by"),
			[]*memberDef{
				onRequest("attachments", func(_ *view, o *object) any { return listOr(o.values["attachments"]) }),
				organizationMember(),
			},
			stored("created_by", "updated_by"),
			[]*memberDef{naiveOf("date_created"), naiveOf("date_updated")},
		),
		list:     &listing{maxLimit: 100, maxSkip: defaultMaxSkip},
		moreWith: "include_attachments",
		writing: &writing{
			closed: true, newer: true,
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "text", on: onCreate | onUpdate, notNull: true, check: str(0)},
				{name: "is_shared", on: onCreate | onUpdate, notNull: true, check: yesOrNo},
				{name: "status", on: onUpdate, notNull: true, check: oneOf("active", "archived")},
				{name: "attachments", on: onCreate | onUpdate, notNull: true, check: file},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				preset(values, map[string]any{"text": "", "is_shared": false, "status": "active", "owned_by": w.c.user.id})
				w.stamp(values)
				return w.st.add("sms_template", "smstmpl_", values), nil
			},
			change: unchecked,
			delete: func(st *store, o *object) { st.remove("sms_template", o) },
		},
	}
}
