package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// condition makes the test of a value (Close docs: advanced filtering, conditions).
func (k *compiler) condition(q map[string]any) (func(v any) bool, any) {
	kind, _ := q["type"].(string)
	switch kind {
	case "exists":
		return exists, nil
	case "current_user":
		return func(v any) bool { return v == k.c.user.id }, nil
	case "boolean":
		wanted, ok := q["value"].(bool)
		if !ok {
			return nil, fieldErrors{"value": "Input should be a valid boolean"}.nested()
		}
		return func(v any) bool { return v == wanted }, nil
	case "reference", "term":
		return k.oneOfCondition(q, kind)
	case "text":
		return textCondition(q)
	case "number_range":
		return numberRange(q)
	case "moment_range":
		return k.momentRange(q)
	case "local_time":
		return k.localTime(q)
	}
	return nil, fieldErrors{"type": fmt.Sprintf("sandbox: condition type %q is not supported here", kind)}.nested()
}

func exists(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	return true
}

// referenceTypes are the kinds of objects that a condition can refer to.
var referenceTypes = []string{
	"user", "group", "user_or_group", "status.lead", "status.opportunity", "lead", "contact", "opportunity", "pipeline", "custom_object",
	"custom_object_type", "custom_activity_type", "sequence", "email_template", "sms_template", "phone_number", "outcome", "form",
}

func (k *compiler) oneOfCondition(q map[string]any, kind string) (func(v any) bool, any) {
	name := map[string]string{"reference": "object_ids", "term": "values"}[kind]
	wanted, ok := q[name].([]any)
	if !ok {
		return nil, fieldErrors{name: "Input should be a valid list"}.nested()
	}
	if refers, _ := q["reference_type"].(string); kind == "reference" && !slices.Contains(referenceTypes, refers) {
		return nil, fieldErrors{"reference_type": textNoChoice}.nested()
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
}

// wordsOf are the words of a text, without the marks around them.
func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

func textCondition(q map[string]any) (func(v any) bool, any) {
	given, ok := q["value"].(string)
	if !ok {
		return nil, fieldErrors{"value": "Input should be a valid string"}.nested()
	}
	given = strings.ToLower(given)
	mode := "full_words"
	if q["mode"] != nil {
		mode, _ = q["mode"].(string)
	}
	words := wordsOf(given)
	phrase := " " + strings.Join(words, " ") + " "
	test := map[string]func(s string) bool{
		"exact_value": func(s string) bool { return s == given },
		"phrase":      func(s string) bool { return strings.Contains(" "+strings.Join(wordsOf(s), " ")+" ", phrase) },
		"full_words": func(s string) bool {
			has := wordsOf(s)
			return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(has, w) })
		},
		"beginning_of_words": func(s string) bool {
			has := wordsOf(s)
			return !slices.ContainsFunc(words, func(begin string) bool {
				return !slices.ContainsFunc(has, func(w string) bool { return strings.HasPrefix(w, begin) })
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
		n, ok := toFloat(v)
		return ok && !slices.ContainsFunc(tests, func(test func(float64) bool) bool { return !test(n) })
	}, nil
}

func toFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// localTime tests what the clocks show now in a time zone.
func (k *compiler) localTime(q map[string]any) (func(v any) bool, any) {
	limits := map[string]string{}
	for _, name := range []string{"on_or_after", "before"} {
		if q[name] == nil {
			continue
		}
		text, _ := q[name].(string)
		t, err := time.Parse(time.TimeOnly, text)
		if err != nil {
			return nil, fieldErrors{name: "Input should be in a valid time format"}.nested()
		}
		limits[name] = t.Format(time.TimeOnly)
	}
	return func(v any) bool {
		name, _ := v.(string)
		zone, err := time.LoadLocation(name)
		if err != nil || name == "" {
			return false
		}
		clock := k.c.now.In(zone).Format(time.TimeOnly)
		return clock >= limits["on_or_after"] && (limits["before"] == "" || clock < limits["before"])
	}, nil
}

// nested is how the errors of an object inside an object stand.
func (e fieldErrors) nested() any { return formErrors(e) }
