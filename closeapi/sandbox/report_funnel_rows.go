package sandbox

import (
	"slices"
	"time"
)

// A stage is a status of a pipeline, with the opportunities that came that far.
type stage struct {
	status              *object
	reached, next, lost money
	last                bool
	advanced            []time.Duration // how long those stayed that went on
}

func (s stage) fields() fields {
	f := fields{
		{"status", nil}, {"count", s.reached.count}, {"count_conversion_rate", nil}, {"count_lost", s.lost.count},
		{"count_lost_ratio", rate(s.lost.count, s.reached.count)}, {"value", s.reached.value}, {"value_conversion_rate", nil},
		{"value_lost", s.lost.value}, {"value_lost_ratio", rate(s.lost.value, s.reached.value)},
		{"weighted_value", s.reached.weighted}, {"weighted_value_conversion_rate", nil}, {"average_time_to_advance", mean(s.advanced)},
	}
	if s.status != nil {
		f[0].value = statusList([]*object{s.status})[0]
	}
	if !s.last {
		f[2].value, f[6].value = rate(s.next.count, s.reached.count), rate(s.next.value, s.reached.value)
		f[10].value = rate(s.next.weighted, s.reached.weighted)
	}
	return f
}

// mean is the average in seconds; nil of nothing.
func mean(times []time.Duration) any {
	if len(times) == 0 {
		return nil
	}
	var total time.Duration
	for _, t := range times {
		total += t
	}
	return float64(int(total.Seconds() / float64(len(times))))
}

// stages counts how far the opportunities of a user came: who is in a stage has been in those before it.
func (f *funnel) stages(v *view, user string) []fields {
	stages := make([]stage, len(f.statuses))
	place := func(id string) int {
		return slices.IndexFunc(f.statuses, func(o *object) bool { return o.id == id })
	}
	for _, o := range f.of(user) {
		if len(stages) == 0 {
			break
		}
		furthest, lost, stays := 0, false, v.stays(o)
		for i, s := range stays {
			if !s.from.Before(f.when.end) {
				break
			}
			at := place(s.status)
			lost = at < 0
			furthest = max(furthest, at)
			if at >= 0 && i+1 < len(stays) && place(stays[i+1].status) > at {
				stages[at].advanced = append(stages[at].advanced, s.until.Sub(s.from))
			}
		}
		for i := range stages[:furthest+1] {
			stages[i].reached.add(o)
			if i < furthest {
				stages[i].next.add(o)
			}
		}
		if lost {
			stages[furthest].lost.add(o)
		}
	}
	rows := []fields{}
	for i := range stages {
		stages[i].status, stages[i].last = f.statuses[i], i == len(stages)-1
		rows = append(rows, stages[i].fields())
	}
	return rows
}

// funnelStages is POST /report/funnel/opportunity/stages/ (Close docs: Reporting).
func funnelStages(c *call, b []byte) ([]byte, *apiError) {
	f, refused := c.funnel()
	if refused != nil {
		return nil, refused
	}
	v := c.view()
	data := []fields{}
	var lines []fields
	for _, user := range f.users {
		stages := f.stages(&v, user)
		data = append(data, fields{{"user_id", user}, {"stages", stages}})
		for _, s := range stages {
			status := s[0].value.(fields) // of a stage with a status
			lines = append(lines, append(fields{{"user_id", user}, {"status_id", status.get("id")}, {"status_label", status.get("label")}}, s[1:]...))
		}
	}
	if c.wantsCSV() {
		return c.csv(b, lines), nil
	}
	return v.fields(b, fields{{"aggregations", fields{{"stages", f.stages(&v, "")}}}, {"data", data}}), nil
}

// totals are the outcome of the opportunities that were closed within the range.
func (f funnel) totals(v *view, list ...*object) fields {
	var all, complete, won money
	var times []time.Duration
	annualized := 0
	for _, o := range list {
		all.add(o)
		kind, _ := ofStatus("type")(v, o).(string)
		m, closed := o.moment("date_" + kind)
		if kind == "active" || !closed || !f.when.has(m.at(v.offset)) {
			continue
		}
		complete.add(o)
		if kind == "won" {
			won.add(o)
			value, _ := cents(o, true, false).(int)
			annualized += value
			made, _ := o.moment("date_created")
			times = append(times, max(m.at(v.offset).Sub(made.t), 0))
		}
	}
	average, velocity := 0, 0
	if won.count > 0 {
		average = annualized / won.count
		days := max(mean(times).(float64)/(24*3600), 1)
		velocity = int(float64(all.count) * float64(won.count) / float64(complete.count) * float64(average) / days)
	}
	return fields{
		{"count", all.count}, {"count_total_complete", complete.count}, {"count_total_won", won.count},
		{"count_win_rate", rate(won.count, complete.count)}, {"value_total_complete", complete.value}, {"value_total_won", won.value},
		{"value_win_rate", rate(won.value, complete.value)}, {"average_value_annualized_per_won_opportunity", average},
		{"average_time_to_win", mean(times)}, {"sales_velocity", velocity},
	}
}

// funnelTotals is POST /report/funnel/opportunity/totals/ (Close docs: Reporting).
func funnelTotals(c *call, b []byte) ([]byte, *apiError) {
	f, refused := c.funnel()
	if refused != nil {
		return nil, refused
	}
	v := c.view()
	data := []fields{}
	for _, user := range f.users {
		data = append(data, append(fields{{"user_id", user}}, f.totals(&v, f.of(user)...)...))
	}
	if c.wantsCSV() {
		return c.csv(b, data), nil
	}
	return v.fields(b, fields{{"aggregations", f.totals(&v, f.cohort...)}, {"data", data}}), nil
}
