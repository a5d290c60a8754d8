package sandbox

import (
	"maps"
	"slices"
)

func leadWriting() *writing {
	return &writing{
		inputs: []input{
			{name: "name", on: always, check: str(0)},
			{name: "url", on: always, check: str(0)},
			{name: "description", on: always, check: str(0)},
			{name: "status_id", on: always, notNull: true, check: ref("lead_status")},
			{name: "status", on: always, notNull: true, check: statusLabel},
			{name: "addresses", on: always, notNull: true, check: items(100, newAddress)},
			{name: "contacts", on: onCreate, notNull: true, check: items(100, nestedContact)},
		},
		create: func(w *write, values map[string]any) (*object, *apiError) {
			if errs := settleStatus(values); len(errs) > 0 {
				return nil, refuseFields(errs)
			}
			if values["status_id"] == nil {
				values["status_id"] = w.st.tables["lead_status"].all[0].id
			}
			if values["addresses"] == nil {
				values["addresses"] = []any{}
			}
			contacts, _ := values["contacts"].([]any)
			delete(values, "contacts")
			lead := w.newLead(values)
			for _, contact := range contacts {
				members := contact.(map[string]any)
				members["lead_id"] = lead.id
				completeContact(w, members)
				w.st.add("contact", "cont_", members)
			}
			return lead, nil
		},
		change:  func(_ *write, _ *object, values map[string]any) fieldErrors { return settleStatus(values) },
		changed: logLeadStatus,
		delete:  deleteLead,
	}
}

// settleStatus takes a status by id or by label, but not by both (Close docs: Leads).
func settleStatus(values map[string]any) fieldErrors {
	id, labelled := values["status"]
	if !labelled {
		return nil
	}
	delete(values, "status")
	if values["status_id"] != nil {
		return fieldErrors{"status": "Provide either status or status_id, not both."}
	}
	values["status_id"] = id
	return nil
}

// statusLabel accepts the label of a lead status, and stores its id.
func statusLabel(w *write, v any) (any, any) {
	for _, status := range w.st.tables["lead_status"].all {
		if status.values["label"] == v {
			return status.id, nil
		}
	}
	return nil, textNoObject
}

var addressMembers = []string{"label", "address_1", "address_2", "city", "state", "zipcode", "country"}

func newAddress(_ *write, given map[string]any) (any, fieldErrors) {
	address, errs := fields{}, fieldErrors{}
	for _, name := range addressMembers {
		v := given[name]
		if _, ok := v.(string); v != nil && !ok {
			errs[name] = "Value must be of str type."
		}
		address = append(address, field{name, v})
	}
	for name := range given {
		if !slices.Contains(addressMembers, name) {
			errs[name] = textExtra
		}
	}
	return address, errs
}

// deleteLead takes the lead away, with everything below it (Close docs: Leads).
func deleteLead(st *store, lead *object) {
	for _, name := range slices.Sorted(maps.Keys(st.tables)) {
		if below := slices.Clone(st.of(name, lead.id)); len(below) > 0 {
			st.remove(name, below...)
		}
	}
	st.remove("lead", lead)
}
