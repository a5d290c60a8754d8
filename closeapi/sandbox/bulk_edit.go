package sandbox

import "strings"

// bulkEdits are the types of changes, with the type of objects that they change and the kind of their custom fields
// (Close docs: Bulk Edit).
var bulkEdits = map[string]string{
	"set_lead_status": "lead", "set_custom_field": "lead", "clear_custom_field": "lead",
	"set_contact_custom_field": "contact", "clear_contact_custom_field": "contact",
	"set_activity_custom_field": "activity.custom_activity", "clear_activity_custom_field": "activity.custom_activity",
	"set_global_custom_field": "", "clear_global_custom_field": "",
	"set_opportunity_custom_field": "opportunity", "clear_opportunity_custom_field": "opportunity",
	"set_custom_object_custom_field": "custom_object", "clear_custom_object_custom_field": "custom_object",
}

func bulkEditResource() *resource {
	types := make([]string, 0, len(bulkEdits))
	for name := range bulkEdits {
		types = append(types, name)
	}
	anything := func(_ *write, v any) (any, any) { return v, nil }
	return bulkResource("edit",
		[]input{
			{name: "type", on: onCreate, required: true, check: oneOf(types...)},
			{name: "lead_status_id", on: onCreate, check: ref("lead_status")},
			{name: "custom_field_id", on: onCreate, check: str(0)},
			{name: "custom_field_name", on: onCreate, check: str(0)},
			{name: "custom_field_value", on: onCreate, check: anything},
			{name: "custom_field_values", on: onCreate, check: anyList},
			{name: "custom_field_operation", on: onCreate, check: oneOf("replace", "add", "remove")},
		},
		settleEdit,
		func() jobSteps {
			return jobSteps{
				find: found(func(job *object) string { return bulkEdits[job.str("type")] }),
				each: bulkEdit,
			}
		})
}

// settleEdit checks that an edit says what it sets.
func settleEdit(w *write, values map[string]any) fieldErrors {
	errs := fieldErrors{}
	kind, _ := values["type"].(string)
	if kind == "set_lead_status" {
		if values["lead_status_id"] == nil {
			errs["lead_status_id"] = textRequired
		}
		return errs
	}
	def := w.editedField(values)
	switch {
	case values["custom_field_id"] == nil && values["custom_field_name"] == nil:
		errs["custom_field_id"] = textRequired
	case def == nil:
		errs["custom_field_id"] = textNoObject
	case strings.HasPrefix(kind, "set_") && values["custom_field_value"] == nil && values["custom_field_values"] == nil:
		errs["custom_field_value"] = textRequired
	default:
		values["custom_field_name"] = def.values["name"]
	}
	return errs
}

// editedField is the definition of the field that an edit is about; nil when there is none.
func (w *write) editedField(values map[string]any) *object {
	for _, kind := range customFieldKinds {
		for _, def := range w.st.tables["custom_field_"+kind].all {
			if def.id == values["custom_field_id"] || values["custom_field_id"] == nil && def.values["name"] == values["custom_field_name"] {
				return def
			}
		}
	}
	return nil
}

// bulkEdit changes one object. What the field does not take stays as it was.
func bulkEdit(w *write, job, o *object) {
	if job.str("type") == "set_lead_status" {
		w.apply(o, map[string]any{"status_id": job.values["lead_status_id"]})
		return
	}
	def := w.editedField(job.values)
	if def == nil {
		return
	}
	name := "custom." + def.id
	if strings.HasPrefix(job.str("type"), "clear_") {
		w.apply(o, map[string]any{name: nil})
		return
	}
	operation := map[string]string{"add": ".add", "remove": ".remove"}[job.str("custom_field_operation")]
	values := []any{job.values["custom_field_value"]}
	if several, ok := job.values["custom_field_values"].([]any); ok {
		if values = several; operation == "" {
			values = []any{several}
		}
	}
	for _, value := range values {
		stored, refusal := w.customValue(def, value, operation, asText(eventLead(o)))
		if text, isText := value.(string); refusal != nil && isText { // values come as texts
			if n, ok := asNumber(text); ok {
				stored, refusal = w.customValue(def, n, operation, asText(eventLead(o)))
			}
		}
		if refusal == nil {
			w.apply(o, map[string]any{name + operation: stored})
		}
	}
}
