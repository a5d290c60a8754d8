package sandbox

import (
	"maps"
	"slices"
	"strings"
)

// customizing are the permissions one of which it takes to change custom fields and types (Close docs: Custom Fields).
var customizing = []string{"manage_customizations", "manage_organization"}

// Types of custom fields (Close docs: Custom Fields). Those of rich text are for custom activities alone.
var (
	customFieldTypes = []string{"text", "number", "date", "datetime", "choices", "user", "contact", "custom_object", "hidden"}
	multipleTypes    = []string{"choices", "user", "contact", "custom_object"}
)

func customFieldWriting(kind string) *writing {
	types, convertible := slices.Clone(customFieldTypes), onCreate
	wr := &writing{
		needs: customizing,
		inputs: []input{
			{name: "name", on: onCreate | onUpdate, required: true, check: someText},
			{name: "description", on: onCreate | onUpdate, check: str(280)},
			{name: "choices", on: onCreate | onUpdate, check: listOfTexts},
			{name: "referenced_custom_type_id", on: onCreate, check: ref("custom_object_type")},
			{name: "back_reference_is_visible", on: onCreate, check: yesOrNo},
		},
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if errs := w.settleField(&object{values: map[string]any{}}, values); len(errs) > 0 {
				return nil, refuseFields(errs)
			}
			w.stamp(values)
			return w.st.addCustomField(kind, values), nil
		},
		change:  func(w *write, o *object, values map[string]any) fieldErrors { return w.settleField(o, values) },
		changed: convertValues,
		delete: func(st *store, o *object) {
			st.forgetValues(o, func(*object) bool { return true })
			st.remove(o.res.name, o)
		},
	}
	several := input{name: "accepts_multiple_values", on: onCreate | onUpdate, notNull: true, check: yesOrNo}
	editors := input{name: "editable_with_roles", on: onCreate | onUpdate, notNull: true, check: roleIDs}
	required := input{name: "required", on: onCreate | onUpdate, notNull: true, check: yesOrNo}
	owner := func(kind string) input {
		return input{name: kind + "_id", on: onCreate, required: true, check: ref(kind)}
	}
	switch kind {
	case "shared":
		several.on = onCreate
		wr.inputs = append(wr.inputs, several)
	case "activity":
		types = append(types, "textarea")
		wr.inputs = append(wr.inputs, several, editors, required, owner("custom_activity_type"))
	case "custom_object_type":
		wr.newer = true
		wr.inputs = append(wr.inputs, several, editors, required, owner("custom_object_type"))
	default:
		convertible |= onUpdate
		wr.inputs = append(wr.inputs, several, editors)
	}
	wr.inputs = append(wr.inputs, input{name: "type", on: convertible, required: true, check: oneOf(types...)})
	return wr
}

// settleField refuses definitions that contradict themselves, and completes those of choices. o is the field until now.
func (w *write) settleField(o *object, values map[string]any) fieldErrors {
	after, errs := maps.Clone(o.values), fieldErrors{}
	maps.Copy(after, values)
	kind := asText(after["type"])
	if after["accepts_multiple_values"] == true && !slices.Contains(multipleTypes, kind) {
		errs["accepts_multiple_values"] = "Fields of this type have one value."
	}
	if choices, _ := after["choices"].([]string); kind == "choices" && len(choices) == 0 {
		errs["choices"] = textRequired
	} else if kind != "choices" {
		values["choices"] = nil
	}
	if kind == "custom_object" && after["referenced_custom_type_id"] == nil {
		errs["referenced_custom_type_id"] = textRequired
	}
	return errs
}

// convertValues makes the values that there are fit for a field that was changed. Those that cannot be are given up: only what
// is valid is shown (Close docs: Custom Fields).
func convertValues(w *write, def *object, before map[string]any) {
	choices, _ := def.values["choices"].([]string)
	until, _ := before["choices"].([]string)
	same := func(name string) bool { return def.values[name] == before[name] }
	if same("type") && same("accepts_multiple_values") && slices.Equal(choices, until) {
		return
	}
	name := "custom." + def.id
	for _, o := range w.st.having(name) {
		items, several := o.values[name].([]any)
		if !several {
			items = []any{o.values[name]}
		}
		var kept []any
		for _, item := range items {
			if value, refusal := w.oneCustomValue(def, w.asGiven(def, item), asText(eventLead(o))); refusal == nil {
				kept = append(kept, value)
			}
		}
		delete(o.values, name)
		switch {
		case len(kept) > 0 && def.is("accepts_multiple_values"):
			o.values[name] = kept
		case len(kept) > 0:
			o.values[name] = kept[0]
		}
	}
}

// asGiven is a stored value as a body would give it to a field, as far as it can be one of the field's type.
func (w *write) asGiven(def *object, stored any) any {
	text, isText := stored.(string)
	if !isText {
		v := w.c.view()
		text = strings.Trim(string(v.value(nil, stored)), `"`)
	}
	if n, ok := asNumber(text); ok && def.str("type") == "number" {
		return n
	}
	return text
}

// having are the objects that have a member.
func (st *store) having(name string) []*object {
	var having []*object
	for _, t := range st.tables {
		for _, o := range t.all {
			if _, has := o.values[name]; has && t.res.custom {
				having = append(having, o)
			}
		}
	}
	return having
}

// forgetValues takes the values of a field from objects.
func (st *store) forgetValues(def *object, from predicate) {
	for _, o := range st.having("custom." + def.id) {
		if from(o) {
			delete(o.values, "custom."+def.id)
		}
	}
}

// dissolve takes away the fields of a type that is going, and what shared fields had to do with it.
func (st *store) dissolve(scope fieldScope) {
	for _, def := range st.customFields(scope) {
		if def.res.name == "custom_field_shared" {
			st.dissociate(def, scope)
		} else {
			st.remove(def.res.name, def)
		}
	}
	delete(st.fieldOrder, scope)
}
