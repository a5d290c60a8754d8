package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// momentRange reads the ends of a range of moments. Beside the documented ones it knows those that clients send
// (Close docs: advanced filtering).
func (k *compiler) momentRange(q map[string]any) (func(v any) bool, any) {
	var tests []func(m moment) bool
	for name, op := range map[string]string{
		"on_or_after": "__gte", "before": "__lt", "after": "__gt", "on_or_before": "__lte", "gte": "__gte", "gt": "__gt", "lt": "__lt", "lte": "__lte",
	} {
		if q[name] == nil {
			continue
		}
		limit, unbound, problem := k.moment(q[name], 0)
		if problem != "" {
			return nil, fieldErrors{name: problem}.nested()
		}
		if !unbound {
			tests = append(tests, func(m moment) bool { return holds(op, m.at(k.c.offset).Compare(limit)) })
		}
	}
	for name := range q {
		if name != "type" && !slices.Contains([]string{"on_or_after", "before", "after", "on_or_before", "gte", "gt", "lt", "lte"}, name) {
			return nil, fieldErrors{name: textExtra}.nested()
		}
	}
	return func(v any) bool {
		m, ok := v.(moment)
		return ok && !slices.ContainsFunc(tests, func(test func(moment) bool) bool { return !test(m) })
	}, nil
}

// moment reads a moment object, or a bare text of one. It is unbound when it is the end of all time.
func (k *compiler) moment(v any, depth int) (t time.Time, unbound bool, problem string) {
	const invalid = "Input should be a valid datetime"
	if text, ok := v.(string); ok {
		m, ok := parseMoment(text)
		if !ok {
			return t, false, invalid
		}
		return m.at(k.c.offset), false, ""
	}
	q, _ := v.(map[string]any)
	which, _ := q["which"].(string)
	if which != "" && which != "start" && which != "end" {
		return t, false, "Input should be 'start' or 'end'"
	}
	switch q["type"] {
	case "now":
		return k.c.now, false, ""
	case "fixed_utc":
		text, _ := q["value"].(string)
		m, ok := parseMoment(text)
		if !ok {
			return t, false, invalid
		}
		return m.t, false, ""
	case "fixed_local_date":
		text, _ := q["value"].(string)
		m, ok := parseMoment(text)
		if !ok || !m.day {
			return t, false, "Input should be a valid date"
		}
		t = m.at(k.c.offset)
		if which == "end" {
			t = t.AddDate(0, 0, 1)
		}
		return t, false, ""
	case "start_end_of_predefined_relative_period":
		name, _ := q["range"].(string)
		start, end, ok := k.c.period(strings.ReplaceAll(name, "_", "-"))
		switch {
		case !ok:
			return t, false, fmt.Sprintf("Unknown period %q.", name)
		case name == "all-time" || name == "all_time":
			return t, true, ""
		case which == "end":
			return end, false, ""
		}
		return start, false, ""
	case "offset":
		if depth > maxSearchDepth {
			return t, false, "Query is too complex."
		}
		return k.offsetMoment(q, depth)
	}
	return t, false, fmt.Sprintf("Unknown moment type %q.", q["type"])
}

// offsetMoment is so much before or after another moment, and perhaps at the edge of that day.
func (k *compiler) offsetMoment(q map[string]any, depth int) (t time.Time, unbound bool, problem string) {
	inner := q["moment"]
	if inner == nil {
		inner = map[string]any{"type": "now"}
	}
	t, unbound, problem = k.moment(inner, depth+1)
	if problem != "" || unbound {
		return t, unbound, problem
	}
	sign := map[any]int{"past": -1, "future": 1}[q["direction"]]
	if sign == 0 {
		return t, false, "Input should be 'past' or 'future'"
	}
	units := map[string]int{}
	given, _ := q["offset"].(map[string]any)
	for name, v := range given {
		number, _ := v.(json.Number)
		n, err := number.Int64()
		most := int64(1_000_000)
		if name == "seconds" {
			most *= 1000
		}
		if !slices.Contains([]string{"years", "months", "weeks", "days", "hours", "minutes", "seconds"}, name) || v != nil && (err != nil || n < -most || n > most) {
			return t, false, "Input should be a valid offset"
		}
		units[name] = sign * int(n)
	}
	local := t.Add(k.c.offset).AddDate(units["years"], units["months"], 7*units["weeks"]+units["days"]).
		Add(time.Duration(units["hours"])*time.Hour + time.Duration(units["minutes"])*time.Minute + time.Duration(units["seconds"])*time.Second)
	midnight := day(local).t
	switch q["which_day_end"] {
	case nil:
		return local.Add(-k.c.offset), false, ""
	case "start":
		return midnight.Add(-k.c.offset), false, ""
	case "end":
		return midnight.AddDate(0, 0, 1).Add(-k.c.offset), false, ""
	}
	return t, false, "Input should be 'start' or 'end'"
}

// period is a range of days that is named by where it lies from today, for the caller; weeks begin on Monday. The end
// is not part of it.
func (c *call) period(name string) (start, end time.Time, known bool) {
	today := day(c.now.Add(c.offset)).t
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	month := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	quarter := time.Date(today.Year(), (today.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	year := time.Date(today.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	which, unit, _ := strings.Cut(name, "-")
	n := map[string]int{"last": -1, "this": 0, "next": 1}[which]
	switch {
	case name == "today":
		start, end = today, today.AddDate(0, 0, 1)
	case name == "yesterday":
		start, end = today.AddDate(0, 0, -1), today
	case name == "tomorrow":
		start, end = today.AddDate(0, 0, 1), today.AddDate(0, 0, 2)
	case name == "all-time":
		return time.Time{}, c.now.AddDate(1000, 0, 0), true
	case which != "last" && which != "this" && which != "next":
		return start, end, false
	case unit == "week":
		start = monday.AddDate(0, 0, 7*n)
		end = start.AddDate(0, 0, 7)
	case unit == "month":
		start = month.AddDate(0, n, 0)
		end = start.AddDate(0, 1, 0)
	case unit == "quarter":
		start = quarter.AddDate(0, 3*n, 0)
		end = start.AddDate(0, 3, 0)
	case unit == "year":
		start = year.AddDate(n, 0, 0)
		end = start.AddDate(1, 0, 0)
	default:
		return start, end, false
	}
	return start.Add(-c.offset), end.Add(-c.offset), true
}
