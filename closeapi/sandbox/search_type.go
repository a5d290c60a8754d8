package sandbox

import "strings"

// A searchType is a type of objects that can be searched for, or asked about in a relation. Tasks have a type for each
// kind.
type searchType struct {
	name string
	res  *resource
	task string                   // the kind of task
	part func(o *object) []fields // what of its owner it is, when it is no object of its own
}

// is tells whether an object is of the type.
func (t *searchType) is(o *object) bool {
	return o.res == t.res && (t.task == "" || o.str("_type") == t.task)
}

// searchTypes are the types by name; the names are those of the event log (Close docs: events, object types).
func searchTypes(a *api) map[string]*searchType {
	types := map[string]*searchType{}
	for name, r := range a.resources {
		switch {
		case name == "lead" || name == "contact" || name == "opportunity" || name == "custom_object":
			types[name] = &searchType{name: name, res: r}
		case isActivity(r):
			types[activityTypeOf(name)] = &searchType{name: activityTypeOf(name), res: r}
		}
	}
	for _, kind := range taskKinds {
		types["task."+kind] = &searchType{name: "task." + kind, res: a.resources["task"], task: kind}
	}
	for name, part := range map[string]struct {
		list    string
		members []string
	}{
		"contact_email": {"emails", []string{"email", "type", "is_unsubscribed"}},
		"contact_phone": {"phones", []string{"phone", "phone_formatted", "type", "country"}},
		"contact_url":   {"urls", []string{"url", "type"}},
		"address":       {"addresses", addressMembers},
	} {
		types[name] = &searchType{
			name: name, res: &resource{name: name, members: stored(part.members...)},
			part: func(o *object) []fields { return fieldsOf(o.values[part.list]) },
		}
	}
	return types
}

func fieldsOf(v any) []fields {
	items, _ := v.([]any)
	list := make([]fields, 0, len(items))
	for _, item := range items {
		if f, ok := item.(fields); ok {
			list = append(list, f)
		}
	}
	return list
}

// isActivity tells whether a resource is one of the activities.
func isActivity(r *resource) bool { return strings.HasPrefix(r.path, "/activity/") && !r.virtual }

// activityTypeOf is the name that the event log gives to the activities of a resource.
func activityTypeOf(resource string) string {
	switch resource {
	case "emailthread":
		return "activity.email_thread"
	case "custom":
		return "activity.custom_activity"
	}
	return "activity." + resource
}

// searchName is the type of an object.
func searchName(o *object) string {
	switch {
	case isActivity(o.res):
		return activityTypeOf(o.res.name)
	case o.res.name == "task":
		return "task." + o.str("_type")
	}
	return o.res.name
}

// leadOf is the lead that an object belongs to; a lead belongs to itself.
func leadOf(o *object) string {
	if o.res.name == "lead" {
		return o.id
	}
	return o.str("lead_id")
}

// relation tells which objects of a type are related to an object of another; nil when the types are not related. What
// belongs to a lead is related to the lead, and what names a contact, opportunity or other object to that.
func (v *view) relation(from, to *searchType) func(o *object) []*object {
	if to.part != nil {
		return v.parts(from, to)
	}
	below := func(o *object, test func(other *object) bool) []*object {
		var found []*object
		for _, other := range v.st.of(to.res.name, leadOf(o)) {
			if to.is(other) && other != o && test(other) {
				found = append(found, other)
			}
		}
		return found
	}
	named := func(resource, id string) []*object {
		if o := v.st.get(resource, id); o != nil {
			return []*object{o}
		}
		return nil
	}
	refers := func(o *object, id string) bool {
		return o.str("contact_id") == id || o.str("opportunity_id") == id || o.str("object_id") == id
	}
	switch {
	case from.part != nil || from.name == to.name && to.name != "custom_object":
		return nil
	case to.name == "lead":
		return func(o *object) []*object { return named("lead", o.str("lead_id")) }
	case from.name == "lead":
		return func(o *object) []*object { return below(o, func(*object) bool { return true }) }
	case to.name == "contact":
		return func(o *object) []*object { return named("contact", o.str("contact_id")) }
	}
	return func(o *object) []*object {
		return below(o, func(other *object) bool { return refers(other, o.id) || refers(o, other.id) })
	}
}

// parts are the ways to reach a contact, of the contact or of all contacts of a lead, and the addresses of a lead.
func (v *view) parts(from, to *searchType) func(o *object) []*object {
	wrap := func(owners ...*object) []*object {
		var found []*object
		for _, owner := range owners {
			for _, part := range to.part(owner) {
				values := map[string]any{}
				for _, f := range part {
					values[f.name] = f.value
				}
				found = append(found, &object{res: to.res, values: values})
			}
		}
		return found
	}
	switch {
	case to.name == "address" && from.name == "lead", to.name != "address" && from.name == "contact":
		return func(o *object) []*object { return wrap(o) }
	case to.name != "address" && from.name == "lead":
		return func(o *object) []*object { return wrap(v.st.of("contact", o.id)...) }
	}
	return nil
}
