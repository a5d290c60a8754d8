package sandbox

import (
	"strings"
	"time"
)

// tasks are what people noted down for a lead: overdue, today, later, without a date, and done.
func (s *seeder) tasks(lead *object, contacts []*object) {
	for range 7 + s.random.IntN(4) {
		contact := one(s, contacts)
		text := strings.NewReplacer("{name}", calledBy(contact), "{company}", lead.str("name")).Replace(one(s, demoTasks))
		creator := any(s.someone())
		if s.chance(6) {
			creator = nil // whoever made it has left the organization
		}
		values := map[string]any{
			"_type": taskLead, "lead_id": lead.id, "contact_id": contact.id, "text": text, "assigned_to": s.someone(),
			"object_type": nil, "object_id": nil, "is_complete": false, "is_dateless": false, "priority": nil,
		}
		if s.chance(30) {
			values["contact_id"] = nil
		}
		if s.chance(25) {
			values["priority"] = one(s, []string{"high", "medium", "medium"})
		}
		var days int
		switch kind := s.random.IntN(100); {
		case kind < 15:
			days = -1 - s.random.IntN(20)
		case kind < 35:
			days = 0
		case kind < 60:
			days = 1 + s.random.IntN(30)
		case kind < 70:
			values["is_dateless"] = true
		default:
			days = -1 - s.random.IntN(60)
			values["is_complete"] = true
		}
		values["date"] = s.due(days)
		if values["is_dateless"] == true {
			values["date"] = nil
		}
		made := s.ago(max(1, -days) + s.random.IntN(14))
		task := s.st.add("task", "task_", s.by(values, creator, made))
		if task.is("is_complete") {
			task.values["updated_by"] = task.values["assigned_to"]
			task.values["date_updated"] = at(made.Add(time.Duration(1+s.random.IntN(20)) * time.Hour))
		}
	}
}

// due is a day, or a moment in its working hours.
func (s *seeder) due(days int) any {
	date := s.today.AddDate(0, 0, days)
	if s.chance(60) {
		return day(date)
	}
	return at(date.Add(8*time.Hour + time.Duration(s.random.IntN(40))*15*time.Minute))
}

func calledBy(contact *object) string {
	first, _, _ := strings.Cut(contactDisplayName(contact), " ")
	return first
}

// notifications are the tasks that Close itself makes, with the calls, messages and opportunities behind them.
func (s *seeder) notifications(lead *object, contacts, opportunities []*object, i int) {
	contact := contacts[0] // has an address and a number
	for _, kind := range taskKinds {
		if kind == taskLead || !s.chance(45) && i > 0 {
			continue
		}
		days := s.random.IntN(25)
		made := s.ago(days)
		values := map[string]any{
			"_type": kind, "lead_id": lead.id, "contact_id": contact.id, "text": nil, "assigned_to": s.someone(),
			"object_type": nil, "object_id": nil, "date": at(made), "is_complete": days > 2 && s.chance(60),
		}
		var subject *object
		creator := any(nil)
		switch kind {
		case taskEmail, taskFollowup:
			subject = s.thread(lead, contact, made)
			if kind == taskFollowup {
				values["date"] = day(s.today.AddDate(0, 0, s.random.IntN(6)-2))
			}
		case taskMissedCall, taskDetachedCall, taskVoicemail:
			subject = s.call(lead, contact, kind, made)
		case taskSMS:
			subject = s.sms(lead, contact, made)
		case taskOpportunity:
			if len(opportunities) == 0 {
				opportunities = s.opportunities(lead, contacts)
			}
			if len(opportunities) == 0 {
				continue
			}
			subject = opportunities[0]
			values["assigned_to"], values["contact_id"], values["date"] = subject.values["user_id"], subject.values["contact_id"], day(s.today.AddDate(0, 0, -s.random.IntN(4)))
		case taskOutgoingCall:
			creator = s.someone()
			values["text"], values["date"] = "Call "+calledBy(contact)+" as the sequence says", s.due(s.random.IntN(8)-2)
			values["is_primary_lead_notification"] = true
			if values["is_complete"] == true && s.chance(30) {
				values["resolution"] = "skipped"
			}
		}
		if subject != nil {
			values["object_type"], values["object_id"] = subject.res.name, subject.id
		}
		s.st.add("task", taskPrefix(kind), s.by(values, creator, made))
	}
}
