package sandbox

import (
	"strings"
	"time"
)

// A metric is something that the activity report counts or sums up (Close docs: Reporting, metric keys).
type metric struct {
	key, name, about string
	query            string // the text query that finds the leads behind it
	facts            func(v *view) []fact
	fold             string // "count", "sum", "avg", or "leads" for how many of them there are
}

// A fact is one thing that happened.
type fact struct {
	at         time.Time
	user, lead string
	value      int
}

// value folds the facts of a metric.
func (m *metric) value(facts []fact) any {
	total, leads := 0, map[string]bool{}
	for _, f := range facts {
		total += f.value
		leads[f.lead] = true
	}
	switch {
	case m.fold == "sum":
		return total
	case m.fold == "leads":
		return len(leads)
	case m.fold == "avg" && len(facts) == 0:
		return 0
	case m.fold == "avg":
		return float64(total) / float64(len(facts))
	}
	return len(facts)
}

// metrics are all metrics, in the order of the documentation.
func metrics() []*metric {
	var all []*metric
	add := func(key, name, query, fold string, facts func(v *view) []fact) {
		all = append(all, &metric{key, name, name + ".", query, facts, fold})
	}
	for _, c := range []struct{ key, name, direction, method string }{
		{"all.all", "Calls", "", ""}, {"inbound.all", "Inbound calls", "inbound", ""}, {"outbound.all", "Outbound calls", "outbound", ""},
		{"outbound.regular", "Regular outbound calls", "outbound", "regular"}, {"outbound.external", "External outbound calls", "outbound", "external"},
		{"outbound.power_dialer", "Power Dialer calls", "outbound", "power"}, {"outbound.predictive_dialer", "Predictive Dialer calls", "outbound", "predictive"},
	} {
		facts := activityFacts("call", "duration", func(_ *view, o *object) bool {
			return (c.direction == "" || o.str("direction") == c.direction) && (c.method == "" || o.str("call_method") == c.method)
		})
		add("calls."+c.key+".count", c.name, "call()", "count", facts)
		add("calls."+c.key+".sum_duration", "Duration of "+strings.ToLower(c.name), "call()", "sum", facts)
		add("calls."+c.key+".avg_duration", "Average duration of "+strings.ToLower(c.name), "call()", "avg", facts)
	}
	sent := func(o *object) bool { return o.str("direction") == "outgoing" && o.str("status") == "sent" }
	inSequence := func(o *object) bool { return o.str("sequence_id") != "" }
	replied := func(v *view, o *object) bool { return v.member(o, "has_reply") == true }
	for _, e := range []struct {
		key, name string
		test      func(v *view, o *object) bool
	}{
		{"sent.all", "Sent e-mails", func(_ *view, o *object) bool { return sent(o) }},
		{"sent.sequences", "E-mails sent by sequences", func(_ *view, o *object) bool { return sent(o) && inSequence(o) }},
		{"sent.sequences_with_reply", "E-mails of sequences with a reply", func(v *view, o *object) bool { return sent(o) && inSequence(o) && replied(v, o) }},
		{"sent.sequences_without_reply", "E-mails of sequences without a reply", func(v *view, o *object) bool { return sent(o) && inSequence(o) && !replied(v, o) }},
		{"received.all", "Received e-mails", func(_ *view, o *object) bool { return o.str("direction") == "incoming" }},
		{"opened.all", "Opened e-mails", func(_ *view, o *object) bool { return sent(o) && len(listOf(o, "opens")) > 0 }},
		{"opened.sequences", "Opened e-mails of sequences", func(_ *view, o *object) bool { return sent(o) && inSequence(o) && len(listOf(o, "opens")) > 0 }},
	} {
		add("emails."+e.key+".count", e.name, "email()", "count", activityFacts("email", "", e.test))
	}
	add("sms.sent.all.count", "Sent SMS", "sms()", "count", activityFacts("sms", "", func(_ *view, o *object) bool { return o.str("direction") == "outbound" }))
	add("sms.received.all.count", "Received SMS", "sms()", "count", activityFacts("sms", "", func(_ *view, o *object) bool { return o.str("direction") == "inbound" }))
	add("leads.created.all.count", "Created leads", "created()", "count", created("lead", "created_by"))
	add("leads.contacted.all.count", "Contacted leads", "contacted()", "leads", contacted)
	return append(all, opportunityMetrics()...)
}

func opportunityMetrics() []*metric {
	all := []*metric{
		{"opportunities.created.all.count", "Created opportunities", "Opportunities by who made them.", "opportunity()", created("opportunity", "created_by"), "count"},
		{"opportunities.created_for.all.count", "Opportunities created for", "Opportunities by whose they are.", "opportunity()", created("opportunity", "user_id"), "count"},
	}
	for _, kind := range []string{"won", "lost"} {
		name := strings.ToUpper(kind[:1]) + kind[1:] + " opportunities"
		query := "opportunity(status_type:" + kind + ")"
		all = append(all,
			&metric{"opportunities." + kind + ".all.count", name, name + ".", query, closed(kind, "", true), "count"},
			&metric{"opportunities." + kind + ".all.sum_annualized_value", name + ", annualized value", "In cents.", query, closed(kind, "", true), "sum"})
		for _, period := range valuePeriods {
			key := "opportunities.value_" + kind + "." + period + "."
			all = append(all,
				&metric{key + "count", name + ", " + period, "With this value period.", query, closed(kind, period, false), "count"},
				&metric{key + "sum_value", name + ", " + period + " value", "In cents.", query, closed(kind, period, false), "sum"})
		}
	}
	return all
}

// activityFacts are the activities of one kind that pass; value names what is summed up.
func activityFacts(resource, value string, test func(v *view, o *object) bool) func(v *view) []fact {
	return func(v *view) []fact {
		var facts []fact
		for _, o := range v.st.tables[resource].all {
			if test(v, o) {
				n, _ := o.values[value].(int)
				facts = append(facts, fact{activityTime(o).t, o.str("user_id"), o.str("lead_id"), n})
			}
		}
		return facts
	}
}

func created(resource, by string) func(v *view) []fact {
	return func(v *view) []fact {
		var facts []fact
		for _, o := range v.st.tables[resource].all {
			m, _ := o.moment("date_created")
			facts = append(facts, fact{m.t, o.str(by), leadOf(o), 0})
		}
		return facts
	}
}

// contacted are the times that somebody wrote to a lead or called it.
func contacted(v *view) []fact {
	var facts []fact
	for _, lead := range v.st.tables["lead"].all {
		for _, o := range v.communications(lead) {
			if strings.HasPrefix(o.str("direction"), "out") {
				facts = append(facts, fact{activityTime(o).t, o.str("user_id"), lead.id, 0})
			}
		}
	}
	return facts
}

// closed are the opportunities that were won or lost, with their value.
func closed(kind, period string, annualized bool) func(v *view) []fact {
	return func(v *view) []fact {
		var facts []fact
		for _, o := range v.st.tables["opportunity"].all {
			m, ok := o.moment("date_" + kind)
			if !ok || ofStatus("type")(v, o) != kind || period != "" && o.str("value_period") != period {
				continue
			}
			value, _ := cents(o, annualized, false).(int)
			facts = append(facts, fact{m.at(v.offset), o.str("user_id"), o.str("lead_id"), value})
		}
		return facts
	}
}
