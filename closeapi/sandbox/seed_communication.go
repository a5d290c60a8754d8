package sandbox

import "time"

// seedCommunication makes what the team set up for its calls, meetings and messages, and lets the demo data use it. It
// draws no random number of the data that was there before.
func seedCommunication(st *store, now time.Time) {
	s := newSeeder(st, now)
	s.outcomes()
	s.playbooks()
	s.emailTemplates()
	s.smsTemplates()
	s.phoneNumbers()
	s.dialers()
	s.connectedAccounts()
	s.sendAs()
	s.schedulingLinks()
	s.blocked()
}

// founding is a moment soon after the team began to use Close.
func (s *seeder) founding(days int) time.Time {
	return s.today.AddDate(-2, 0, days).Add(10 * time.Hour)
}

// outcomes are the results of calls and meetings; those that were answered or held have one now and then.
func (s *seeder) outcomes() {
	t := s.st.tables["outcome"]
	for i, one := range [][3]string{
		{"Demo booked", "They want to see it.", outcomeCustom},
		{"Call back later", "Interested, but not now.", outcomeCustom},
		{"Not interested", "", outcomeCustom},
		{"Voicemail dropped", "A recorded message was left.", outcomeDropped},
	} {
		s.st.add("outcome", "outcome_", s.by(map[string]any{"name": one[0], "description": textOr(one[1], nil), "type": one[2]}, s.users[0].id, s.founding(i)))
	}
	for i, call := range s.st.tables["call"].all {
		switch {
		case call.values["disposition"] == "vm-left":
			call.values["outcome_id"] = t.all[3].id
		case call.values["disposition"] == "answered" && i%3 == 0:
			call.values["outcome_id"] = t.all[i/3%3].id
		}
	}
	for i, meeting := range s.st.tables["meeting"].all {
		if meeting.values["actual_duration"] != nil && i%2 == 0 {
			meeting.values["outcome_id"], meeting.values["outcome_reason"] = t.all[i/2%3].id, "user-selected"
		}
	}
}

// playbooks are the kinds of conversations that the team has; one is put away.
func (s *seeder) playbooks() {
	outcomes := s.st.tables["outcome"].all
	for i, one := range []struct {
		name, about, guidance string
		outcomes              []any
	}{
		{"Discovery", "What they measure, and what it costs them when it is wrong.", "Tell who decides, by when, and what they use today.", []any{outcomes[0].id, outcomes[1].id}},
		{"Demo", "Show the logger on their own data.", "List each question that was left open.", []any{outcomes[0].id, outcomes[2].id}},
		{"Cold call", "", "", []any{}},
	} {
		made := at(s.founding(i))
		values := map[string]any{
			"name": one.name, "description": textOr(one.about, nil), "summary_guidance": textOr(one.guidance, nil), "custom_field_ids": []any{},
			"outcome_ids": one.outcomes, "position": i, "created_at": made, "updated_at": made,
			"created_by_id": s.users[0].id, "updated_by_id": s.users[0].id, "archived_at": nil, "archived_by_id": nil,
		}
		if i == 2 {
			values["position"], values["archived_at"], values["archived_by_id"] = nil, at(s.founding(200)), s.users[1].id
		}
		s.st.add("playbook", "convtyp_", values)
	}
	for i, meeting := range s.st.tables["meeting"].all {
		if i%3 == 0 {
			meeting.values["playbook_id"], meeting.values["playbook_reason"] = s.st.tables["playbook"].all[i/3%2].id, "user-selected"
		}
	}
}

// emailTemplates are what the team writes again and again; some of the e-mails that were sent were made from them.
func (s *seeder) emailTemplates() {
	for i, one := range []struct {
		name, subject, body string
		shared              bool
	}{
		{"Intro", "Quick question about {{ lead.display_name }}", "Hi {{ contact.first_name }},<br><br>who looks after your measuring instruments?<br><br>{{ user.first_name }}", true},
		{"After the demo", "What we saw today", "Hi {{ contact.first_name }},<br><br>thank you for your time. The recording is attached below.<br><br>{{ user.first_name }}", true},
		{"My follow-up", "Still interested?", "Hi {{ contact.first_name }}, shall I call you next week?", false},
		{"Old price list", "Prices of last year", "Hi {{ contact.first_name }},<br>here are our prices.", true},
	} {
		s.st.add("email_template", "tmpl_", s.by(map[string]any{
			"name": one.name, "subject": one.subject, "body": one.body, "is_shared": one.shared, "is_archived": i == 3, "attachments": []any{},
		}, s.users[i%2].id, s.founding(10*i)))
	}
	n := 0
	for _, mail := range s.st.tables["email"].all {
		if mail.values["direction"] == "outgoing" && mail.values["status"] == messageSent {
			if n++; n%2 == 0 {
				mail.values["template_id"] = s.st.tables["email_template"].all[n/2%3].id
			}
		}
	}
}

// smsTemplates are short ones of the same; some messages were made from them.
func (s *seeder) smsTemplates() {
	for i, one := range [][2]string{
		{"Reminder", "Hi {{ contact.first_name }}, see you tomorrow. {{ user.first_name }}"},
		{"Running late", "Hi {{ contact.first_name }}, I am ten minutes late."},
		{"Season's greetings", "Happy holidays from all of us!"},
	} {
		status, files := "active", []any{}
		if i == 2 {
			status = "archived"
			files = append(files, fields{
				{"url", fileURL + "persisted/" + s.st.organization + "/sms_template/card.png/"}, {"filename", "card.png"},
				{"content_type", "image/png"}, {"size", 48211},
			})
		}
		s.st.add("sms_template", "smstmpl_", s.by(map[string]any{
			"name": one[0], "text": one[1], "is_shared": i != 1, "status": status, "owned_by": s.users[i].id, "attachments": files,
		}, s.users[i].id, s.founding(20+i)))
	}
	n := 0
	for _, message := range s.st.tables["sms"].all {
		if message.values["direction"] == "outbound" && message.values["status"] == messageSent {
			if n++; n%3 == 0 {
				message.values["template_id"] = s.st.tables["sms_template"].all[n/3%2].id
			}
		}
	}
}
