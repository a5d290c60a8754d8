package resolvers

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// searchConditions turns a SearchQuery, which has Close's names already, into conditions on objects of a type. All of
// them must hold.
func searchConditions(path, typ string, input map[string]any) ([]any, error) {
	conditions, err := searchAll(path+".and", typ, input["and"])
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		member string
		make   func(path string, value any) (query, error)
	}{
		{"or", func(path string, value any) (query, error) {
			queries, err := searchAll(path, typ, value)
			return query{"type": "or", "queries": queries}, err
		}},
		{"not", func(path string, value any) (query, error) {
			q, err := searchOne(path, typ, value)
			return negated(q), err
		}},
		{"ids", searchIDs},
		{"text", func(_ string, value any) (query, error) { return textQuery(value), nil }},
		{"field", func(path string, value any) (query, error) { return searchField(path, typ, value) }},
		{"related", func(path string, value any) (query, error) { return searchRelated(path, typ, value) }},
		{"saved_search_id", func(_ string, value any) (query, error) {
			return query{"type": "saved_search", "saved_search_id": value}, nil
		}},
	} {
		value := input[part.member]
		if value == nil {
			continue
		}
		q, err := part.make(path+"."+part.member, value)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, q)
	}
	return conditions, nil
}

// searchAll turns a list of SearchQuery into queries; an absent list into none.
func searchAll(path, typ string, value any) ([]any, error) {
	if value == nil {
		return nil, nil
	}
	list, _ := value.([]any)
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: the list is empty; give a condition, or leave it out", path)
	}
	queries := make([]any, len(list))
	for i, element := range list {
		q, err := searchOne(path+"["+strconv.Itoa(i)+"]", typ, element)
		if err != nil {
			return nil, err
		}
		queries[i] = q
	}
	return queries, nil
}

// searchOne turns a SearchQuery into one query.
func searchOne(path, typ string, value any) (query, error) {
	input, _ := value.(map[string]any)
	conditions, err := searchConditions(path, typ, input)
	if err == nil && len(conditions) == 0 {
		err = fmt.Errorf("%s: give a condition", path)
	}
	return allOf(conditions), err
}

// allOf is the query that all of the queries hold.
func allOf(queries []any) query {
	if len(queries) == 1 {
		if one, ok := queries[0].(query); ok {
			return one
		}
	}
	return query{"type": "and", "queries": queries}
}

// negated is the opposite of a query.
func negated(q query) query {
	if q == nil {
		return nil
	}
	if _, already := q["negate"]; already {
		return query{"type": "and", "queries": []any{q}, "negate": true}
	}
	q["negate"] = true
	return q
}

func searchIDs(path string, value any) (query, error) {
	ids, _ := value.([]any)
	if len(ids) == 0 || len(ids) > maxSearchIDs {
		return nil, fmt.Errorf("%s: give 1 to %d ids", path, maxSearchIDs)
	}
	queries := make([]any, len(ids))
	for i, id := range ids {
		queries[i] = query{"type": "id", "value": id}
	}
	if len(queries) == 1 {
		return query{"type": "id", "value": ids[0]}, nil
	}
	return query{"type": "or", "queries": queries}, nil
}

// textQuery is a SearchTextInput as a query, or as a condition.
func textQuery(value any) query {
	text, _ := value.(map[string]any)
	return query{"type": "text", "value": text["value"], "mode": text["mode"]}
}

func searchRelated(path, typ string, value any) (query, error) {
	input, _ := value.(map[string]any)
	related, _ := input["type"].(string)
	where, _ := input["where"].(map[string]any)
	conditions, err := searchConditions(path+".where", related, where)
	if err != nil {
		return nil, err
	}
	inner := query{"type": "match_all"}
	if len(conditions) > 0 {
		inner = allOf(conditions)
	}
	return query{
		"type": "has_related", "this_object_type": typ, "related_object_type": related, "related_query": inner,
	}, nil
}

