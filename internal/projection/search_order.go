package projection

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// A search goes on from page to page by the values that it is sorted by, not by Close's cursors, which live for half a
// minute and end at 10,000 objects: the next page begins at the value where the last one ended, and leaves out the
// objects of that value that were seen already (Close docs: Advanced Filtering, walking large results).

// unit is a value of the order, so coarse that Close's index cannot tell it more finely: a whole second of a moment, a
// day, or a number together with the second in which the object was made.
type unit struct {
	kind  unitKind
	value string // RFC 3339, a day, or a number
	tie   string // of a number: when the object was made
}

type unitKind byte

const (
	noUnit     unitKind = iota
	momentUnit          // a second
	dayUnit
	numberUnit
)

// member is the name of the order's field in answers.
func (o Order) member() string {
	if o.Custom {
		return customPrefix + o.Field
	}
	return o.Field
}

// created is the order by date of creation: it breaks ties, and no object is without it.
func (o Order) created(descending bool) Order {
	return Order{Type: o.Type, Field: "date_created", Descending: descending}
}

// complete reports whether every object has a value of the order.
func (o Order) complete() bool { return o.Field == "date_created" || o.Field == "date_updated" }

// followable reports whether a search in this order can be followed by values. Close takes a count of zero for no value,
// even in a negated condition, so that those without one could not be found (client code, on the num_ Smart Fields).
func (o Order) followable() bool {
	return o.Type != "" && !strings.HasPrefix(o.Field, "num_")
}

// field is the order's field in Close's form.
func (o Order) field() map[string]any {
	if o.Custom {
		return map[string]any{"type": "custom_field", "custom_field_id": o.Field}
	}
	return map[string]any{"type": "regular_field", "object_type": o.Type, "field_name": o.Field}
}

// Form is the order in Close's form, for work on what a search finds.
func (o Order) Form() []any { return o.sort() }

// sort is the order in Close's form. Objects of one value stand in the order in which they were made.
func (o Order) sort() []any {
	if o.Type == "" {
		return nil
	}
	sort := []any{map[string]any{"direction": o.direction(), "field": o.field()}}
	if !o.complete() {
		sort = append(sort, map[string]any{"direction": "asc", "field": o.created(false).field()})
	}
	return sort
}

func (o Order) direction() string {
	if o.Descending {
		return "desc"
	}
	return "asc"
}

// condition is a condition on the order's field in Close's form.
func (o Order) condition(condition map[string]any) map[string]any {
	return map[string]any{"type": "field_condition", "field": o.field(), "condition": condition}
}

// hasValue is the condition that an object has a value of the order, or has none.
func (o Order) hasValue(has bool) map[string]any {
	condition := o.condition(map[string]any{"type": "exists"})
	if !has {
		condition["negate"] = true
	}
	return condition
}

// from is the condition of the objects at a unit and after it.
func (o Order) from(u unit) map[string]any {
	switch u.kind {
	case momentUnit:
		if !o.Descending {
			return o.moments("on_or_after", map[string]any{"type": "fixed_utc", "value": u.value})
		}
		at, err := time.Parse(time.RFC3339, u.value)
		if err != nil {
			return map[string]any{"type": "match_all"} // positions are checked when they are read
		}
		return o.moments("before", map[string]any{"type": "fixed_utc", "value": at.Add(time.Second).Format(time.RFC3339)})
	case dayUnit:
		if !o.Descending {
			return o.moments("on_or_after", map[string]any{"type": "fixed_local_date", "value": u.value, "which": "start"})
		}
		return o.moments("before", map[string]any{"type": "fixed_local_date", "value": u.value, "which": "end"})
	}
	beyond := "gt"
	if o.Descending {
		beyond = "lt"
	}
	number := json.Number(u.value)
	return anyOf(
		o.condition(map[string]any{"type": "number_range", beyond: number}),
		allOf(
			o.condition(map[string]any{"type": "number_range", "gte": number, "lte": number}),
			o.created(false).from(unit{kind: momentUnit, value: u.tie}),
		),
	)
}

// moments is the condition that the field lies on one side of a moment.
func (o Order) moments(bound string, moment map[string]any) map[string]any {
	condition := map[string]any{"type": "moment_range", "on_or_after": nil, "before": nil}
	condition[bound] = moment
	return o.condition(condition)
}

// also is a query with one more condition.
func also(q, condition map[string]any) map[string]any {
	if queries, ok := q["queries"].([]any); ok && q["type"] == "and" && q["negate"] == nil {
		return allOf(append(slices.Clone(queries), condition)...)
	}
	return allOf(q, condition)
}

func allOf(queries ...any) map[string]any {
	return map[string]any{"type": "and", "queries": queries}
}

func anyOf(queries ...any) map[string]any {
	return map[string]any{"type": "or", "queries": queries}
}

// unitOf is the unit of an object that has a value of the order, as JSON, and the time when it was made. There is none of
// texts, which Close does not compare.
func (o Order) unitOf(value, created []byte) unit {
	switch {
	case len(value) == 0:
	case value[0] == '-' || '0' <= value[0] && value[0] <= '9':
		if second, ok := secondOf(created); ok {
			return unit{numberUnit, string(value), second}
		}
	case value[0] == '"':
		if text := unquote(value); IsDate(text) {
			return unit{kind: dayUnit, value: text}
		}
		if second, ok := secondOf(value); ok {
			return unit{kind: momentUnit, value: second}
		}
	}
	return unit{}
}

// secondOf is the second in which a moment of Close lies, in UTC.
func secondOf(raw []byte) (string, bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	text, ok := normalDateTime(nil, []byte(unquote(raw)))
	at, err := time.Parse(time.RFC3339, string(text))
	return at.UTC().Truncate(time.Second).Format(time.RFC3339), ok && err == nil
}
