package sandbox

import "maps"

// customFields makes the custom fields of the organization, with types for the objects of its own that some of them
// refer to. The first two are those that leads have from their first day.
func (s *seeder) customFields() {
	installation := s.customType("custom_object_type", "cotype_", map[string]any{
		"name": "Installation", "name_plural": "Installations", "description": "A set of sensors at one address.",
	})
	contract := s.customType("custom_object_type", "cotype_", map[string]any{
		"name": "Contract", "name_plural": "Contracts", "description": "What was signed, and until when.",
	})
	audit := makeID("custom_activity_type", "actitype_", 0, s.st.tables["custom_activity_type"].res.idLength) // the first one
	add := func(kind, name, valueType string, more map[string]any) {
		made := at(s.today.AddDate(-1, -1, 0).Add(11 * 3600e9))
		values := map[string]any{
			"name": name, "type": valueType, "created_by": s.users[0].id, "updated_by": s.users[0].id, "date_created": made, "date_updated": made,
		}
		maps.Copy(values, more)
		if kind == "shared" {
			delete(values, "required")
		}
		s.st.addCustomField(kind, values)
	}
	choices := func(several bool, of ...string) map[string]any {
		return map[string]any{"choices": of, "accepts_multiple_values": several}
	}
	add("lead", "Industry", "choices", choices(false, "Food", "Logistics", "Health", "Manufacturing", "Leisure"))
	add("lead", "Sites", "number", map[string]any{"description": "How many places there are to equip."})
	add("lead", "Tags", "choices", choices(true, "Pilot", "Reference", "Key account", "Price sensitive", "Renewal risk"))
	add("lead", "Account team", "user", map[string]any{"accepts_multiple_values": true})
	add("lead", "Customer since", "date", nil)
	add("lead", "Next audit", "datetime", nil)
	add("lead", "Procurement portal", "text", nil)
	add("lead", "Decision maker", "contact", nil)
	add("lead", "Main installation", "custom_object", map[string]any{
		"referenced_custom_type_id": installation.id, "back_reference_is_visible": true,
	})
	add("lead", "Import key", "hidden", nil)

	add("contact", "Role in deal", "choices", choices(true, "Champion", "Decision maker", "User", "Gatekeeper"))
	add("contact", "Birthday", "date", nil)
	add("contact", "Assistant", "contact", nil)
	add("contact", "Newsletter", "text", nil)
	add("contact", "Looked after by", "user", nil)

	add("opportunity", "Forecast", "choices", choices(false, "Commit", "Best case", "Pipeline", "Omitted"))
	add("opportunity", "Discount", "number", map[string]any{"description": "In percent."})
	add("opportunity", "Competitors", "choices", choices(true, "Hygrotek", "ColdChain Nord", "In-house", "Nobody"))
	add("opportunity", "Technical contact", "contact", nil)
	add("opportunity", "Contract starts", "date", nil)
	add("opportunity", "Quote number", "text", nil)

	of := func(typeID string, required bool, more map[string]any) map[string]any {
		values := map[string]any{"custom_object_type_id": typeID, "required": required}
		maps.Copy(values, more)
		return values
	}
	add("custom_object_type", "Serial number", "text", of(installation.id, true, nil))
	add("custom_object_type", "Sensors", "number", of(installation.id, false, nil))
	add("custom_object_type", "Installed on", "date", of(installation.id, false, nil))
	add("custom_object_type", "Technician", "user", of(installation.id, false, nil))
	add("custom_object_type", "State", "choices", of(contract.id, false, choices(false, "Draft", "Signed", "Ended")))
	add("custom_object_type", "Covers", "custom_object", of(contract.id, false, map[string]any{
		"referenced_custom_type_id": installation.id, "back_reference_is_visible": true, "accepts_multiple_values": true,
	}))

	add("activity", "Findings", "textarea", map[string]any{"custom_activity_type_id": audit, "required": false})
	add("activity", "Score", "number", map[string]any{"custom_activity_type_id": audit, "required": true})
	add("activity", "Audited by", "user", map[string]any{"custom_activity_type_id": audit, "required": false})

	association := func(kind string, more ...field) fields {
		return append(append(fields{{"object_type", kind}}, more...), fields{{"editable_with_roles", []string{}}, {"required", false}}...)
	}
	add("shared", "Region", "choices", map[string]any{
		"choices": []string{"North", "South", "East", "West", "Overseas"}, "associations": []fields{
			association("lead"), association("contact"), association("custom_object_type", field{"custom_object_type_id", installation.id}),
		},
	})
	add("shared", "External id", "text", map[string]any{"associations": []fields{association("lead"), association("opportunity")}})
}

// field is the member of the custom field of a kind with a name.
func (s *seeder) field(kind, name string) string {
	for _, o := range s.st.tables["custom_field_"+kind].all {
		if o.str("name") == name {
			return "custom." + o.id
		}
	}
	panic("sandbox: no demo field " + name) // only a mistake in the demo data gets here
}
