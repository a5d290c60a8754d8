package sandbox

import "math"

// An emailStat counts the e-mails that were sent with one template, or all of them.
type emailStat struct {
	template                 *object
	total, opened, responded int
}

func (s emailStat) fields() fields {
	f := fields{{"template_id", nil}, {"template_url", nil}, {"name", "All Emails"}, {"is_shared", true}}
	query := "email(direction:sent)"
	if s.template != nil {
		f = fields{
			{"template_id", s.template.id}, {"template_url", "/settings/email_templates/" + s.template.id + "/"},
			{"name", s.template.values["name"]}, {"is_shared", s.template.values["is_shared"] == true},
		}
		query = "email(direction:sent template:" + s.template.id + ")"
	}
	percent := func(n int) int {
		if s.total == 0 {
			return 0
		}
		return int(math.Round(100 * float64(n) / float64(s.total)))
	}
	return append(f,
		field{"total", s.total}, field{"opened", s.opened}, field{"responded", s.responded},
		field{"percentage_opened", percent(s.opened)}, field{"percentage_responded", percent(s.responded)},
		field{"_queries", fields{{"total", query}, {"opened", query + " email(opened)"}, {"responded", query + " email(has_reply)"}}},
	)
}

// sentEmails is GET /report/sent_emails/{org_id}/ (Close docs: Reporting).
func sentEmails(c *call, b []byte) ([]byte, *apiError) {
	errs := fieldErrors{}
	when, _ := c.spanOfParams("date_start", "date_end", errs)
	if len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	v := c.view()
	all, byTemplate := emailStat{}, map[string]*emailStat{}
	stats := []*emailStat{&all}
	if t := v.st.tables["email_template"]; t != nil {
		for _, o := range t.all {
			byTemplate[o.id] = &emailStat{template: o}
			stats = append(stats, byTemplate[o.id])
		}
	}
	for _, o := range v.st.tables["email"].all {
		user := c.params.Get("user_id")
		if o.str("status") != "sent" || o.str("direction") != "outgoing" || user != "" && o.str("user_id") != user || !when.has(activityTime(o).t) {
			continue
		}
		for _, s := range []*emailStat{&all, byTemplate[o.str("template_id")]} {
			if s == nil {
				continue
			}
			s.total++
			if len(listOf(o, "opens")) > 0 {
				s.opened++
			}
			if v.member(o, "has_reply") == true {
				s.responded++
			}
		}
	}
	rows := []fields{}
	for _, s := range stats {
		if s.total > 0 || s.template == nil {
			rows = append(rows, s.fields())
		}
	}
	return v.fields(b, fields{{"sent_email_stats", rows}}), nil
}
