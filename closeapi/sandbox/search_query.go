package sandbox

import (
	"encoding/json"
	"fmt"
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
	only    string // the object type that the query is restricted to, "" for none
	loose   int    // how many "or" and negations there are around: object types in them restrict nothing
	depth   int
	queries int
}

// types are the object types that the query can find.
func (k *compiler) types() []string {
	if k.only != "" {
		return []string{k.only}
	}
	return []string{"lead", "contact", "opportunity", "activity.call", "activity.sms"}
}

func (k *compiler) query(q map[string]any) (test predicate, refusal any) {
	if k.queries++; k.queries > maxSearchQueries || k.depth > maxSearchDepth {
		return nil, "Query is too complex."
	}
	k.depth++
	defer func() { k.depth-- }()
	kind, _ := q["type"].(string)
	allowed := map[string][]string{
		"and": {"queries"}, "or": {"queries"}, "object_type": {"object_type"}, "id": {"value"}, "match_all": {},
		"field_condition": {"field", "condition"},
	}[kind]
	if allowed == nil {
		return nil, fieldErrors{"type": fmt.Sprintf("sandbox: query type %q is not supported here", kind)}.nested()
	}
	for name := range q {
		if name != "type" && name != "negate" && !slices.Contains(allowed, name) {
			return nil, fieldErrors{name: textExtra}.nested()
		}
	}
	switch kind {
	case "match_all":
		test = func(*object) bool { return true }
	case "and", "or":
		test, refusal = k.several(q, kind == "and")
	case "object_type":
		name, _ := q["object_type"].(string)
		if searchTypes[name] == "" {
			return nil, fieldErrors{"object_type": fmt.Sprintf("sandbox: object type %q is not supported here", name)}.nested()
		}
		if k.loose == 0 && q["negate"] != true && k.only == "" {
			k.only = name
		}
		test = func(o *object) bool { return o.res.name == searchTypes[name] }
	case "id":
		id, ok := q["value"].(string)
		if !ok {
			return nil, fieldErrors{"value": "Input should be a valid string"}.nested()
		}
		test = func(o *object) bool { return o.id == id }
	case "field_condition":
		test, refusal = k.fieldCondition(q)
	}
	if refusal != nil {
		return nil, refusal
	}
	switch negate := q["negate"].(type) {
	case nil:
	case bool:
		if negate {
			inner := test
			test = func(o *object) bool { return !inner(o) }
		}
	default:
		return nil, fieldErrors{"negate": "Input should be a valid boolean"}.nested()
	}
	return test, nil
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

func (k *compiler) fieldCondition(q map[string]any) (predicate, any) {
	f, _ := q["field"].(map[string]any)
	name, refusal := k.member(f)
	if refusal != nil {
		return nil, fieldErrors{"field": refusal}.nested()
	}
	condition, _ := q["condition"].(map[string]any)
	holds, refusal := k.condition(condition)
	if refusal != nil {
		return nil, fieldErrors{"condition": refusal}.nested()
	}
	v, resource := k.v, searchTypes[f["object_type"].(string)] // checked with the member
	return func(o *object) bool { return o.res.name == resource && holds(v.member(o, name)) }, nil
}

// member reads a regular field.
func (k *compiler) member(f map[string]any) (name string, refusal any) {
	if f["type"] != "regular_field" {
		return "", fieldErrors{"type": "sandbox: only regular_field is supported here"}.nested()
	}
	kind, _ := f["object_type"].(string)
	name, _ = f["field_name"].(string)
	resource := k.c.s.api.resources[searchTypes[kind]]
	switch {
	case resource == nil || k.only != "" && kind != k.only:
		return "", fieldErrors{"object_type": "Object type does not match the query."}.nested()
	case name == "id" || !resource.knows(name) || strings.HasPrefix(name, "custom") || name == "_all":
		return "", fieldErrors{"field_name": fmt.Sprintf("Unknown field %q.", name)}.nested()
	}
	return name, nil
}

// member is the value of a declared member of an object.
func (v *view) member(o *object, name string) any {
	for _, m := range o.res.members {
		if m.name == name {
			if m.derive != nil {
				return m.derive(v, o)
			}
			return o.values[name]
		}
	}
	return nil
}

// condition makes the test of a value (Close docs: advanced filtering, conditions).
func (k *compiler) condition(q map[string]any) (func(v any) bool, any) {
	kind, _ := q["type"].(string)
	switch kind {
	case "exists":
		return func(v any) bool { return v != nil && v != "" }, nil
	case "current_user":
		return func(v any) bool { return v == k.c.user.id }, nil
	case "boolean":
		wanted, ok := q["value"].(bool)
		if !ok {
			return nil, fieldErrors{"value": "Input should be a valid boolean"}.nested()
		}
		return func(v any) bool { return v == wanted }, nil
	case "reference", "term":
		name := map[string]string{"reference": "object_ids", "term": "values"}[kind]
		wanted, ok := q[name].([]any)
		if !ok {
			return nil, fieldErrors{name: "Input should be a valid list"}.nested()
		}
		texts := map[string]bool{}
		for _, one := range wanted {
			text, ok := one.(string)
			if !ok {
				return nil, fieldErrors{name: "Input should be a valid string"}.nested()
			}
			if kind == "reference" && text == "CURRENT_USER" {
				text = k.c.user.id
			}
			texts[text] = true
		}
		return func(v any) bool {
			s, ok := v.(string)
			return ok && texts[s]
		}, nil
	case "text":
		return textCondition(q)
	case "number_range":
		return numberRange(q)
	case "moment_range":
		return k.momentRange(q)
	}
	return nil, fieldErrors{"type": fmt.Sprintf("sandbox: condition type %q is not supported here", kind)}.nested()
}

func textCondition(q map[string]any) (func(v any) bool, any) {
	given, ok := q["value"].(string)
	if !ok {
		return nil, fieldErrors{"value": "Input should be a valid string"}.nested()
	}
	given = strings.ToLower(given)
	mode, _ := q["mode"].(string)
	test := map[string]func(s string) bool{
		"exact_value": func(s string) bool { return s == given },
		"phrase":      func(s string) bool { return strings.Contains(" "+s+" ", " "+given+" ") },
		"full_words": func(s string) bool {
			words := strings.Fields(s)
			return !slices.ContainsFunc(strings.Fields(given), func(w string) bool { return !slices.Contains(words, w) })
		},
		"beginning_of_words": func(s string) bool {
			words := strings.Fields(s)
			return !slices.ContainsFunc(strings.Fields(given), func(begin string) bool {
				return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, begin) })
			})
		},
	}[mode]
	if test == nil {
		return nil, fieldErrors{"mode": "Input should be 'full_words', 'phrase', 'beginning_of_words' or 'exact_value'"}.nested()
	}
	return func(v any) bool {
		s, ok := v.(string)
		return ok && test(strings.ToLower(s))
	}, nil
}

