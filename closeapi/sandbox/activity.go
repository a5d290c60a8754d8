package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// activityNames are the resources that are activities (Close docs: Activities).
var activityNames = []string{"call", "emailthread", "sms"}

// activityResource declares what all activities share: one id space, the same members, the same filters.
func activityResource(name string, own ...*memberDef) *resource {
	return &resource{
		name: name, path: "/activity/" + name + "/", group: "activity", read: true,
		members: slices.Concat(
			stored("_type"), []*memberDef{idMember(), organizationMember()},
			stored("lead_id", "contact_id", "user_id"), []*memberDef{nameOf("user_name", "user", "user_id")},
			stored("users", "activity_at"),
			authorship(true),
			own,
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, filters: activityFilters(), rules: activityRules},
	}
}

func activityFilters() []filter {
	return []filter{
		ids(inOnly), commas("lead_id"), commas("contact_id"), commas("user_id"), commas("_type"), organization(),
		moments("date_created", "date_created", ranges, true), moments("activity_at", "activity_at", ranges, false),
	}
}

// commas filters by a string; the parameter may be a list without being called so.
func commas(name string) filter {
	f := text(name, orIn)
	return filter{name, equal, func(c *call, _, value string) (predicate, string) {
		if strings.Contains(value, ",") {
			return f.test(c, "__in", value)
		}
		return f.test(c, "", value)
	}}
}

// activityRules refuse filters that need a single lead beside them (Close docs: Activities).
func activityRules(c *call) ([]predicate, *apiError) {
	if lead := c.params.Get("lead_id"); lead != "" && !strings.Contains(lead, ",") {
		return nil, nil
	}
	for _, name := range []string{"user_id", "user_id__in", "contact_id", "contact_id__in", "_type", "_type__in"} {
		if c.params.Has(name) {
			return nil, refuse(http.StatusBadRequest, name+" can only be used together with a single lead_id.")
		}
	}
	return nil, nil
}

// activitiesEndpoint is GET /activity/: the activities of all types together.
func activitiesEndpoint(a *api) *endpoint {
	all := &resource{name: "activity", path: "/activity/", group: "activity", virtual: true}
	all.list = &listing{
		maxLimit: 100, maxSkip: defaultMaxSkip,
		filters: append(activityFilters(), text("lead_id", inOnly), text("contact_id", inOnly), text("user_id", inOnly), text("_type", inOnly)),
		ignored: []string{"thread_emails"},
		orders:  map[string]order{"activity_at": byMoment("activity_at"), "date_created": byMoment("date_created")},
		rules:   mixedRules,
	}
	all.prepare()
	for _, name := range activityNames {
		for _, m := range a.resources[name].members {
			if !all.knows(m.name) {
				all.members = append(all.members, m)
			}
		}
	}
	return all.endpoint("read", all.handleActivities, slices.Collect(maps.Keys(all.list.params)), []string{"_fields"})
}

func (r *resource) handleActivities(c *call, b []byte) ([]byte, *apiError) {
	var matches []*object
	for _, name := range activityNames {
		one := *r
		one.name = name
		found, refused := one.match(c)
		if refused != nil {
			return nil, refused
		}
		matches = append(matches, found...)
	}
	return r.page(c, b, matches)
}

// mixedRules are those of GET /activity/: it sorts by activity_at only for a single lead, filters only by the date that
// it sorts by, and shows threads of e-mail only when asked (Close docs: Activities).
func mixedRules(c *call) ([]predicate, *apiError) {
	if _, refused := activityRules(c); refused != nil {
		return nil, refused
	}
	lead := c.params.Get("lead_id")
	single := lead != "" && !strings.Contains(lead, ",")
	byActivity := strings.TrimPrefix(c.params.Get("_order_by"), "-") == "activity_at"
	if byActivity && !single {
		return nil, refuse(http.StatusBadRequest, "_order_by=-activity_at can only be used together with a single lead_id.")
	}
	for name := range c.params {
		if strings.HasPrefix(name, "activity_at__") && !byActivity || strings.HasPrefix(name, "date_created__") && byActivity {
			return nil, refuse(http.StatusBadRequest, name+" can only be used when sorting by the same field.")
		}
	}
	threads := c.params.Get("thread_emails")
	if threads == "true" || threads == "only" || c.params.Has("id__in") {
		return nil, nil
	}
	return []predicate{func(o *object) bool { return o.res.name != "emailthread" }}, nil
}

func callResource() *resource {
	return activityResource("call", slices.Concat(
		stored("source", "status", "direction", "disposition", "call_method", "duration", "date_answered"),
		[]*memberDef{derived("phone", func(_ *view, o *object) any { return o.values["remote_phone"] })},
		phoneMembers(),
		stored("note", "note_html", "outcome_id", "recording_url"),
		[]*memberDef{derived("has_recording", func(_ *view, o *object) any { return o.values["recording_url"] != nil })},
		stored("recording_expires_at"),
		[]*memberDef{onRequest("recording_transcript", func(*view, *object) any { return nil })},
		stored("voicemail_url", "voicemail_duration"),
		[]*memberDef{onRequest("voicemail_transcript", func(*view, *object) any { return nil })},
		stored("cost", "dialer_id", "dialer_saved_search_id", "sequence_id", "sequence_name", "sequence_subscription_id"),
		[]*memberDef{constant("is_forwarded", false), constant("forwarded_to", nil), constant("is_joinable", false),
			constant("is_to_group_number", false)},
		stored("transferred_from", "transferred_from_user_id", "transferred_to", "transferred_to_user_id"),
		[]*memberDef{constant("coach_legs", []any{})},
	)...)
}

// phoneMembers are the two ends of a call or a message.
func phoneMembers() []*memberDef {
	var ms []*memberDef
	for _, end := range []string{"remote", "local"} {
		number := end + "_phone"
		ms = append(ms, stored(number)...)
		ms = append(ms,
			derived(number+"_formatted", func(_ *view, o *object) any { return formatPhone(o.values[number]) }),
			derived(end+"_country_iso", func(_ *view, o *object) any { return phoneCountry(o.str(number)) }))
	}
	return ms
}

func smsResource() *resource {
	return activityResource("sms", slices.Concat(
		stored("text", "status", "direction", "source"),
		phoneMembers(),
		stored("cost", "date_sent", "date_scheduled", "error_message", "template_id", "agent_action_reason", "agent_config_id",
			"sequence_id", "sequence_name", "sequence_subscription_id", "attachments"),
	)...)
}

func emailThreadResource() *resource {
	return activityResource("emailthread", slices.Concat(
		stored("latest_normalized_subject"),
		[]*memberDef{derived("n_emails", func(_ *view, o *object) any {
			emails, _ := o.values["latest_emails"].([]fields)
			return len(emails)
		})},
		stored("participants"),
		[]*memberDef{derived("emails", func(_ *view, o *object) any { return o.values["latest_emails"] })},
		stored("latest_emails"),
		[]*memberDef{
			constant("importance", fields{{"type", "important"}, {"reason", "by-default"}}),
			constant("summary", nil),
			constant("comment_summary", nil),
		},
	)...)
}
