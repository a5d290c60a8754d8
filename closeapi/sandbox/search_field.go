package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// A searchField is a field of a query: the type that it is on, and how to read it.
type searchField struct {
	on    *searchType // nil for any type that has the custom field
	name  string
	get   func(o *object) any
	count bool // a Smart Field that counts: none is no value
}

// fieldCondition tests a field of an object.
func (k *compiler) fieldCondition(q map[string]any, negate bool) (predicate, any) {
	given, _ := q["field"].(map[string]any)
	f, refusal := k.field(given)
	if refusal != nil {
		return nil, fieldErrors{"field": refusal}.nested()
	}
	condition, _ := q["condition"].(map[string]any)
	holds, refusal := k.condition(condition)
	if refusal != nil {
		return nil, fieldErrors{"condition": refusal}.nested()
	}
	return func(o *object) bool {
		if f.on != nil && !f.on.is(o) {
			return negate
		}
		v := f.get(o)
		if f.count && v == 0 {
			return false // no value drops out of a condition, even of a negated one (Close docs: advanced filtering)
		}
		if several, ok := v.([]any); ok && len(several) > 0 {
			return slices.ContainsFunc(several, holds) != negate
		}
		return holds(v) != negate
	}, nil
}

// field reads a regular field or a custom one.
func (k *compiler) field(f map[string]any) (*searchField, any) {
	switch f["type"] {
	case "regular_field":
		return k.regularField(f)
	case "custom_field":
		return k.customField(f)
	}
	return nil, fieldErrors{"type": "Input should be 'regular_field' or 'custom_field'"}.nested()
}

func (k *compiler) regularField(f map[string]any) (*searchField, any) {
	on, refusal := k.typeNamed(f["object_type"])
	if refusal != nil || k.only != nil && on != k.only {
		return nil, fieldErrors{"object_type": "Object type does not match the query."}.nested()
	}
	name, _ := f["field_name"].(string)
	field := &searchField{on: on, name: name, count: on.name == "lead" && strings.HasPrefix(name, "num_")}
	if special := searchOnly[on.res.name+"."+name]; special != nil {
		field.get = func(o *object) any { return special(&k.v, o) }
		return field, nil
	}
	i := slices.IndexFunc(on.res.members, func(m *memberDef) bool { return m.name == name })
	if i < 0 || name == "id" {
		if isActivity(on.res) && name == "date" {
			field.get = func(o *object) any { return o.values["activity_at"] }
			return field, nil
		}
		return nil, fieldErrors{"field_name": fmt.Sprintf("Unknown field %q.", name)}.nested()
	}
	if derive := on.res.members[i].derive; derive != nil {
		field.get = func(o *object) any { return derive(&k.v, o) }
	} else {
		field.get = func(o *object) any { return o.values[name] }
	}
	return field, nil
}

func (k *compiler) customField(f map[string]any) (*searchField, any) {
	id, _ := f["custom_field_id"].(string)
	for _, kind := range customFieldKinds {
		def := k.c.s.store.get("custom_field_"+kind, id)
		if def == nil {
			continue
		}
		if k.only != nil && !k.c.s.store.mayHave(k.only.res.name, kind, def) {
			return nil, fieldErrors{"custom_field_id": "Custom field does not match the query."}.nested()
		}
		name := "custom." + id
		return &searchField{name: name, get: func(o *object) any { return o.values[name] }}, nil
	}
	return nil, fieldErrors{"custom_field_id": textNoObject}.nested()
}

// mayHave tells whether objects of a resource can have a custom field.
func (st *store) mayHave(resource, kind string, def *object) bool {
	switch resource {
	case "custom_object":
		resource = "custom_object_type"
	case "lead", "contact", "opportunity":
	default:
		resource = "activity"
	}
	if kind != "shared" {
		return kind == resource
	}
	associations, _ := def.values["associations"].([]fields)
	return slices.ContainsFunc(associations, func(a fields) bool {
		return a.get("object_type") == resource || resource == "activity" && a.get("object_type") == "custom_activity_type"
	})
}

// searchOnly are fields that can be searched by, but are no members of the objects (Close docs: advanced filtering fields).
var searchOnly = map[string]func(v *view, o *object) any{
	"lead.addresses_count": func(_ *view, o *object) any { return len(addresses(o)) },
	"lead.all_urls_count": func(v *view, o *object) any {
		n := 0
		for _, contact := range v.st.of("contact", o.id) {
			n += len(listOf(contact, "urls"))
		}
		if o.str("url") != "" {
			n++
		}
		return n
	},
	"lead.timezone": func(_ *view, o *object) any {
		if list := addresses(o); len(list) > 0 {
			if zones, _ := list[0].(fields).get("tz_ids").([]string); len(zones) > 0 {
				return zones[0]
			}
		}
		return nil
	},
	"contact.emails_count": func(_ *view, o *object) any { return len(listOf(o, "emails")) },
	"contact.phones_count": func(_ *view, o *object) any { return len(listOf(o, "phones")) },
	"contact.urls_count":   func(_ *view, o *object) any { return len(listOf(o, "urls")) },
}

func listOf(o *object, name string) []any {
	list, _ := o.values[name].([]any)
	return list
}
