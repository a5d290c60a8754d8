package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxSearchDepth and maxSearchQueries bound what one search may cost; Close publishes no numbers.
const (
	maxSearchDepth   = 20
	maxSearchQueries = 2000
)

// A compiler turns a query into a predicate. A refusal is a text, or nested errors keyed by member.
type compiler struct {
	c       *call
	v       view
	only    *searchType // what the query is restricted to, nil for nothing
	loose   int         // how many "or" and negations there are around: object types in them restrict nothing
	depth   int
	queries int
	views   []string // the Smart Views that the query stands in
}

// types are the types of objects that the query can find, in a fixed order.
func (k *compiler) types() []*searchType {
	if k.only != nil {
		return []*searchType{k.only}
	}
	var types []*searchType
	for _, name := range slices.Sorted(maps.Keys(k.c.s.api.searchable)) {
		if t := k.c.s.api.searchable[name]; t.part == nil {
			types = append(types, t)
		}
	}
	return types
}

// typeNamed finds a type of objects.
func (k *compiler) typeNamed(v any) (*searchType, any) {
	name, _ := v.(string)
	if t := k.c.s.api.searchable[name]; t != nil {
		return t, nil
	}
	return nil, fmt.Sprintf("sandbox: object type %q is not supported here", name)
}

// queryMembers are the members of each type of query.
var queryMembers = map[string][]string{
	"and": {"queries"}, "or": {"queries"}, "object_type": {"object_type"}, "id": {"value"}, "match_all": {},
	"field_condition": {"field", "condition"}, "text": {"value", "mode"}, "saved_search": {"saved_search_id"},
	"has_related": {"this_object_type", "related_object_type", "related_query"},
}

func (k *compiler) query(q map[string]any) (test predicate, refusal any) {
	if k.queries++; k.queries > maxSearchQueries || k.depth > maxSearchDepth {
		return nil, "Query is too complex."
	}
	k.depth++
	defer func() { k.depth-- }()
	kind, _ := q["type"].(string)
	allowed, known := queryMembers[kind]
	if !known {
		return nil, fieldErrors{"type": fmt.Sprintf("sandbox: query type %q is not supported here", kind)}.nested()
	}
	for name := range q {
		if name != "type" && name != "negate" && !slices.Contains(allowed, name) {
			return nil, fieldErrors{name: textExtra}.nested()
		}
	}
	negate, isBool := q["negate"].(bool)
	if q["negate"] != nil && !isBool {
		return nil, fieldErrors{"negate": "Input should be a valid boolean"}.nested()
	}
	switch kind {
	case "match_all":
		test = func(*object) bool { return true }
	case "and", "or":
		test, refusal = k.several(q, kind == "and")
	case "object_type":
		test, refusal = k.objectType(q)
	case "id":
		id, ok := q["value"].(string)
		if !ok {
			return nil, fieldErrors{"value": "Input should be a valid string"}.nested()
		}
		test = func(o *object) bool { return o.id == id }
	case "text":
		test, refusal = k.freeText(q)
	case "saved_search":
		test, refusal = k.savedSearch(q)
	case "has_related":
		test, refusal = k.hasRelated(q)
	case "field_condition":
		return k.fieldCondition(q, negate)
	}
	if refusal != nil || !negate {
		return test, refusal
	}
	inner := test
	return func(o *object) bool { return !inner(o) }, nil
}

func (k *compiler) several(q map[string]any, all bool) (predicate, any) {
	given, ok := q["queries"].([]any)
	if !ok {
		return nil, fieldErrors{"queries": "Field required"}.nested()
	}
	if !all || q["negate"] == true {
		k.loose++
		defer func() { k.loose-- }()
	}
	tests := make([]predicate, 0, len(given))
	for _, one := range given {
		inner, _ := one.(map[string]any)
		test, refusal := k.query(inner)
		if refusal != nil {
			return nil, fieldErrors{"queries": refusal}.nested()
		}
		tests = append(tests, test)
	}
	if all {
		return func(o *object) bool { return passes(o, tests) }, nil
	}
	return func(o *object) bool { return slices.ContainsFunc(tests, func(t predicate) bool { return t(o) }) }, nil
}

