package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// customInput checks one member of a body that is about custom fields: "custom.cf_x", with ".add" or ".remove" behind
// it on updates, or one of the older forms "custom.<name>" and a dictionary "custom" by name (Close docs: Custom Fields).
func (w *write) customInput(r *resource, on int, name string, v any, values map[string]any, errs fieldErrors) {
	if name == "custom" {
		byName, ok := v.(map[string]any)
		if !ok {
			errs[name] = "Value must be of dict type."
			return
		}
		for _, inner := range slices.Sorted(maps.Keys(byName)) {
			w.customInput(r, on, "custom."+inner, byName[inner], values, errs)
		}
		return
	}
	target := w.target(r)
	base, operation := cutOperation(name)
	def := w.st.customField(scopeOf(r.name, target), base)
	if def == nil && operation != "" { // a field may be called "x.add"
		if def = w.st.customField(scopeOf(r.name, target), name); def != nil {
			operation = ""
		}
	}
	_, nested := v.(map[string]any)
	_, several := v.([]any)
	switch {
	case def == nil:
		errs[name] = "Custom field does not exist."
		return
	case nested || several && operation != "":
		errs[name] = "Value must not be of dict or list type."
		return
	case operation != "" && on == onCreate:
		errs[name] = textExtra
		return
	case operation != "" && !def.is("accepts_multiple_values"):
		errs[name] = "Custom field does not accept multiple values."
		return
	}
	lead, _ := target["lead_id"].(string)
	if r.name == "lead" {
		lead = w.c.id
	}
	value, refusal := w.customValue(def, v, operation, lead)
	if refusal != nil {
		errs[name] = refusal
		return
	}
	values["custom."+def.id+operation] = value
}

// target is what the body is about: the stored values of the object, and over them those that it sets.
func (w *write) target(r *resource) map[string]any {
	target := map[string]any{}
	if o := w.st.get(r.name, w.c.id); o != nil {
		maps.Copy(target, o.values)
	}
	for _, name := range []string{"lead_id", "custom_object_type_id", "custom_activity_type_id"} {
		if v, given := w.c.body[name]; given {
			target[name] = v
		}
	}
	return target
}

// customValue checks a value against a definition, and makes what is stored of it. lead is where the object is; "" when
// that is not known yet.
func (w *write) customValue(def *object, v any, operation, lead string) (any, any) {
	items, several := v.([]any)
	switch {
	case v == nil && operation == "":
		return nil, nil
	case !def.is("accepts_multiple_values") && several:
		return nil, "Custom field does not accept multiple values."
	case !def.is("accepts_multiple_values") || operation != "":
		return w.oneCustomValue(def, v, lead)
	case !several:
		items = []any{v}
	}
	var checked []any
	for _, item := range items {
		value, refusal := w.oneCustomValue(def, item, lead)
		if refusal != nil {
			return nil, refusal
		}
		if !slices.Contains(checked, value) {
			checked = append(checked, value)
		}
	}
	if len(checked) == 0 {
		return nil, nil // no values is no value
	}
	return checked, nil
}

func (w *write) oneCustomValue(def *object, v any, lead string) (any, any) {
	s, isText := v.(string)
	switch def.str("type") {
	case "number":
		return number64(v)
	case "date":
		if m, ok := parseMoment(s); ok && m.day {
			return m, nil
		}
		return nil, "Not a valid date."
	case "datetime":
		return onlyTime(w, v)
	case "textarea":
		return richText(w, v)
	case "choices":
		if choices, _ := def.values["choices"].([]string); !isText || !slices.Contains(choices, s) {
			return nil, textNoChoice
		}
		return s, nil
	case "user":
		for _, user := range w.st.tables["user"].all {
			if user.id == s || userName(user) == s {
				return user.id, nil
			}
		}
		return nil, textNoObject
	case "contact":
		return w.sameLead("contact", s, lead)
	case "custom_object":
		if o := w.st.get("custom_object", s); o != nil && o.str("custom_object_type_id") != def.str("referenced_custom_type_id") {
			return nil, "Object is of another type."
		}
		return w.sameLead("custom_object", s, lead)
	case "hidden":
		if n, isNumber := v.(json.Number); isNumber {
			return n.String(), nil
		}
	}
	if !isText {
		return nil, "Value must be of str type."
	}
	return s, nil
}

// sameLead accepts the id of an object at the same lead.
func (w *write) sameLead(resource, id, lead string) (any, any) {
	switch o := w.st.get(resource, id); {
	case o == nil:
		return nil, textNoObject
	case o.str("lead_id") != lead:
		return nil, "Object belongs to another lead."
	}
	return id, nil
}

// number64 accepts a number: a whole one stays one.
func number64(v any) (any, any) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, "Value must be of number type."
	}
	if whole, err := n.Int64(); err == nil {
		return int(whole), nil
	}
	f, err := n.Float64()
	if err != nil {
		return nil, "Value must be of number type."
	}
	return f, nil
}

// missing are the refusals for required custom fields that an object with these values would be without.
func (st *store) missing(scope fieldScope, values map[string]any) fieldErrors {
	errs := fieldErrors{}
	for _, def := range st.customFields(scope) {
		if scope.required(def) && values["custom."+def.id] == nil {
			errs["custom."+def.id] = textRequired
		}
	}
	return errs
}

// nestedCustom checks the custom fields of an object inside the body of another.
func (w *write) nestedCustom(kind, name string, v any, values map[string]any, errs fieldErrors) {
	def := w.st.customField(fieldScope{kind, ""}, name)
	if def == nil || !strings.HasPrefix(name, "custom.") {
		errs[name] = "Custom field does not exist."
		return
	}
	value, refusal := w.customValue(def, v, "", "")
	if refusal != nil {
		errs[name] = refusal
		return
	}
	values["custom."+def.id] = value
}
