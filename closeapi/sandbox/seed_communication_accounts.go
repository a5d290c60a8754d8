package sandbox

// connectedAccounts are a mailbox of each user, with a calendar or without, and a service for meetings by video.
func (s *seeder) connectedAccounts() {
	for i, user := range s.users {
		email, since := user.str("email"), at(s.founding(i))
		identity := fields{{"name", userName(user)}, {"email", email}}
		values := map[string]any{
			"_type": "google", "email": email, "user_id": user.id, "date_created": since, "default_identity": identity, "identities": []fields{identity},
			"available_features": []string{"email_sending", "email_syncing", "calendar_syncing"},
			"enabled_features":   []string{"email_sending", "email_syncing", "calendar_syncing"},
			"send_status":        "ok", "receive_status": "ok", "email_receive_status": "ok", "calendar_receive_status": "ok",
			"latest_send_error": nil, "latest_receive_error": nil, "is_imap_archive_sync_enabled": true, "receive_attempts_count": 0,
			"smtp": mailServer("smtp.gmail.com", 587, email, since), "imap": mailServer("imap.gmail.com", 993, email, since),
			"available_calendars": []fields{{{"id", email}, {"name", userName(user)}, {"status", "ok"}, {"default", true}, {"synced", true}}},
			"synced_calendars":    []string{email}, "sync_all_calendars": false, "has_meeting_creation_scopes": true,
		}
		if i%4 == 3 {
			values["_type"], values["available_features"] = "custom_email", []string{"email_sending", "email_syncing"}
			values["enabled_features"] = values["available_features"]
			values["smtp"], values["imap"] = mailServer("smtp.lighthouse.example", 465, email, since), mailServer("imap.lighthouse.example", 993, email, since)
		}
		if i == 7 {
			values["receive_status"], values["email_receive_status"], values["receive_attempts_count"] = "error", "error", 4
		}
		s.st.add("connected_account", "emailacct_", values)
	}
	for _, user := range s.users[:2] {
		s.st.add("connected_account", "emailacct_", map[string]any{
			"_type": "zoom", "email": user.str("email"), "user_id": user.id, "date_created": at(s.founding(40)), "default_identity": nil, "identities": []any{},
			"available_features": []any{}, "enabled_features": []any{}, "send_status": nil, "receive_status": nil, "latest_send_error": nil,
			"latest_receive_error": nil, "smtp": nil, "imap": nil, "zoom_account_plan": "pro",
		})
	}
}

func mailServer(host string, port int, username string, since moment) fields {
	return fields{{"host", host}, {"port", port}, {"username", username}, {"use_ssl", true}, {"date_updated", since}}
}

// sendAs are permissions that the first user gives and has; some e-mails were sent with one.
func (s *seeder) sendAs() {
	for _, pair := range [][2]int{{0, 1}, {0, 2}, {3, 0}} {
		s.st.add("send_as", "sdas_", map[string]any{"allowing_user_id": s.users[pair[0]].id, "allowed_user_id": s.users[pair[1]].id})
	}
	n := 0
	for _, mail := range s.st.tables["email"].all {
		if mail.values["direction"] == "outgoing" && mail.values["user_id"] == s.users[3].id {
			if n++; n%2 == 0 {
				mail.values["send_as_id"] = s.st.tables["send_as"].all[2].id
			}
		}
	}
}

// schedulingLinks are pages of users, and names for one of each.
func (s *seeder) schedulingLinks() {
	for i, name := range []string{"Intro call", "Demo", "Support hour"} {
		user := s.users[i]
		values := map[string]any{
			"type": "USER", "name": name, "description": nil, "url": "https://cal.lighthouse.example/" + slug(asText(userName(user))), "source": "MANUAL",
			"user_id": user.id,
		}
		if i == 1 {
			values["source"], values["source_id"], values["source_type"], values["duration_in_minutes"] = "CALENDLY", "evt-demo", "Solo", 45
		}
		s.st.add("scheduling_link", "schlnk_", values)
	}
	for _, name := range []string{"Book a demo", "Talk to support"} {
		s.st.add("shared_scheduling_link", "schlnk_", map[string]any{
			"type": "SHARED", "name": name, "description": nil, "source": "MANUAL", "template_tag": slug(name),
		})
	}
}