func (k *compiler) objectType(q map[string]any) (predicate, any) {
	t, refusal := k.typeNamed(q["object_type"])
	if refusal != nil {
		return nil, fieldErrors{"object_type": refusal}.nested()
	}
	if t.part != nil && k.only != t {
		return nil, fieldErrors{"object_type": "Object type stands in relations only."}.nested()
	}
	if k.loose == 0 && q["negate"] != true && k.only == nil {
		k.only = t
	}
	return t.is, nil
}

// hasRelated is about the objects that are related to the one that is looked for: there is one that the inner query
// finds.
func (k *compiler) hasRelated(q map[string]any) (predicate, any) {
	errs := fieldErrors{}
	for _, name := range queryMembers["has_related"] {
		if q[name] == nil {
			errs[name] = "Field required"
		}
	}
	if len(errs) > 0 {
		return nil, errs.nested()
	}
	this, refusal := k.typeNamed(q["this_object_type"])
	if refusal == nil && k.only != nil && this != k.only {
		refusal = "Object type does not match the query."
	}
	if refusal != nil {
		return nil, fieldErrors{"this_object_type": refusal}.nested()
	}
	related, refusal := k.typeNamed(q["related_object_type"])
	if refusal != nil {
		return nil, fieldErrors{"related_object_type": refusal}.nested()
	}
	reach := k.v.relation(this, related)
	if reach == nil {
		return nil, fieldErrors{"related_object_type": fmt.Sprintf("Object type %q is not related to %q.", related.name, this.name)}.nested()
	}
	only, loose := k.only, k.loose
	k.only, k.loose = related, 0
	defer func() { k.only, k.loose = only, loose }()
	inner, _ := q["related_query"].(map[string]any)
	test, refusal := k.query(inner)
	if refusal != nil {
		return nil, fieldErrors{"related_query": refusal}.nested()
	}
	return func(o *object) bool { return this.is(o) && slices.ContainsFunc(reach(o), test) }, nil
}

// savedSearch finds what a Smart View finds.
func (k *compiler) savedSearch(q map[string]any) (predicate, any) {
	id, _ := q["saved_search_id"].(string)
	saved := k.c.s.store.get("saved_search", id)
	if saved == nil {
		return nil, fieldErrors{"saved_search_id": textNoObject}.nested()
	}
	if slices.Contains(k.views, id) {
		return nil, fieldErrors{"saved_search_id": "Smart View refers to itself."}.nested()
	}
	k.views = append(k.views, id)
	defer func() { k.views = k.views[:len(k.views)-1] }()
	search, _ := saved.values["s_query"].(map[string]any)
	inner, _ := search["query"].(map[string]any)
	return k.query(inner)
}

// freeText looks for words in the texts of an object, and for a lead also in those of its contacts.
func (k *compiler) freeText(q map[string]any) (predicate, any) {
	holds, refusal := textCondition(q)
	if refusal != nil {
		return nil, refusal
	}
	v := k.v
	return func(o *object) bool {
		texts := textsOf(nil, o)
		if o.res.name == "lead" {
			for _, contact := range v.st.of("contact", o.id) {
				texts = textsOf(texts, contact)
			}
		}
		if q["mode"] == "exact_value" {
			return slices.ContainsFunc(texts, func(text string) bool { return holds(text) })
		}
		return holds(strings.Join(texts, " \n "))
	}, nil
}

// textsOf are the texts that an object stores, without ids and choices of Close.
func textsOf(texts []string, o *object) []string {
	for _, name := range slices.Sorted(maps.Keys(o.values)) {
		if strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_by") || strings.HasSuffix(name, "_html") || name == "_type" || name == "users" {
			continue
		}
		switch v := o.values[name].(type) {
		case string:
			texts = append(texts, v)
		case []any:
			for _, item := range v {
				if text, ok := item.(string); ok {
					texts = append(texts, text)
				}
			}
			for _, f := range fieldsOf(v) {
				for _, one := range f {
					if text, ok := one.value.(string); ok && one.name != "type" {
						texts = append(texts, text)
					}
				}
			}
		}
	}
	return texts
}
