package sandbox

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

var valuePeriods = []string{"one_time", "monthly", "annual"}

func opportunityResource() *resource {
	return &resource{
		name: "opportunity", path: "/opportunity/", group: "other", custom: true, read: true,
		members: opportunityMembers(),
		list: &listing{
			maxLimit: 250, maxSkip: defaultMaxSkip,
			filters: []filter{
				text("lead_id", equal), organization(), text("user_id", orIn), text("status_id", orIn),
				statusOf("status_type", "type"), statusOf("status_label", "label"), statusOf("status", "label"),
				choice("value_period", orIn, valuePeriods...), boolean("is_stalled"), noteQuery(),
				moments("date_won", "date_won", orRange, false),
				moments("date_created", "date_created", orRange, true), moments("date_updated", "date_updated", orRange, true),
			},
			ignored:  []string{"_group_by", "lead_query", "lead_saved_search_id"}, // grouped and the rules read them
			group:    opportunityGroups,
			orders:   opportunityOrders(),
			rules:    opportunityRules,
			envelope: aggregates,
		},
		writing: opportunityWriting(),
	}
}

func opportunityMembers() []*memberDef {
	return slices.Concat(
		[]*memberDef{idMember(), organizationMember()},
		stored("lead_id"), []*memberDef{nameOf("lead_name", "lead", "lead_id")},
		stored("contact_id"), []*memberDef{nameOf("contact_name", "contact", "contact_id")},
		stored("user_id"), []*memberDef{nameOf("user_name", "user", "user_id")},
		stored("status_id"),
		[]*memberDef{
			derived("status_label", func(v *view, o *object) any { return v.label("opportunity_status", o.str("status_id")) }),
			derived("status_display_name", statusDisplayName),
			derived("status_type", ofStatus("type")),
			derived("pipeline_id", ofStatus("pipeline_id")),
			derived("pipeline_name", func(v *view, o *object) any {
				id, _ := ofStatus("pipeline_id")(v, o).(string)
				return v.name("pipeline", id)
			}),
		},
		stored("confidence", "value", "value_period"),
		[]*memberDef{
			derived("value_currency", func(v *view, _ *object) any { return v.currency() }),
			derived("value_formatted", func(_ *view, o *object) any {
				if value, ok := o.values["value"].(int); ok {
					return formatValue(value, o.str("value_period"))
				}
				return nil
			}),
			derived("expected_value", func(_ *view, o *object) any { return cents(o, false, true) }),
			derived("annualized_value", func(_ *view, o *object) any { return cents(o, true, false) }),
			derived("annualized_expected_value", func(_ *view, o *object) any { return cents(o, true, true) }),
		},
		stored("date_won", "date_lost", "note", "note_html", "is_stalled"),
		[]*memberDef{
			derived("lead_primary_email", func(v *view, o *object) any { return v.primary(o.str("lead_id"), "emails") }),
			derived("lead_primary_phone", func(v *view, o *object) any {
				if phone := v.primary(o.str("lead_id"), "phones"); phone != nil {
					return []any{phone}
				}
				return nil
			}),
			derived("attachments", func(_ *view, o *object) any {
				if list, ok := o.values["attachments"].([]any); ok {
					return list
				}
				return []any{}
			}),
			derived("comment_summary", commentSummary),
			integrationLinks(),
			constant("stall_status", nil),
			constant("suggested_action", nil),
		},
		authorship(true),
	)
}

func ofStatus(name string) func(*view, *object) any {
	return func(v *view, o *object) any {
		if status := v.st.get("opportunity_status", o.str("status_id")); status != nil {
			return status.values[name]
		}
		return nil
	}
}

// statusDisplayName has the pipeline before it when there are several.
func statusDisplayName(v *view, o *object) any {
	label := v.label("opportunity_status", o.str("status_id"))
	id, _ := ofStatus("pipeline_id")(v, o).(string)
	if name, ok := v.name("pipeline", id).(string); ok && len(v.st.tables["pipeline"].all) > 1 {
		return name + ": " + label.(string) // a status of a pipeline has a label
	}
	return label
}

func (v *view) currency() any { return v.st.get("organization", v.st.organization).values["currency"] }

// cents are the value over a year, or weighed with the confidence, or both; nil without a value
// (Close docs: Opportunities).
func cents(o *object, annualized, expected bool) any {
	value, ok := o.values["value"].(int)
	if !ok {
		return nil
	}
	if annualized && o.str("value_period") == "monthly" {
		value *= 12
	}
	if expected {
		confidence, _ := o.values["confidence"].(int)
		value = int(math.Round(float64(value) * float64(confidence) / 100))
	}
	return value
}

