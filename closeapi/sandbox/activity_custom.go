package sandbox

import (
	"maps"
	"slices"
	"strings"
)

// The states of a custom activity: a draft may lack what a published one must have (Close docs: Custom Activities).
const (
	customDraft     = "draft"
	customPublished = "published"
)

func customActivityResource() *resource {
	r := activityResource("custom_activity", "custom", "CustomActivity", slices.Concat(
		stored("custom_activity_type_id", "status", "last_published_at"),
		[]*memberDef{
			derived("mentions", func(_ *view, o *object) any { return mentions(customTexts(o.values)) }),
			derived("mentions_updated_at", func(_ *view, o *object) any {
				if len(mentions(customTexts(o.values))) == 0 {
					return nil
				}
				return o.values["date_updated"]
			}),
		},
		stored("pinned", "pinned_at", "source"),
		[]*memberDef{derived("comment_summary", commentSummary)},
	)...)
	r.custom = true
	r.list.filters = append(r.list.filters, repeatable("custom_activity_type_id", orIn))
	r.list.repeated = []string{"custom_activity_type_id"}
	r.list.rules = func(c *call) ([]predicate, *apiError) {
		if refused := c.needLead("custom_activity_type_id", "custom_activity_type_id__in"); refused != nil {
			return nil, refused
		}
		return activityRules(c)
	}
	r.writing = &writing{
		closed: true,
		inputs: slices.Concat(
			required(common(onCreate, "lead_id")...),
			required(input{name: "custom_activity_type_id", on: onCreate, check: ref("custom_activity_type")}),
			common(onCreate, "user_id", "date_created", "created_by", "organization_id"),
			common(onCreate|onUpdate, "pinned", "contact_id", "activity_at"),
			[]input{{name: "status", on: onCreate | onUpdate, check: oneOf(customDraft, customPublished)}},
		),
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if values["status"] == nil {
				values["status"] = customPublished
			}
			if errs := settleCustom(w, values, values); len(errs) > 0 {
				return nil, refuseFields(errs)
			}
			if values["pinned"] == nil {
				values["pinned"] = false
			}
			settlePin(w, values)
			values["source"] = creationSource
			return w.newActivity("custom_activity", values), nil
		},
		change: changeCustom,
		delete: deleteActivity,
	}
	return r
}

// repeatable filters by a string of a list, which may come as one parameter with commas, or as several.
func repeatable(name string, ops []string) filter {
	return filter{name, ops, func(c *call, op, _ string) (predicate, string) {
		wanted := strings.Split(strings.Join(c.params[name+op], ","), ",")
		return func(o *object) bool { return slices.Contains(wanted, o.str(name)) }, ""
	}}
}

func changeCustom(w *write, o *object, values map[string]any) fieldErrors {
	if status, given := values["status"]; given && status == nil {
		delete(values, "status")
	}
	after := map[string]any{}
	maps.Copy(after, o.values)
	for name, v := range values {
		if base, operation := cutOperation(name); operation != "" {
			name, v = base, combine(o.values[base], v, operation)
		}
		after[name] = v
	}
	errs := settleCustom(w, after, values)
	settlePin(w, values)
	settleMoments(values)
	return errs
}

// settleCustom refuses to publish without the required fields, and keeps when something was published last. after is
// what the activity will be.
func settleCustom(w *write, after, values map[string]any) fieldErrors {
	if after["status"] != customPublished {
		return nil
	}
	if errs := w.st.missing(fieldScope{"custom_activity_type", asText(after["custom_activity_type_id"])}, after); len(errs) > 0 {
		return errs
	}
	if values["status"] != nil {
		values["last_published_at"] = at(w.c.now)
	}
	return nil
}

// customTexts are the rich texts among the custom fields of an object, as one.
func customTexts(values map[string]any) string {
	var names []string
	for name := range values {
		if text, ok := values[name].(string); ok && strings.HasPrefix(name, "custom.") && strings.HasPrefix(text, "<body>") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(values[name].(string))
	}
	return b.String()
}
