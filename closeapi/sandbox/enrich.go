package sandbox

import "net/http"

// enrichEndpoint is POST /enrich_field/: what a language model thinks a field's value is. The sandbox has none, and makes
// up a value that fits the field (Close docs: Field Enrichment).
func enrichEndpoint() *endpoint {
	known := []string{"organization_id", "object_type", "object_id", "field_id", "set_new_value", "overwrite_existing_value"}
	return &endpoint{group: "other write", status: http.StatusOK, writes: true, handle: func(c *call, b []byte) ([]byte, *apiError) {
		if refused := c.members(known...); refused != nil {
			return nil, refused
		}
		errs, texts := fieldErrors{}, map[string]string{}
		for _, name := range known[:4] {
			text, ok := c.body[name].(string)
			if texts[name] = text; !ok || text == "" {
				errs[name] = "Field required"
			}
		}
		kind := texts["object_type"]
		w := &write{c, c.s.store}
		var o, def *object
		switch {
		case errs["object_type"] == nil && kind != "lead" && kind != "contact":
			errs["object_type"] = "Input should be 'lead' or 'contact'"
		case len(errs) > 0:
		default:
			if o = w.st.get(kind, texts["object_id"]); o == nil {
				errs["object_id"] = textNoObject
			}
			if def = w.st.customField(scopeOf(kind, nil), "custom."+texts["field_id"]); def == nil {
				errs["field_id"] = textNoObject
			}
			if texts["organization_id"] != w.st.organization {
				errs["organization_id"] = textNoObject
			}
		}
		if len(errs) > 0 {
			return nil, refuseFields(errs)
		}
		name, value := "custom."+def.id, enriched(def)
		set := c.body["set_new_value"] != false && (o.values[name] == nil || c.body["overwrite_existing_value"] == true)
		if set && value != nil {
			w.apply(o, map[string]any{name: value})
		}
		v := c.view()
		return v.fields(b, fields{
			{"object_type", kind}, {"object_id", o.id}, {"field_id", def.id}, {"organization_id", w.st.organization},
			{"value", value}, {"confidence", "high"}, {"reasoning", "Made up by the sandbox from the definition of the field."},
		}), nil
	}}
}

// enriched is a value that fits a field; nil for fields that cannot be guessed.
func enriched(def *object) any {
	switch def.str("type") {
	case "text", "hidden":
		return "Enriched " + def.str("name")
	case "number":
		return 42
	case "choices":
		choices, _ := def.values["choices"].([]string)
		switch {
		case len(choices) == 0:
		case def.is("accepts_multiple_values"):
			return []any{choices[0]}
		default:
			return choices[0]
		}
	}
	return nil
}
