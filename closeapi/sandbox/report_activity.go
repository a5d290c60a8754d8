package sandbox

import (
	"slices"
	"time"
)

// activityMetrics is GET /report/activity/metrics/.
func activityMetrics(c *call, b []byte) ([]byte, *apiError) {
	var list []fields
	for _, m := range metrics() {
		list = append(list, fields{{"key", m.key}, {"name", m.name}, {"description", m.about}})
	}
	v := c.view()
	return v.fields(b, fields{{"metrics", list}}), nil
}

// activityReport is POST /report/activity/: what happened in a range of time, by when or by who (Close docs: Reporting).
func activityReport(c *call, b []byte) ([]byte, *apiError) {
	errs := fieldErrors{}
	kind, _ := c.body["type"].(string)
	if kind != "overview" && kind != "comparison" {
		errs["type"] = textNoChoice
	}
	wanted := c.reportMetrics(errs)
	when, given := c.spanOf("relative_range", "datetime_range", errs)
	if !given && len(errs) == 0 {
		errs["datetime_range"] = textRequired
	}
	users := c.reportUsers(errs)
	passes := c.reportQuery("lead", errs)
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	v := c.view()
	if when.start.IsZero() {
		m, _ := v.st.get("organization", v.st.organization).moment("date_created")
		when = span{m.t, c.now}
	}
	facts := make([][]fact, len(wanted))
	totals, queries := fields{}, fields{}
	for i, m := range wanted {
		facts[i] = slices.DeleteFunc(m.facts(&v), func(f fact) bool {
			lead := v.st.get("lead", f.lead)
			return !when.has(f.at) || len(users) > 0 && !users[f.user] || lead == nil || !passes(lead)
		})
		totals = append(totals, field{m.key, m.value(facts[i])})
		queries = append(queries, field{m.key, []string{m.query + " date >= " + when.start.Format(time.RFC3339) + " date < " + when.end.Format(time.RFC3339)}})
	}
	rows := []fields{}
	row := func(head field, test func(f fact) bool) {
		r := fields{head}
		for i, m := range wanted {
			var some []fact
			for _, f := range facts[i] {
				if test(f) {
					some = append(some, f)
				}
			}
			r = append(r, field{m.key, m.value(some)})
		}
		rows = append(rows, r)
	}
	if kind == "comparison" || c.wantsCSV() {
		for _, user := range v.st.tables["user"].all {
			if len(users) == 0 || users[user.id] {
				row(field{"user_id", user.id}, func(f fact) bool { return f.user == user.id })
			}
		}
	} else {
		for _, part := range when.parts(c.offset) {
			row(field{"datetime", at(part.start)}, func(f fact) bool { return part.has(f.at) })
		}
	}
	if c.wantsCSV() {
		return c.csv(b, rows), nil
	}
	return v.fields(b, fields{{"aggregations", fields{{"totals", totals}}}, {"data", rows}, {"queries", fields{{"leads", queries}}}}), nil
}

func (c *call) reportMetrics(errs fieldErrors) []*metric {
	given, _ := c.body["metrics"].([]any)
	if len(given) == 0 {
		errs["metrics"] = textRequired
	}
	var wanted []*metric
	all := metrics()
	for _, key := range given {
		i := slices.IndexFunc(all, func(m *metric) bool { return m.key == key })
		if i < 0 {
			errs["metrics"] = textNoChoice
			continue
		}
		wanted = append(wanted, all[i])
	}
	return wanted
}

// parts cuts a range into hours, days, weeks or months for someone at an offset from UTC, so that there are not many.
func (s span) parts(offset time.Duration) []span {
	length := s.end.Sub(s.start)
	local := s.start.Add(offset)
	next := func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	switch day := day(local).t; {
	case length <= 48*time.Hour:
		local, next = local.Truncate(time.Hour), func(t time.Time) time.Time { return t.Add(time.Hour) }
	case length <= 100*24*time.Hour:
		local, next = day, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	case length <= 370*24*time.Hour:
		local, next = day.AddDate(0, 0, -(int(day.Weekday())+6)%7), func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }
	default:
		local = time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, time.UTC)
		if length > 100*365*24*time.Hour {
			next = func(t time.Time) time.Time { return t.AddDate(100, 0, 0) }
		}
	}
	var parts []span
	for local.Add(-offset).Before(s.end) {
		after := next(local)
		parts = append(parts, span{local.Add(-offset), after.Add(-offset)})
		local = after
	}
	return parts
}
