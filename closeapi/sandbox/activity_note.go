package sandbox

import "slices"

// creationSource is how a thing came into Close when the API made it.
const creationSource = "api"

func noteResource() *resource {
	r := activityResource("note", "note", "Note", slices.Concat(
		stored("note", "note_html"), []*memberDef{mentionsOf("note_mentions", "note_html")},
		stored("title"),
		[]*memberDef{derived("attachments", func(_ *view, o *object) any { return listOr(o.values["attachments"]) })},
		stored("pinned", "pinned_at", "source"),
		[]*memberDef{derived("comment_summary", commentSummary)},
	)...)
	r.writing = &writing{
		closed: true,
		inputs: slices.Concat(
			required(common(onCreate, "lead_id")...),
			common(onCreate|onUpdate, "note", "note_html", "pinned", "contact_id", "activity_at"),
			common(onCreate, "user_id", "date_created", "created_by", "organization_id"),
			[]input{
				{name: "title", on: onCreate | onUpdate, check: str(0)},
				{name: "attachments", on: onCreate | onUpdate, check: attachments(attaching{kind: "note", most: 1000})},
			},
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if _, given := values["note"]; !given {
				values["note"] = nil
			}
			if _, given := values["pinned"]; !given {
				values["pinned"] = nil
			}
			values["source"] = creationSource
			settleRich(values, "note", "note_html")
			settlePin(w, values)
			return w.newActivity("note", values), nil
		},
		change: func(w *write, _ *object, values map[string]any) fieldErrors {
			settleRich(values, "note", "note_html")
			settlePin(w, values)
			settleMoments(values)
			return nil
		},
		delete: deleteActivity,
	}
	return r
}
