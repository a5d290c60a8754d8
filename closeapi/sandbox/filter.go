package sandbox

import (
	"slices"
	"strings"
	"time"
)

// A predicate tells whether an object passes.
type predicate func(o *object) bool

// A filter declares a family of parameters: "date", "date__lt"; its ops are the suffixes that exist. test makes the
// predicate of one parameter, or says what is wrong with its value.
type filter struct {
	name string
	ops  []string
	test func(c *call, op, value string) (predicate, string)
}

var (
	equal   = []string{""}
	orIn    = []string{"", "__in"}
	inOnly  = []string{"__in"}
	ranges  = []string{"__lt", "__lte", "__gt", "__gte"}
	orRange = []string{"", "__lt", "__lte", "__gt", "__gte"}
)

// text filters by a stored string. An empty value means null, and two quotes mean the empty string
// (flask-mongorest).
func text(name string, ops []string) filter {
	return textOf(name, ops, func(_ *call, o *object) any { return o.values[name] })
}

// textOf filters by a string that get tells.
func textOf(name string, ops []string, get func(c *call, o *object) any) filter {
	return filter{name, ops, func(c *call, op, value string) (predicate, string) {
		if op == "__in" {
			wanted := strings.Split(value, ",")
			return func(o *object) bool {
				s, ok := get(c, o).(string)
				return ok && s != "" && slices.Contains(wanted, s)
			}, ""
		}
		switch value {
		case "":
			return func(o *object) bool { return get(c, o) == nil }, ""
		case `""`:
			value = ""
		}
		return func(o *object) bool { return get(c, o) == value }, ""
	}}
}

// ids filters by the object's own id.
func ids(ops []string) filter {
	return filter{"id", ops, func(_ *call, op, value string) (predicate, string) {
		if op == "" {
			return func(o *object) bool { return o.id == value }, ""
		}
		wanted := map[string]bool{}
		for id := range strings.SplitSeq(value, ",") {
			wanted[id] = true
		}
		return func(o *object) bool { return wanted[o.id] }, ""
	}}
}

// choice filters by a stored string out of a list.
func choice(name string, ops []string, choices ...string) filter {
	f := text(name, ops)
	inner := f.test
	f.test = func(c *call, op, value string) (predicate, string) {
		given := []string{value}
		if op == "__in" {
			given = strings.Split(value, ",")
		}
		for _, one := range given {
			if one != "" && !slices.Contains(choices, one) {
				return nil, textNoChoice
			}
		}
		return inner(c, op, value)
	}
	return f
}

// boolean filters by a stored boolean.
func boolean(name string) filter {
	return filter{name, equal, func(_ *call, _, value string) (predicate, string) {
		if value != "true" && value != "false" {
			return nil, "Value must be of bool type."
		}
		return func(o *object) bool { return o.is(name) == (value == "true") }, ""
	}}
}

// organization filters by the organization, of which a key sees only its own.
func organization() filter {
	return filter{"organization_id", equal, func(c *call, _, value string) (predicate, string) {
		mine := value == "" || value == c.s.store.organization
		return func(*object) bool { return mine }, ""
	}}
}

// moments filters by a stored moment. A date without a time is the beginning of that day for the caller (Close docs:
// Timezone). wholeSeconds loses the fraction of the value, as Close is seen to do for date_created and date_updated.
func moments(param, name string, ops []string, wholeSeconds bool) filter {
	return filter{param, ops, func(c *call, op, value string) (predicate, string) {
		if value == "" {
			return func(o *object) bool { return o.values[name] == nil }, ""
		}
		m, ok := parseMoment(value)
		if !ok {
			return nil, "Not a valid date."
		}
		limit := m.at(c.offset)
		if wholeSeconds {
			limit = limit.Truncate(time.Second)
		}
		return func(o *object) bool {
			stored, ok := o.moment(name)
			return ok && holds(op, stored.at(c.offset).Compare(limit))
		}, ""
	}}
}

// holds tells whether an operator holds for the outcome of a comparison.
func holds(op string, outcome int) bool {
	switch op {
	case "__lt":
		return outcome < 0
	case "__lte":
		return outcome <= 0
	case "__gt":
		return outcome > 0
	case "__gte":
		return outcome >= 0
	}
	return outcome == 0
}
