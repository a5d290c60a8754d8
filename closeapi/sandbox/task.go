package sandbox

import (
	"slices"
	"strings"
)

// The kinds of tasks (Close docs: Tasks).
const (
	taskLead         = "lead"
	taskEmail        = "incoming_email"
	taskFollowup     = "email_followup"
	taskMissedCall   = "missed_call"
	taskDetachedCall = "answered_detached_call"
	taskVoicemail    = "voicemail"
	taskOpportunity  = "opportunity_due"
	taskSMS          = "incoming_sms"
	taskOutgoingCall = "outgoing_call"
)

var taskKinds = []string{
	taskLead, taskEmail, taskFollowup, taskMissedCall, taskDetachedCall, taskVoicemail, taskOpportunity, taskSMS, taskOutgoingCall,
}

// taskPrefix is the prefix of a task's id: the kinds that can be made over the API are tasks, the others notifications.
func taskPrefix(kind string) string {
	if kind == taskLead || kind == taskOutgoingCall {
		return "task_"
	}
	return "noti_"
}

func taskResource() *resource {
	return &resource{
		name: "task", path: "/task/", group: "task", read: true,
		variant: func(o *object) string { return o.str("_type") },
		members: taskMembers(),
		list: &listing{
			maxLimit: 1000, maxSkip: defaultMaxSkip,
			filters: []filter{
				taskTypes(), taskView(), ids(orIn), organization(),
				text("lead_id", equal), text("assigned_to", equal), boolean("is_complete"),
				moments("date", "date", orRange, false), moments("due_date", "date", orRange, false),
				moments("date_created", "date_created", ranges, true), moments("date_updated", "date_updated", ranges, true),
			},
			ignored: []string{"format"},
			orders:  map[string]order{"date": byMoment("date"), "date_created": byMoment("date_created")},
			rules:   taskRules,
		},
		writing: taskWriting(),
	}
}

func taskMembers() []*memberDef {
	return slices.Concat(
		stored("_type"), []*memberDef{idMember(), organizationMember()},
		stored("assigned_to"), []*memberDef{nameOf("assigned_to_name", "user", "assigned_to")},
		stored("contact_id"), []*memberDef{nameOf("contact_name", "contact", "contact_id")},
		stored("lead_id"), []*memberDef{nameOf("lead_name", "lead", "lead_id")},
		stored("object_type", "object_id", "date"),
		[]*memberDef{derived("due_date", func(_ *view, o *object) any { return o.values["date"] })},
		stored("is_complete"),
		[]*memberDef{
			derived("text", func(v *view, o *object) any {
				if o.str("_type") == taskSMS {
					return v.subject(o, "sms", "text")
				}
				return o.values["text"]
			}),
			derived("view", func(v *view, o *object) any { return v.taskView(o) }),
		},
		authorship(true),
		taskDetails(),
	)
}

// taskRules show only the tasks that people write, unless the kind is asked for; and the views that say which days they
// show win over two of the filters by date (Close docs: Tasks).
func taskRules(c *call) ([]predicate, *apiError) {
	if view := c.params.Get("view"); view == "inbox" || view == "future" {
		c.skip = append(c.skip, "date__lt", "date__gte", "due_date__lt", "due_date__gte")
	}
	if c.params.Get("_type") == "" && c.params.Get("_type__in") == "" {
		return []predicate{func(o *object) bool { return o.str("_type") == taskLead }}, nil
	}
	return nil, nil
}

func taskTypes() filter {
	return filter{"_type", orIn, func(_ *call, op, value string) (predicate, string) {
		wanted := []string{value}
		if op == "__in" {
			wanted = strings.Split(value, ",")
		}
		for _, kind := range wanted {
			if !slices.Contains(taskKinds, kind) && kind != "all" && kind != "" {
				return nil, textNoChoice
			}
		}
		if value == "" || slices.Contains(wanted, "all") {
			return nil, ""
		}
		return func(o *object) bool { return slices.Contains(wanted, o.str("_type")) }, ""
	}}
}

func taskView() filter {
	return filter{"view", equal, func(c *call, _, value string) (predicate, string) {
		switch value {
		case "":
			return nil, ""
		case "inbox", "future", "archive":
			v := c.view()
			return func(o *object) bool { return v.taskView(o) == value }, ""
		}
		return nil, textNoChoice
	}}
}

// taskView tells in which list of the inbox a task stands for the caller: tomorrow begins at the caller's midnight.
func (v *view) taskView(o *object) string {
	if o.is("is_complete") {
		return "archive"
	}
	if m, dated := o.moment("date"); dated && !m.at(v.offset).Before(v.tomorrow) {
		return "future"
	}
	return "inbox"
}