// formatValue writes cents as people do: "$1,200 monthly".
func formatValue(cents int, period string) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	whole := strconv.Itoa(cents / 100)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	text := sign + "$" + whole
	if rest := cents % 100; rest > 0 {
		text += "." + strconv.Itoa(rest/10) + strconv.Itoa(rest%10)
	}
	if period == "monthly" || period == "annual" {
		text += " " + period
	}
	return text
}

func statusOf(param, member string) filter {
	return textOf(param, orIn, func(c *call, o *object) any {
		v := c.view()
		return ofStatus(member)(&v, o)
	})
}

// noteQuery is the text query, here over the words of the note.
func noteQuery() filter {
	return filter{"query", equal, func(_ *call, _, value string) (predicate, string) {
		return func(o *object) bool { return hasWords(o.str("note"), value) }, ""
	}}
}

// opportunityRules look at the leads of the opportunities: those that a Smart View finds, or whose names have the words
// of the older text query.
func opportunityRules(c *call) ([]predicate, *apiError) {
	var tests []predicate
	if id := c.params.Get("lead_saved_search_id"); id != "" {
		finds, refused := c.savedSearch("lead_saved_search_id", id, "lead")
		if refused != nil {
			return nil, refused
		}
		tests = append(tests, finds)
	}
	if words := c.params.Get("lead_query"); words != "" {
		tests = append(tests, func(lead *object) bool { return hasWords(leadName(lead).(string), words) })
	}
	for i, test := range tests {
		tests[i] = func(o *object) bool {
			lead := c.s.store.get("lead", o.str("lead_id"))
			return lead != nil && test(lead)
		}
	}
	return tests, nil
}

// hasWords tells whether all the words stand somewhere in a text.
func hasWords(text, words string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(words)), func(word string) bool { return !strings.Contains(text, word) })
}

func opportunityOrders() map[string]order {
	number := func(f func(o *object) any) order {
		return func(_ *view, o *object) sortKey {
			n, ok := f(o).(int)
			if !ok {
				return sortKey{rank: 1}
			}
			return sortKey{number: int64(n)}
		}
	}
	return map[string]order{
		"date_won": byMoment("date_won"), "date_created": byMoment("date_created"), "date_updated": byMoment("date_updated"),
		"confidence":                number(func(o *object) any { return o.values["confidence"] }),
		"value":                     number(func(o *object) any { return o.values["value"] }),
		"annualized_value":          number(func(o *object) any { return cents(o, true, false) }),
		"annualized_expected_value": number(func(o *object) any { return cents(o, true, true) }),
		"user_name": func(v *view, o *object) sortKey {
			name, _ := v.name("user", o.str("user_id")).(string)
			return sortKey{text: strings.ToLower(name)}
		},
	}
}

func totalResults(_ *view, b []byte, matches []*object) []byte {
	return strconv.AppendInt(append(b, `,"total_results":`...), int64(len(matches)), 10)
}

// aggregates are the sums beside the opportunities of a list, over all matches (Close docs: Opportunities).
func aggregates(v *view, b []byte, matches []*object) []byte {
	counts, totals, expected := map[string]int{}, map[string]int{}, map[string]int{}
	for _, o := range matches {
		period := o.str("value_period")
		counts[period]++
		for key, annualized := range map[string]bool{period: false, "annualized": true} {
			total, _ := cents(o, annualized, false).(int)
			weighed, _ := cents(o, annualized, true).(int)
			totals[key] += total
			expected[key] += weighed
		}
	}
	b = totalResults(v, b, matches)
	byPeriod, all := fields{}, fields{}
	for _, period := range valuePeriods {
		byPeriod = append(byPeriod, field{period, counts[period]})
	}
	all = append(all, field{"count_by_value_period", byPeriod})
	for _, period := range append(valuePeriods[:3:3], "annualized") {
		all = append(all,
			field{"total_value_" + period, totals[period]}, field{"total_value_" + period + "_formatted", formatValue(totals[period], period)},
			field{"expected_value_" + period, expected[period]}, field{"expected_value_" + period + "_formatted", formatValue(expected[period], period)})
	}
	object := v.fields(nil, all)
	return append(append(b, ','), object[1:len(object)-1]...)
}