// searchField turns a SearchFieldInput into a condition on a field of a type.
func searchField(path, typ string, value any) (query, error) {
	input, _ := value.(map[string]any)
	name, custom, err := searchFieldName(path, "name", input)
	if err != nil {
		return nil, err
	}
	field := query{"type": "regular_field", "object_type": typ, "field_name": name}
	if custom {
		field = query{"type": "custom_field", "custom_field_id": name}
	}
	var (
		condition query
		negate    bool
		given     int
	)
	for _, kind := range []struct {
		member string
		make   func(path string, value any) (query, bool, error)
	}{
		{"text", func(_ string, v any) (query, bool, error) { return textQuery(v), false, nil }},
		{"in", termCondition},
		{"reference", func(path string, v any) (query, bool, error) {
			condition, err := referenceCondition(path, typ, v)
			return condition, false, err
		}},
		{"number", numberCondition},
		{"moment", momentCondition},
		{"local_time", func(_ string, v any) (query, bool, error) { return localTimeCondition(path+".localTime", v) }},
		{"is", func(_ string, v any) (query, bool, error) { return query{"type": "boolean", "value": v}, false, nil }},
		{"exists", func(_ string, v any) (query, bool, error) { return query{"type": "exists"}, v == false, nil }},
		{"is_current_user", func(_ string, v any) (query, bool, error) { return query{"type": "current_user"}, v == false, nil }},
	} {
		if input[kind.member] == nil {
			continue
		}
		given++
		if condition, negate, err = kind.make(path+"."+kind.member, input[kind.member]); err != nil {
			return nil, err
		}
	}
	if given != 1 {
		return nil, fmt.Errorf("%s: give exactly one condition: text, in, reference, number, moment, localTime, is, exists or isCurrentUser", path)
	}
	q := query{"type": "field_condition", "field": field, "condition": condition}
	if negate {
		q["negate"] = true
	}
	return q, nil
}

func termCondition(path string, value any) (query, bool, error) {
	values, _ := value.([]any)
	if len(values) == 0 || len(values) > maxSearchIDs {
		return nil, false, fmt.Errorf("%s: give 1 to %d values", path, maxSearchIDs)
	}
	return query{"type": "term", "values": values}, false, nil
}

// referenceTypes are what ids refer to, by their prefix (Close docs: Advanced Filtering Fields). Ids of statuses do not
// tell of what they are; the object that has them does.
var referenceTypes = map[string]string{
	"user": "user", "group": "user_or_group", "lead": "lead", "cont": "contact", "oppo": "opportunity", "pipe": "pipeline",
	"custobj": "custom_object", "seq": "sequence", "outcome": "outcome", "phon": "phone_number",
}

func referenceCondition(path, typ string, value any) (query, error) {
	input, _ := value.(map[string]any)
	ids, _ := input["ids"].([]any)
	refers, _ := input["type"].(string)
	known := refers
	for _, id := range ids {
		prefix, _, _ := strings.Cut(fmt.Sprint(id), "_")
		kind := referenceTypes[prefix]
		if prefix == "stat" {
			kind = "status.lead"
			if strings.HasPrefix(typ, "opportunity") || typ == "activity.opportunity_status_change" {
				kind = "status.opportunity"
			}
		}
		if known == "" || known == "user" && kind == "user_or_group" {
			known = kind
		}
	}
	if input["current_user"] == true {
		ids = append([]any{"CURRENT_USER"}, ids...)
		if known == "" {
			known = "user"
		}
	}
	switch {
	case len(ids) == 0 || len(ids) > maxSearchIDs:
		return nil, fmt.Errorf("%s: give 1 to %d ids, or currentUser: true", path, maxSearchIDs)
	case known == "":
		return nil, fmt.Errorf("%s: the ids do not tell what they refer to; say so in type", path)
	}
	return query{"type": "reference", "reference_type": known, "object_ids": ids}, nil
}

// bounded checks that a range has a bound.
func bounded(path string, input map[string]any, names ...string) error {
	for _, name := range names {
		if input[name] != nil {
			return nil
		}
	}
	return fmt.Errorf("%s: give at least one bound", path)
}

