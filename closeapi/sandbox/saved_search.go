package sandbox

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// savedSearchTypes are the types of Smart Views, and the types of objects that they find (Close docs: Smart Views).
var savedSearchTypes = map[string]string{
	"lead": "lead", "contact": "contact", "opportunity": "opportunity", "call": "activity.call", "email": "activity.email",
	"sms": "activity.sms", "meeting": "activity.meeting", "note": "activity.note", "whatsapp_message": "activity.whatsapp_message",
	"custom_activity": "activity.custom_activity", "form_submission": "activity.form_submission",
}

func savedSearchResource() *resource {
	kinds := slices.Sorted(maps.Keys(savedSearchTypes))
	kindFilter := choice("type", orIn, kinds...)
	inner := kindFilter.test
	kindFilter.test = func(c *call, op, value string) (predicate, string) {
		return inner(c, op, strings.Join(c.params["type"+op], ",")) // a list may come as several parameters
	}
	return &resource{
		name: "saved_search", path: "/saved_search/", group: "other", read: true, noFields: true, more: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("name", "description", "type", "s_query", "query", "is_shared"),
			[]*memberDef{derived("is_user_dependent", func(_ *view, o *object) any { return userDependent(o.values["s_query"]) })},
			stored("selected_fields"),
			[]*memberDef{
				derived("shared_with", func(_ *view, o *object) any {
					if o.is("is_shared") {
						return []string{}
					}
					return nil
				}),
				derived("sharing_settings", sharing),
			},
			stored("user_id", "date_created", "date_updated"),
			[]*memberDef{onRequest("used_recently", func(*view, *object) any { return true })},
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip, filters: []filter{kindFilter}, repeated: []string{"type__in"},
			rules: func(c *call) ([]predicate, *apiError) {
				if c.params.Get("type") == "" && c.params.Get("type__in") == "" {
					return []predicate{func(o *object) bool { return o.str("type") == "lead" }}, nil
				}
				return nil, nil
			},
		},
		writing: &writing{
			inputs: []input{
				{name: "name", on: onCreate | onUpdate, required: true, check: someText},
				{name: "s_query", on: onCreate | onUpdate, required: true, check: func(_ *write, v any) (any, any) {
					if q, ok := v.(map[string]any); ok {
						return q, nil
					}
					return nil, "Input should be a valid dictionary"
				}},
				{name: "type", on: onCreate | onUpdate, notNull: true, check: oneOf(kinds...)},
				{name: "description", on: onCreate | onUpdate, check: str(0)},
				{name: "is_shared", on: onCreate | onUpdate, notNull: true, check: yesOrNo},
				{name: "selected_fields", on: onCreate | onUpdate, check: items(1000, func(_ *write, v map[string]any) (any, fieldErrors) { return v, nil })},
			},
			create: createSavedSearch,
			change: func(w *write, o *object, values map[string]any) fieldErrors {
				after := maps.Clone(o.values)
				maps.Copy(after, values)
				errs := w.settleSearch(after)
				if _, given := values["s_query"]; given && len(errs) == 0 {
					values["s_query"] = after["s_query"]
				}
				return errs
			},
			delete: func(st *store, o *object) { st.remove("saved_search", o) },
		},
	}
}

func createSavedSearch(w *write, values map[string]any) (*object, *apiError) {
	for name, preset := range map[string]any{
		"type": "lead", "description": "", "is_shared": false, "selected_fields": nil, "query": nil, "user_id": w.c.user.id,
	} {
		if values[name] == nil {
			values[name] = preset
		}
	}
	if errs := w.settleSearch(values); len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	w.stamp(values)
	return w.st.add("saved_search", "save_", values), nil
}

// settleSearch checks the search of a Smart View: it must be one that can be run, and find objects of the view's type.
func (w *write) settleSearch(values map[string]any) fieldErrors {
	given, _ := values["s_query"].(map[string]any)
	s := map[string]any{"query": given["query"], "results_limit": given["results_limit"], "sort": given["sort"]}
	errs := fieldErrors{}
	for name := range given {
		if _, known := s[name]; !known {
			errs[name] = textExtra
		}
	}
	query, ok := s["query"].(map[string]any)
	if !ok {
		errs["query"] = "Field required"
		return fieldErrors{"s_query": errs.nested()}
	}
	k := &compiler{c: w.c, v: w.c.view()}
	_, refusal := k.query(query)
	wanted := savedSearchTypes[values["type"].(string)] // checked as a choice
	switch {
	case refusal != nil:
		errs["query"] = refusal
	case k.only == nil || k.only.name != wanted:
		errs["query"] = "Query must contain the object type " + wanted + "."
	default:
		if _, refusal := readSorts(w.c, s["sort"], k.types()); refusal != nil {
			errs["sort"] = refusal
		}
	}
	if limit, isNumber := s["results_limit"].(json.Number); s["results_limit"] != nil && (!isNumber || strings.HasPrefix(limit.String(), "-")) {
		errs["results_limit"] = "Input should be a valid integer"
	}
	if s["sort"] == nil {
		s["sort"] = []any{}
	}
	values["s_query"] = s
	if len(errs) > 0 {
		return fieldErrors{"s_query": errs.nested()}
	}
	return nil
}

// userDependent tells whether a query finds something else for each user.
func userDependent(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		if v["type"] == "current_user" {
			return true
		}
		for _, inner := range v {
			if userDependent(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, userDependent)
	case string:
		return v == "CURRENT_USER"
	}
	return false
}

// sharing tells with whom a Smart View is shared: with everybody, or nobody.
func sharing(_ *view, o *object) any {
	f := fields{{"whole_org", o.is("is_shared")}, {"user_ids", []string{}}, {"group_ids", []string{}}}
	for _, name := range []string{"created_at", "created_by_id", "updated_at", "updated_by_id"} {
		f = append(f, field{name, nil})
	}
	return f
}

// savedSearch makes the test of a Smart View that must find objects of a type. member is what named the view.
func (c *call) savedSearch(member, id, objectType string) (predicate, *apiError) {
	k := &compiler{c: c, v: c.view()}
	test, refusal := k.savedSearch(map[string]any{"saved_search_id": id})
	if refusal != nil || k.only == nil || k.only.name != objectType {
		return nil, refuseField(member, textNoObject)
	}
	return test, nil
}
