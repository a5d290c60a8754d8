package sandbox

import (
	"math"
	"slices"
	"strings"
)

// overviewNames are the numbers that a status has in a report; all but the last have to do with a range of dates.
var overviewNames = []string{
	"status_id", "status_label", "status_is_deleted", "started", "change", "change_percent", "gained", "lost", "entered", "left", "ended",
}

// A transition is a change from one status to another; from none for what began in it.
type transition struct{ from, to string }

func (t transition) fields(v *view) fields {
	label := func(id string) any {
		if v == nil || id == "" {
			return nil
		}
		for _, table := range []string{"lead_status", "opportunity_status"} {
			if label := v.label(table, id); label != nil {
				return label
			}
		}
		return nil
	}
	f := fields{
		{"from_status_id", nil}, {"from_status_label", label(t.from)}, {"from_status_is_deleted", nil},
		{"to_status_id", t.to}, {"to_status_label", label(t.to)}, {"to_status_is_deleted", label(t.to) == nil}, {"count", 0},
	}
	if t.from != "" {
		f[0].value, f[2].value = t.from, label(t.from) == nil
	}
	return f
}

func leadStatuses(c *call, b []byte) ([]byte, *apiError) { return c.statusReport(b, "lead") }

func opportunityStatuses(c *call, b []byte) ([]byte, *apiError) {
	return c.statusReport(b, "opportunity")
}

// statusReport is GET /report/statuses/…: how leads or opportunities moved between statuses (Close docs: Reporting).
func (c *call) statusReport(b []byte, resource string) ([]byte, *apiError) {
	errs := fieldErrors{}
	when, ranged := c.spanOfParams("date_start", "date_end", errs)
	if c.params.Get("query") != "" && c.params.Get("smart_view_id") != "" {
		errs["query"] = "Provide either query or smart_view_id, not both."
	}
	passes := func(o *object) bool { return hasWords(strings.Join(textsOf(nil, o), " "), c.params.Get("query")) }
	if id := c.params.Get("smart_view_id"); id != "" {
		test, refused := c.savedSearch("smart_view_id", id, resource)
		if refused != nil {
			return nil, refused
		}
		passes = test
	}
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	v := c.view()
	numbers := map[string]map[string]int{} // by status
	count := func(status, what string) {
		if status != "" {
			if numbers[status] == nil {
				numbers[status] = map[string]int{}
			}
			numbers[status][what]++
		}
	}
	steps, net := map[transition]int{}, map[transition]int{}
	user := c.params.Get("user_id")
	for _, o := range v.st.tables[resource].all {
		if user != "" && o.str("user_id") != user || !passes(o) {
			continue
		}
		stays := v.stays(o)
		before, after := statusAt(stays, when.start), statusAt(stays, when.end)
		count(before, "started")
		count(after, "ended")
		if before != after {
			count(after, "gained")
			count(before, "lost")
			if after != "" {
				net[transition{before, after}]++
			}
		}
		entered, left, last := map[string]bool{}, map[string]bool{}, ""
		for _, s := range stays {
			if when.has(s.from) {
				entered[s.status] = true
				if last != s.status {
					steps[transition{last, s.status}]++
				}
			}
			if !s.until.IsZero() && when.has(s.until) {
				left[s.status] = true
			}
			last = s.status
		}
		for status := range entered {
			count(status, "entered")
		}
		for status := range left {
			count(status, "left")
		}
	}
	var overview []fields
	for _, status := range v.st.tables[resource+"_status"].all {
		overview = append(overview, overviewOf(status, numbers[status.id], resource, ranged))
	}
	return v.fields(b, fields{
		{"status_overview", overview}, {"status_transitions", v.transitions(steps, resource)}, {"status_transitions_summary", v.transitions(net, resource)},
	}), nil
}

// overviewOf is the row of a status. Without a range there is only what is in it now.
func overviewOf(status *object, n map[string]int, resource string, ranged bool) fields {
	f := fields{{"status_id", status.id}, {"status_label", status.values["label"]}, {"status_is_deleted", false}}
	what := []string{"ended"}
	if ranged {
		what = []string{"started", "gained", "lost", "entered", "left", "ended"}
		change := n["ended"] - n["started"]
		percent := any(nil)
		if n["started"] > 0 {
			percent = int(math.Round(100 * float64(change) / float64(n["started"])))
		}
		f = append(f, field{"change", change}, field{"change_percent", percent})
	}
	queries, urls := fields{}, fields{}
	for _, name := range what {
		query := `status_id:"` + status.id + `"`
		if resource == "opportunity" {
			query = "opportunity(" + query + ")"
		}
		f = append(f, field{name, n[name]})
		queries = append(queries, field{name, query})
		urls = append(urls, field{name, "/search/" + query + "/"})
	}
	f = append(f, field{"_queries", queries}, field{"_leads_page_urls", urls})
	if resource == "opportunity" {
		f = append(f, field{"_opportunities_page_urls", urls})
	}
	return f
}

// transitions are the rows of changes, the most frequent ones first.
func (v *view) transitions(counts map[transition]int, resource string) []fields {
	rows := []fields{}
	for t, n := range counts {
		f := t.fields(v)
		f[6].value = n
		query := "status_id:" + t.to
		f = append(f, field{"_query", query}, field{"_leads_page_url", "/search/" + query + "/"})
		if resource == "opportunity" {
			f = append(f, field{"_opportunities_page_url", "/opportunities/?query=" + query})
		}
		rows = append(rows, f)
	}
	slices.SortFunc(rows, func(a, b fields) int {
		if n := b[6].value.(int) - a[6].value.(int); n != 0 {
			return n
		}
		return strings.Compare(asText(a[0].value)+asText(a[3].value), asText(b[0].value)+asText(b[3].value))
	})
	return rows
}
