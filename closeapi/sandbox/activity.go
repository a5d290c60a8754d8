package sandbox

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Every activity is of one type, which has its own resource; all of them share one space of ids and the members and
// filters below (Close docs: Activities).

// customKind is the type that custom activities have in filters, where they go by another name than in answers.
const customKind = "Custom"

// activityResources are the types of activities.
func activityResources() []*resource {
	return []*resource{
		callResource(), emailResource(), emailThreadResource(), smsResource(), whatsAppResource(), noteResource(),
		meetingResource(), customActivityResource(), createdResource(), formSubmissionResource(),
		leadStatusChangeResource(), opportunityStatusChangeResource(), taskCompletedResource(), leadMergeResource(),
		importUpdateResource(),
	}
}

// activityNames are the resources that are activities.
var activityNames = []string{
	"call", "email", "emailthread", "sms", "whatsapp_message", "note", "meeting", "custom_activity", "created",
	"form_submission", "lead_status_change", "opportunity_status_change", "task_completed", "lead_merge", "import_update",
}

// activityKinds are the values of _type that filters take.
var activityKinds = []string{
	"Call", "Email", "EmailThread", "SMS", "WhatsAppMessage", "Note", "Meeting", customKind, "Created", "FormSubmission",
	"LeadStatusChange", "OpportunityStatusChange", "TaskCompleted", "LeadMerge", "ImportUpdate",
}

// activityResource declares what all activities share, under a path below /activity/.
func activityResource(name, path, kind string, own ...*memberDef) *resource {
	return &resource{
		name: name, path: "/activity/" + path + "/", group: "activity", read: true,
		members: slices.Concat(
			[]*memberDef{constant("_type", kind), idMember(), organizationMember()},
			stored("lead_id", "contact_id", "user_id"), []*memberDef{nameOf("user_name", "user", "user_id")},
			[]*memberDef{derived("users", func(_ *view, o *object) any { return listOr(o.values["users"]) })},
			stored("activity_at"),
			authorship(true),
			own,
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, filters: activityFilters(), rules: activityRules},
	}
}

// listOr is a stored list, an empty one when there is none.
func listOr(v any) any {
	if v == nil {
		return []any{}
	}
	return v
}

// without leaves members out of a declaration.
func (r *resource) without(names ...string) *resource {
	r.members = slices.DeleteFunc(r.members, func(m *memberDef) bool { return slices.Contains(names, m.name) })
	return r
}

// deletable makes DELETE the only write of a resource.
func (r *resource) deletable() *resource {
	r.writing = &writing{delete: deleteActivity}
	return r
}

func deleteActivity(st *store, o *object) { st.remove(o.res.name, o) }

func activityFilters() []filter {
	return []filter{
		ids(inOnly), commas("lead_id"), commas("contact_id"), commas("user_id"), activityTypes(equal), organization(),
		moments("date_created", "date_created", ranges, true), moments("activity_at", "activity_at", ranges, false),
	}
}

// severalFilters are those that only few lists of activities have.
func severalFilters() []filter {
	return []filter{text("lead_id", inOnly), text("contact_id", inOnly), text("user_id", inOnly), activityTypes(inOnly)}
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

// activityTypes filters by type. A custom activity is Custom, or the id of its own type.
func activityTypes(ops []string) filter {
	return filter{"_type", ops, func(_ *call, _, value string) (predicate, string) {
		wanted := map[string]bool{}
		for one := range strings.SplitSeq(value, ",") {
			if !slices.Contains(activityKinds, one) && !strings.HasPrefix(one, "actitype_") {
				return nil, textNoChoice
			}
			wanted[one] = true
		}
		return func(o *object) bool {
			i := slices.Index(activityNames, o.res.name)
			return wanted[activityKinds[i]] || wanted[o.str("custom_activity_type_id")]
		}, ""
	}}
}

// singleLead tells whether a call is about the activities of one lead.
func (c *call) singleLead() bool {
	lead := c.params.Get("lead_id")
	return lead != "" && !strings.Contains(lead, ",")
}

// activityRules refuse filters that need a single lead beside them (Close docs: Activities).
func activityRules(c *call) ([]predicate, *apiError) {
	return nil, c.needLead("user_id", "user_id__in", "contact_id", "contact_id__in", "_type", "_type__in")
}

func (c *call) needLead(names ...string) *apiError {
	if c.singleLead() {
		return nil
	}
	for _, name := range names {
		if c.params.Has(name) {
			return refuse(http.StatusBadRequest, name+" can only be used together with a single lead_id.")
		}
	}
	return nil
}

// activitiesEndpoint is GET /activity/: the activities of all types together.
func activitiesEndpoint(a *api) *endpoint {
	all := &resource{name: "activity", path: "/activity/", group: "activity", virtual: true, custom: true}
	all.list = &listing{
		maxLimit: 100, maxSkip: defaultMaxSkip,
		filters: append(activityFilters(), severalFilters()...),
		ignored: []string{"thread_emails"}, // read by the rules
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
	byActivity := strings.TrimPrefix(c.params.Get("_order_by"), "-") == "activity_at"
	if byActivity && !c.singleLead() {
		return nil, refuse(http.StatusBadRequest, "_order_by=-activity_at can only be used together with a single lead_id.")
	}
	for _, name := range slices.Sorted(maps.Keys(c.params)) {
		if strings.HasPrefix(name, "activity_at__") && !byActivity || strings.HasPrefix(name, "date_created__") && byActivity {
			return nil, refuse(http.StatusBadRequest, name+" can only be used when sorting by the same field.")
		}
	}
	hidden := "emailthread"
	switch threads := c.params.Get("thread_emails"); {
	case threads == "only":
		hidden = "email"
	case threads == "true":
		c.without = emailBodies
		return nil, nil
	case threads == "" && c.params.Has("id__in"):
		return nil, nil
	case threads != "" && threads != "false":
		return nil, refuseField("thread_emails", textNoChoice)
	}
	return []predicate{func(o *object) bool { return o.res.name != hidden }}, nil
}
