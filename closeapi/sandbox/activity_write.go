package sandbox

import (
	"maps"
	"net/url"
	"slices"
)

// common declares inputs that several types of activities take.
func common(on int, names ...string) []input {
	checks := map[string]check{
		"lead_id": ref("lead"), "contact_id": ref("contact"), "user_id": ref("user"), "created_by": ref("user"),
		"organization_id": ref("organization"), "activity_at": onlyTime, "date_created": onlyTime,
		"pinned": yesOrNo, "note": str(0), "note_html": richText,
	}
	var ins []input
	for _, name := range names {
		ins = append(ins, input{name: name, on: on, check: checks[name]})
	}
	return ins
}

// required makes inputs required.
func required(ins ...input) []input {
	for i := range ins {
		ins[i].required = true
	}
	return ins
}

// newActivity makes an activity of checked values: of the caller, and of now, unless they say otherwise. One without a
// lead is of the lead of its contact.
func (w *write) newActivity(resource string, values map[string]any) *object {
	delete(values, "organization_id")
	if values["user_id"] == nil {
		values["user_id"] = w.c.user.id
	}
	if contact := w.st.get("contact", asText(values["contact_id"])); contact != nil && values["lead_id"] == nil {
		values["lead_id"] = contact.values["lead_id"]
	}
	w.stamp(values)
	if values["activity_at"] == nil {
		values["activity_at"] = values["date_created"]
	}
	return w.st.add(resource, "acti_", values)
}

// loggedActivity makes an activity that Close itself writes.
func (w *write) loggedActivity(resource string, lead any, values map[string]any) *object {
	values["lead_id"] = lead
	return w.newActivity(resource, values)
}

func asText(v any) string {
	s, _ := v.(string)
	return s
}

// settlePin keeps since when an activity is pinned.
func settlePin(w *write, values map[string]any) {
	pinned, given := values["pinned"]
	if !given {
		return
	}
	values["pinned"], values["pinned_at"] = pinned == true, nil
	if pinned == true {
		values["pinned_at"] = at(w.c.now)
	}
}

// settleMoments leaves out moments that are null: an activity always has them.
func settleMoments(values map[string]any) {
	for _, name := range []string{"activity_at", "user_id", "lead_id"} {
		if v, given := values[name]; given && v == nil {
			delete(values, name)
		}
	}
	delete(values, "organization_id")
}

// mayBe accepts the id of an object that exists, or any id where the sandbox has no such objects.
func mayBe(resource string) check {
	return func(w *write, v any) (any, any) {
		if w.st.tables[resource] != nil {
			return ref(resource)(w, v)
		}
		return str(0)(w, v)
	}
}

// link accepts the address of a page or file, of one of some schemes.
func link(schemes ...string) check {
	return func(_ *write, v any) (any, any) {
		s, _ := v.(string)
		if u, err := url.Parse(s); err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
			return nil, "Invalid URL."
		}
		return s, nil
	}
}

// phoneNumber accepts a number and stores it as E.164.
func phoneNumber(_ *write, v any) (any, any) {
	s, _ := v.(string)
	if number, ok := normalizePhone(s); ok {
		return number, nil
	}
	return nil, "Invalid phone number."
}

// An attaching says what one type of activity wants of its attachments.
type attaching struct {
	kind     string // how the place where they stay is called
	most     int
	required []string // beside url and filename
	types    []string // of content; nil for all
	inline   bool     // they may stand inside the text
	media    bool     // each is a medium with an id
}

// attachments accepts files that were uploaded before (Close docs: Files).
func attachments(a attaching) check {
	file := attachment(a.kind)
	return items(a.most, func(w *write, given map[string]any) (any, fieldErrors) {
		known := maps.Clone(given)
		if a.inline {
			delete(known, "content_id")
			delete(known, "inline_only")
		}
		stored, errs := file(w, known)
		f := stored.(fields)
		for _, name := range a.required {
			if given[name] == nil {
				errs[name] = textRequired
			}
		}
		if a.types != nil && given["content_type"] != nil && !slices.Contains(a.types, asText(given["content_type"])) {
			errs["content_type"] = textNoChoice
		}
		if size := given["size"]; size != nil {
			if _, refusal := integer(0, 1<<40)(w, size); refusal != nil {
				errs["size"] = refusal
			}
		}
		if a.inline {
			f = append(f, field{"content_id", given["content_id"]}, field{"inline_only", given["inline_only"] == true})
		}
		if a.media {
			f = append(f, field{"media_id", makeID("media/"+asText(f.get("url")), "media_", 0, 22)})
		}
		return f, errs
	})
}
