package sandbox

import (
	"slices"
	"strings"
	"time"
)

// untitled is the display name of a lead without a name (Close docs: changelog of 2025-02-14).
const untitled = "Untitled"

func leadResource() *resource {
	return &resource{
		name: "lead", path: "/lead/", group: "lead", modern: true, custom: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("name"), []*memberDef{derived("display_name", func(_ *view, o *object) any { return leadName(o) })},
			stored("description", "url"),
			[]*memberDef{
				derived("html_url", func(_ *view, o *object) any { return "https://app.close.com/lead/" + o.id + "/" }),
			},
			stored("status_id"),
			[]*memberDef{derived("status_label", func(v *view, o *object) any { return v.label("lead_status", o.str("status_id")) })},
			stored("addresses"),
			[]*memberDef{
				derived("contact_ids", contactIDs),
				derived("contacts", func(v *view, o *object) any { return v.st.of("contact", o.id) }),
				derived("opportunities", func(v *view, o *object) any { return v.st.of("opportunity", o.id) }),
				derived("tasks", func(v *view, o *object) any { return v.openTasks(o) }),
				integrationLinks(),
			},
			authorship(true),
			leadOnRequest(),
		),
		list: &listing{
			maxLimit: 200, maxSkip: 35_000,
			filters:  []filter{ids(inOnly)}, // undocumented, but seen to work
			envelope: totalResults,
		},
		writing: leadWriting(),
	}
}

func leadName(o *object) any {
	if name := o.str("name"); name != "" {
		return name
	}
	return untitled
}

// label is the label of a status; nil when there is none.
func (v *view) label(resource, id string) any {
	if status := v.st.get(resource, id); status != nil {
		return status.values["label"]
	}
	return nil
}

func contactIDs(v *view, o *object) any {
	ids := []string{}
	for _, contact := range v.st.of("contact", o.id) {
		ids = append(ids, contact.id)
	}
	return ids
}

// openTasks are the tasks that a lead embeds: those that people wrote, as long as they are not complete.
func (v *view) openTasks(o *object) []*object {
	var open []*object
	for _, task := range v.st.of("task", o.id) {
		if task.str("_type") == taskLead && !task.is("is_complete") {
			open = append(open, task)
		}
	}
	return open
}

// leadOnRequest are the members that a lead has only when they are asked for (Close docs: Leads).
func leadOnRequest() []*memberDef {
	ms := []*memberDef{
		onRequest("contacts_summary", func(v *view, o *object) any {
			var names []string
			for _, contact := range v.st.of("contact", o.id) {
				if name, ok := contactName(contact).(string); ok {
					names = append(names, name)
				}
			}
			return strings.Join(names, ", ")
		}),
		onRequest("localtime", localTime),
		onRequest("primary_email", func(v *view, o *object) any { return v.primary(o.id, "emails") }),
		onRequest("primary_phone", func(v *view, o *object) any { return v.primary(o.id, "phones") }),
		onRequest("primary_address_full", func(_ *view, o *object) any {
			return address(o, "address_1", "address_2", "city", "state", "zipcode", "country")
		}),
		onRequest("primary_address_summary", func(_ *view, o *object) any { return address(o, "city", "state", "country") }),
		onRequest("recent_calls", func(*view, *object) any { return []any{} }),
		onRequest("source", func(*view, *object) any { return nil }),
		onRequest("summaries", func(*view, *object) any { return []any{} }),
	}
	return append(ms, smartFields()...)
}

// primary is the first e-mail or phone of the lead's first contact that has one.
func (v *view) primary(lead, list string) any {
	for _, contact := range v.st.of("contact", lead) {
		if items, ok := contact.values[list].([]any); ok && len(items) > 0 {
			return items[0]
		}
	}
	return nil
}

func addresses(o *object) []any {
	list, _ := o.values["addresses"].([]any)
	return list
}

func address(o *object, names ...string) any {
	list := addresses(o)
	if len(list) == 0 {
		return nil
	}
	var parts []string
	for _, name := range names {
		if part, ok := list[0].(fields).get(name).(string); ok && part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func localTime(v *view, o *object) any {
	list := addresses(o)
	if len(list) == 0 {
		return nil
	}
	zones, _ := list[0].(fields).get("tz_ids").([]string)
	if len(zones) == 0 {
		return nil
	}
	zone, err := time.LoadLocation(zones[0])
	if err != nil {
		return nil // the machine has no time zone data
	}
	return v.now.In(zone).Format("2006-01-02T15:04:05.000000-07:00")
}
