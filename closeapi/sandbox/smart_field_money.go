package sandbox

import (
	"slices"
	"strings"
)

// opportunityFields are the Smart Fields about the money that a lead brings, and about its primary opportunity.
func opportunityFields() []*memberDef {
	var ms []*memberDef
	for _, kind := range []string{"", "active_", "lost_", "won_"} {
		for _, period := range []string{"annual", "annualized", "monthly", "one_time"} {
			for _, how := range []string{"avg", "max", "min", "total"} {
				ms = append(ms, onRequest(how+"_"+period+"_"+kind+"opportunity_value", func(v *view, lead *object) any {
					return summed(how, v.values(lead, strings.TrimSuffix(kind, "_"), period))
				}))
			}
		}
		if kind == "" {
			kind = "total_"
		}
		ms = append(ms, onRequest(kind+"opportunity_value_summary", func(v *view, lead *object) any {
			var parts []string
			for _, period := range valuePeriods {
				if values := v.values(lead, strings.TrimPrefix(strings.TrimSuffix(kind, "_"), "total"), period); len(values) > 0 {
					parts = append(parts, formatValue(summed("total", values).(int), period))
				}
			}
			return strings.Join(parts, ", ")
		}))
	}
	primary := func(name string, get func(v *view, o *object) any) *memberDef {
		return onRequest("primary_opportunity_"+name, func(v *view, lead *object) any {
			if o := v.primaryOpportunity(lead); o != nil {
				return get(v, o)
			}
			return nil
		})
	}
	kept := func(name string) func(*view, *object) any {
		return func(_ *view, o *object) any { return o.values[name] }
	}
	return append(ms,
		primary("confidence", kept("confidence")), primary("created", kept("date_created")), primary("date_won", kept("date_won")),
		primary("period", kept("value_period")), primary("updated", kept("date_updated")), primary("value", kept("value")),
		primary("user_id", kept("user_id")), primary("user_name", func(v *view, o *object) any { return v.name("user", o.str("user_id")) }),
		primary("status", kept("status_id")), primary("status_label", ofStatus("label")), primary("status_type", ofStatus("type")),
		primary("pipeline_id", ofStatus("pipeline_id")),
		primary("pipeline_name", func(v *view, o *object) any {
			id, _ := ofStatus("pipeline_id")(v, o).(string)
			return v.name("pipeline", id)
		}),
		primary("value_summary", func(_ *view, o *object) any {
			if value, ok := o.values["value"].(int); ok {
				return formatValue(value, o.str("value_period"))
			}
			return nil
		}),
	)
}

// values are those of the opportunities of a lead: of one type of status, or all; of one period, or all over a year.
func (v *view) values(lead *object, kind, period string) []int {
	var values []int
	for _, o := range v.st.of("opportunity", lead.id) {
		if kind != "" && ofStatus("type")(v, o) != kind || period != "annualized" && o.str("value_period") != period {
			continue
		}
		if value, ok := cents(o, period == "annualized", false).(int); ok {
			values = append(values, value)
		}
	}
	return values
}

func summed(how string, values []int) any {
	if len(values) == 0 {
		return nil
	}
	total := 0
	for _, value := range values {
		total += value
	}
	switch how {
	case "avg":
		return total / len(values)
	case "max":
		return slices.Max(values)
	case "min":
		return slices.Min(values)
	}
	return total
}

// primaryOpportunity is the newest active one, or else the newest one.
func (v *view) primaryOpportunity(lead *object) *object {
	all := v.st.of("opportunity", lead.id)
	for _, o := range slices.Backward(all) {
		if ofStatus("type")(v, o) == "active" {
			return o
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all[len(all)-1]
}

// taskFields are the Smart Fields about what is to be done next, and was done last.
func taskFields() []*memberDef {
	pick := func(complete bool, latest bool, order string) func(v *view, lead *object) *object {
		return func(v *view, lead *object) *object {
			var best *object
			var limit moment
			for _, o := range v.st.of("task", lead.id) {
				m, dated := o.moment(order)
				if o.is("is_complete") != complete || !dated {
					continue
				}
				if best == nil || m.at(v.offset).Before(limit.at(v.offset)) != latest {
					best, limit = o, m
				}
			}
			return best
		}
	}
	of := func(name string, find func(v *view, lead *object) *object, get func(v *view, o *object) any) *memberDef {
		return onRequest(name, func(v *view, lead *object) any {
			if o := find(v, lead); o != nil {
				return get(v, o)
			}
			return nil
		})
	}
	kept := func(name string) func(*view, *object) any {
		return func(v *view, o *object) any { return v.member(o, name) }
	}
	next, done, last := pick(false, false, "date"), pick(true, true, "date_updated"), pick(false, true, "date_created")
	return []*memberDef{
		of("next_task_date", next, kept("date")), of("next_task_due_date", next, kept("date")), of("next_task_text", next, kept("text")),
		of("next_task_user_id", next, kept("assigned_to")), of("next_task_user_name", next, kept("assigned_to_name")),
		of("last_complete_task_due_date", done, kept("date")), of("last_complete_task_updated", done, kept("date_updated")),
		of("last_task_creator", last, kept("created_by")), of("last_task_due", last, kept("date")),
	}
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