func numberCondition(path string, value any) (query, bool, error) {
	input, _ := value.(map[string]any)
	condition := query{"type": "number_range"}
	for _, bound := range []string{"gt", "gte", "lt", "lte"} {
		if input[bound] != nil {
			condition[bound] = input[bound]
		}
	}
	return condition, false, bounded(path, input, "gt", "gte", "lt", "lte")
}

func localTimeCondition(path string, value any) (query, bool, error) {
	input, _ := value.(map[string]any)
	condition := query{"type": "local_time"}
	for _, bound := range []string{"on_or_after", "before"} {
		text, given := input[bound].(string)
		if !given {
			continue
		}
		if _, err := time.Parse(time.TimeOnly, text); err != nil {
			return nil, false, fmt.Errorf("%s: %q is not a time of day; write HH:MM:SS, such as 08:30:00", path, text)
		}
		condition[bound] = text
	}
	return condition, false, bounded(path, input, "on_or_after", "before")
}

func momentCondition(path string, value any) (query, bool, error) {
	input, _ := value.(map[string]any)
	condition := query{"type": "moment_range", "on_or_after": nil, "before": nil}
	for name, bound := range map[string]string{"onOrAfter": "on_or_after", "before": "before"} {
		if input[bound] == nil {
			continue
		}
		moment, err := searchMoment(path+"."+name, input[bound])
		if err != nil {
			return nil, false, err
		}
		condition[bound] = moment
	}
	return condition, false, bounded(path, input, "on_or_after", "before")
}

// searchMoment turns a SearchMomentInput into a moment in Close's form.
func searchMoment(path string, value any) (query, error) {
	input, _ := value.(map[string]any)
	boundary, _ := input["boundary"].(string)
	var moments []query
	if at := input["at"]; at != nil {
		moments = append(moments, query{"type": "fixed_utc", "value": at})
	}
	if day := input["day"]; day != nil {
		which := boundary
		if which == "" {
			which = "start"
		}
		moments = append(moments, query{"type": "fixed_local_date", "value": day, "which": which})
	}
	if input["now"] == true {
		moments = append(moments, query{"type": "now"})
	}
	for member, direction := range map[string]string{"ago": "past", "ahead": "future"} {
		given, ok := input[member].(map[string]any)
		if !ok {
			continue
		}
		offset, err := searchOffset(path+"."+member, given)
		if err != nil {
			return nil, err
		}
		moment := query{"type": "offset", "direction": direction, "moment": query{"type": "now"}, "offset": offset, "which_day_end": nil}
		if boundary != "" {
			moment["which_day_end"] = boundary
		}
		moments = append(moments, moment)
	}
	switch {
	case len(moments) != 1:
		return nil, fmt.Errorf("%s: give exactly one of at, day, now, ago and ahead", path)
	case boundary != "" && (moments[0]["type"] == "fixed_utc" || moments[0]["type"] == "now"):
		return nil, fmt.Errorf("%s.boundary: goes with day, ago and ahead; for a boundary of today give ago: {} with it", path)
	}
	return moments[0], nil
}

// maxDuration is the longest part of a duration.
const maxDuration = 100_000

// searchOffset is a SearchDuration in Close's form.
func searchOffset(path string, input map[string]any) (query, error) {
	offset := query{}
	for _, part := range []string{"years", "months", "weeks", "days", "hours", "minutes", "seconds"} {
		n, err := 0, error(nil)
		if input[part] != nil {
			n, err = wholeNumber(input[part])
		}
		if err != nil || n < 0 || n > maxDuration {
			return nil, fmt.Errorf("%s.%s: want a whole number from 0 to %d; for the other direction use ago or ahead", path, part, maxDuration)
		}
		offset[part] = n
	}
	return offset, nil
}

var errNotWhole = errors.New("not a whole number")

// wholeNumber is a number of an input.
func wholeNumber(value any) (int, error) {
	n, err := strconv.Atoi(fmt.Sprint(value))
	if err != nil || n > math.MaxInt32 {
		return 0, errNotWhole
	}
	return n, nil
}
