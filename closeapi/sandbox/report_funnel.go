package sandbox

import (
	"slices"
	"strings"
	"time"
)

// A stay is the time that an object had a status; until is zero while it has it still.
type stay struct {
	status      string
	from, until time.Time
}

// stays are the statuses that an object had, one after the other, as its status changes tell.
func (v *view) stays(o *object) []stay {
	made, _ := o.moment("date_created")
	list := []stay{{status: o.str("status_id"), from: made.t}}
	var changes []*object
	for _, change := range v.st.of(o.res.name+"_status_change", leadOf(o)) {
		if o.res.name == "lead" || change.str("opportunity_id") == o.id {
			changes = append(changes, change)
		}
	}
	slices.SortStableFunc(changes, func(a, b *object) int { return activityTime(a).t.Compare(activityTime(b).t) })
	for i, change := range changes {
		if i == 0 && change.str("old_status_id") != "" {
			list[0].status = change.str("old_status_id")
		}
		t := activityTime(change).t
		if t.Before(made.t) {
			t = made.t
		}
		list[len(list)-1].until = t
		list = append(list, stay{status: change.str("new_status_id"), from: t})
	}
	return list
}

// statusAt is the status that an object had at a time; "" before it was there.
func statusAt(stays []stay, t time.Time) string {
	for _, s := range stays {
		if !t.Before(s.from) && (s.until.IsZero() || t.Before(s.until)) {
			return s.status
		}
	}
	return ""
}

// A funnel is the body of a funnel report, understood.
type funnel struct {
	statuses []*object // of the pipeline: those that a deal goes through, and the won ones last
	cohort   []*object
	users    []string
	when     span
}

func (c *call) funnel() (*funnel, *apiError) {
	errs, v := fieldErrors{}, c.view()
	f := &funnel{}
	pipeline, _ := c.body["pipeline"].(string)
	if v.st.get("pipeline", pipeline) == nil {
		errs["pipeline"] = textNoObject
	}
	kind, _ := c.body["type"].(string)
	if kind != "created-cohort" && kind != "active-stage-cohort" {
		errs["type"] = textNoChoice
	}
	var given bool
	if f.when, given = c.spanOf("report_relative_range", "report_datetime_range", errs); !given && len(errs) == 0 {
		errs["report_datetime_range"] = textRequired
	}
	cohort, given := c.spanOf("cohort_relative_range", "cohort_datetime_range", errs)
	if !given && kind == "created-cohort" && len(errs) == 0 {
		errs["cohort_datetime_range"] = textRequired
	}
	f.when = c.compared(f.when, errs)
	users := c.reportUsers(errs)
	passes := c.reportQuery("opportunity", errs)
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	var won []*object
	for _, status := range v.st.statusesOf(pipeline) {
		switch status.str("type") {
		case "lost":
		case "won":
			won = append(won, status)
		default:
			f.statuses = append(f.statuses, status)
		}
	}
	f.statuses = append(f.statuses, won...)
	for _, o := range v.st.tables["opportunity"].all {
		made, _ := o.moment("date_created")
		in := cohort.has(made.t)
		if kind == "active-stage-cohort" {
			in = slices.ContainsFunc(v.stays(o), func(s stay) bool {
				status := v.st.get("opportunity_status", s.status)
				return status != nil && status.str("type") == "active" && s.from.Before(f.when.end) && (s.until.IsZero() || s.until.After(f.when.start))
			})
		}
		if in && ofStatus("pipeline_id")(&v, o) == pipeline && (len(users) == 0 || users[o.str("user_id")]) && passes(o) {
			f.cohort = append(f.cohort, o)
			if !slices.Contains(f.users, o.str("user_id")) {
				f.users = append(f.users, o.str("user_id"))
			}
		}
	}
	return f, nil
}

// compared is the range that a report is compared with, when one is asked for: then the report is about that one alone.
func (c *call) compared(when span, errs fieldErrors) span {
	if s, given := c.spanOf("compared_relative_range", "compared_custom_range", errs); given {
		return s
	}
	same, _ := c.body["compared_datetime_range"].(string)
	unit, ok := strings.CutPrefix(same, "same-days-last-")
	back := map[string][3]int{"week": {0, 0, -7}, "month": {0, -1, 0}, "quarter": {0, -3, 0}, "year": {-1, 0, 0}}[unit]
	switch {
	case c.body["compared_datetime_range"] == nil:
	case !ok || back == [3]int{}:
		errs["compared_datetime_range"] = textNoChoice
	default:
		return span{when.start.AddDate(back[0], back[1], back[2]), when.end.AddDate(back[0], back[1], back[2])}
	}
	return when
}

// of are the opportunities of a user; of all for "".
func (f *funnel) of(user string) []*object {
	var mine []*object
	for _, o := range f.cohort {
		if user == "" || o.str("user_id") == user {
			mine = append(mine, o)
		}
	}
	return mine
}

// A money is a number of opportunities with their value in cents, plain and weighed with the confidence.
type money struct{ count, value, weighted int }

func (m *money) add(o *object) {
	value, _ := cents(o, false, false).(int)
	weighted, _ := cents(o, false, true).(int)
	m.count, m.value, m.weighted = m.count+1, m.value+value, m.weighted+weighted
}