func numberRange(q map[string]any) (func(v any) bool, any) {
	var tests []func(n float64) bool
	for _, op := range []string{"gt", "gte", "lt", "lte"} {
		if q[op] == nil {
			continue
		}
		given, _ := q[op].(json.Number)
		limit, err := given.Float64()
		if err != nil {
			return nil, fieldErrors{op: "Input should be a valid number"}.nested()
		}
		tests = append(tests, func(n float64) bool {
			outcome := 0
			if n < limit {
				outcome = -1
			} else if n > limit {
				outcome = 1
			}
			return holds("__"+op, outcome)
		})
	}
	return func(v any) bool {
		n, ok := v.(int)
		return ok && !slices.ContainsFunc(tests, func(test func(float64) bool) bool { return !test(float64(n)) })
	}, nil
}

// momentRange reads two ends that are now or a fixed moment.
func (k *compiler) momentRange(q map[string]any) (func(v any) bool, any) {
	var tests []func(m moment) bool
	for name, op := range map[string]string{"on_or_after": "__gte", "before": "__lt"} {
		if q[name] == nil {
			continue
		}
		end, _ := q[name].(map[string]any)
		limit := moment{t: k.c.now}
		switch end["type"] {
		case "now":
		case "fixed_utc":
			text, _ := end["value"].(string)
			var ok bool
			if limit, ok = parseMoment(text); !ok {
				return nil, fieldErrors{name: "Input should be a valid datetime"}.nested()
			}
		default:
			return nil, fieldErrors{name: fmt.Sprintf("sandbox: moment type %q is not supported here", end["type"])}.nested()
		}
		tests = append(tests, func(m moment) bool { return holds(op, m.at(k.c.offset).Compare(limit.t)) })
	}
	return func(v any) bool {
		m, ok := v.(moment)
		return ok && !slices.ContainsFunc(tests, func(test func(moment) bool) bool { return !test(m) })
	}, nil
}

// nested is how the errors of an object inside an object stand.
func (e fieldErrors) nested() any { return formErrors(e) }
