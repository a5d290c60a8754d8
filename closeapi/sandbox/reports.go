package sandbox

import (
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// addReports declares the reports (Close docs: Reporting), and the rows of those that have rows.
func (a *api) addReports() {
	for name, members := range map[string][]string{
		"report_metric": {"key", "name", "description"}, "funnel_stage": names(stage{}.fields()), "funnel_totals": append(names(funnel{}.totals(nil)), "user_id"),
		"sent_email_stat": names(emailStat{}.fields()), "status_overview": append(overviewNames, "_queries", "_leads_page_urls", "_opportunities_page_urls"),
		"status_transition": append(names(transition{}.fields(nil)), "_query", "_leads_page_url", "_opportunities_page_url"),
	} {
		a.resources[name] = &resource{name: name, virtual: true, members: stored(members...)}
	}
	type handler = func(c *call, b []byte) ([]byte, *apiError)
	for template, post := range map[string]struct {
		handle  handler
		members []string
	}{
		"activity/":                  {activityReport, []string{"type", "metrics", "datetime_range", "relative_range", "users", "query"}},
		"funnel/opportunity/stages/": {funnelStages, funnelMembers},
		"funnel/opportunity/totals/": {funnelTotals, funnelMembers},
	} {
		handle := func(c *call, b []byte) ([]byte, *apiError) {
			if refused := c.members(post.members...); refused != nil {
				return nil, refused
			}
			return post.handle(c, b)
		}
		a.add("/report/"+template, map[string]*endpoint{http.MethodPost: {group: "report", status: http.StatusOK, handle: handle}})
	}
	for template, get := range map[string]struct {
		handle handler
		params []string
	}{
		"activity/metrics/":          {activityMetrics, nil},
		"custom/fields/":             {customReportFields, nil},
		"custom/{id}/":               {ownOrganization(customReport), []string{"query", "x", "y", "group_by", "transform_y", "interval", "start", "end"}},
		"sent_emails/{id}/":          {ownOrganization(sentEmails), []string{"date_start", "date_end", "user_id"}},
		"statuses/lead/{id}/":        {ownOrganization(leadStatuses), []string{"date_start", "date_end", "query", "smart_view_id"}},
		"statuses/opportunity/{id}/": {ownOrganization(opportunityStatuses), []string{"date_start", "date_end", "query", "smart_view_id", "user_id"}},
	} {
		e := &endpoint{group: "report", status: http.StatusOK, handle: get.handle, params: map[string]bool{}}
		for _, name := range get.params {
			e.params[name] = true
		}
		a.add("/report/"+template, map[string]*endpoint{http.MethodGet: e})
	}
}

// funnelMembers are the members of the body of a funnel report.
var funnelMembers = []string{
	"pipeline", "type", "report_relative_range", "report_datetime_range", "cohort_relative_range", "cohort_datetime_range",
	"compared_relative_range", "compared_datetime_range", "compared_custom_range", "query", "users",
}

// members refuses what Close ignores in a body, where the server is strict.
func (c *call) members(known ...string) *apiError {
	for _, name := range slices.Sorted(maps.Keys(c.body)) {
		if !slices.Contains(known, name) {
			if refused := c.strict("unknown member %q of the body", name); refused != nil {
				return refused
			}
		}
	}
	return nil
}

func names(f fields) []string {
	var list []string
	for _, one := range f {
		list = append(list, one.name)
	}
	return list
}

// ownOrganization answers for the organization of the caller alone.
func ownOrganization(handle func(*call, []byte) ([]byte, *apiError)) func(*call, []byte) ([]byte, *apiError) {
	return func(c *call, b []byte) ([]byte, *apiError) {
		if c.id != c.s.store.organization {
			return nil, notFound(c.id)
		}
		return handle(c, b)
	}
}

// A span is a range of time; its end is not part of it.
type span struct{ start, end time.Time }

func (s span) has(t time.Time) bool { return !t.Before(s.start) && t.Before(s.end) }

// relativeRanges are the ranges that a report can be about, from today (Close docs: Reporting).
var relativeRanges = []string{
	"today", "this-week", "this-month", "this-quarter", "this-year", "yesterday", "last-week", "last-month", "last-quarter", "last-year",
	"all-time",
}

// spanOf reads a range out of a body: by name, or by its two ends.
func (c *call) spanOf(relative, absolute string, errs fieldErrors) (s span, given bool) {
	name, named := c.body[relative].(string)
	ends, bounded := c.body[absolute].(map[string]any)
	switch {
	case named && bounded:
		errs[relative] = "Provide either " + relative + " or " + absolute + ", not both."
	case named && !slices.Contains(relativeRanges, name) || c.body[relative] != nil && !named:
		errs[relative] = textNoChoice
	case named:
		s.start, s.end, _ = c.period(name)
		return s, true
	case bounded:
		for end, t := range map[string]*time.Time{"start": &s.start, "end": &s.end} {
			text, _ := ends[end].(string)
			m, ok := parseMoment(text)
			if !ok {
				errs[absolute] = fieldErrors{end: "Not a valid date."}.nested()
			}
			*t = m.at(c.offset)
		}
		return s, true
	case c.body[absolute] != nil:
		errs[absolute] = "Value must be of dict type."
	}
	return s, false
}

// spanOfParams reads date_start and date_end; a missing one is the beginning, or now.
func (c *call) spanOfParams(from, to string, errs fieldErrors) (s span, given bool) {
	s.end = c.now.Add(time.Microsecond) // what happens now is part of it
	for name, t := range map[string]*time.Time{from: &s.start, to: &s.end} {
		text := c.params.Get(name)
		if text == "" {
			continue
		}
		m, ok := parseMoment(text)
		if !ok {
			errs[name] = "Not a valid date."
		}
		*t, given = m.at(c.offset), true
	}
	return s, given
}

// reportUsers reads the users that a report is about; none are all.
func (c *call) reportUsers(errs fieldErrors) map[string]bool {
	given, ok := c.body["users"].([]any)
	if c.body["users"] != nil && !ok {
		errs["users"] = "Value must be of list type."
	}
	users := map[string]bool{}
	for _, one := range given {
		id, _ := one.(string)
		switch group := c.s.store.get("group", id); {
		case group != nil:
			for _, user := range c.s.store.tables["user"].all {
				if slices.Contains(idsIn(group.values["members"]), user.id) {
					users[user.id] = true
				}
			}
		case c.s.store.get("user", id) == nil:
			errs["users"] = textNoObject
		default:
			users[id] = true
		}
	}
	return users
}

// idsIn are the ids of users in a list of ids or of objects that name users.
func idsIn(v any) []string {
	switch v := v.(type) {
	case []string:
		return v
	case []any:
		var ids []string
		for _, item := range v {
			switch item := item.(type) {
			case string:
				ids = append(ids, item)
			case fields:
				ids = append(ids, asText(item.get("user_id")))
			}
		}
		return ids
	}
	return nil
}

// reportQuery reads the Smart View that restricts a report.
func (c *call) reportQuery(objectType string, errs fieldErrors) predicate {
	if c.body["query"] == nil {
		return func(*object) bool { return true }
	}
	q, _ := c.body["query"].(map[string]any)
	id, _ := q["saved_search_id"].(string)
	test, refused := c.savedSearch("saved_search_id", id, objectType)
	if q["type"] != "saved_search" || refused != nil {
		errs["query"] = fieldErrors{"saved_search_id": textNoObject}.nested()
	}
	return test
}

// wantsCSV tells whether the caller takes rows as text (Close docs: Reporting).
func (c *call) wantsCSV() bool { return strings.Contains(c.header.Get("Accept"), "text/csv") }

// csv writes rows as text: a line of names, then a line for each row.
func (c *call) csv(b []byte, rows []fields) []byte {
	c.answers.Set("Content-Type", "text/csv; charset=utf-8")
	var text strings.Builder
	w := csv.NewWriter(&text)
	for i, row := range rows {
		if i == 0 {
			_ = w.Write(names(row)) // a strings.Builder does not fail
		}
		var line []string
		for _, f := range row {
			switch v := f.value.(type) {
			case nil:
				line = append(line, "")
			case float64:
				line = append(line, strconv.FormatFloat(v, 'f', -1, 64))
			default:
				line = append(line, fmt.Sprint(v))
			}
		}
		_ = w.Write(line)
	}
	w.Flush()
	return append(b, text.String()...)
}

// rate is a part of a whole, nil of nothing.
func rate(part, whole int) any {
	if whole == 0 {
		return nil
	}
	return float64(part) / float64(whole)
}
