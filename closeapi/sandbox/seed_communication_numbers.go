package sandbox

import "time"

// phoneNumbers are the team's own number, those of some users, and one outside of Close.
func (s *seeder) phoneNumbers() {
	team := []any{}
	for _, user := range s.users[:4] {
		team = append(team, user.id)
	}
	for i, values := range []map[string]any{
		{"number": demoNumber, "label": "Main", "is_group_number": true, "participants": team, "sms_enabled": true, "mms_enabled": true, "inbound_ring_duration": 30},
		{"number": "+14155550111", "label": "Maren", "user_id": s.users[0].id, "sms_enabled": true},
		{"number": "+12125550112", "label": "Priya", "user_id": s.users[2].id, "forward_to": "+12125550190", "forward_to_enabled": true, "press_1_to_accept": true},
		{"number": "+493055550113", "label": nil, "user_id": s.users[0].id, "country": "DE", "type": "external", "carrier": nil, "carrier_type": nil},
	} {
		completeNumber(values)
		if values["type"] == "external" {
			values["carrier"], values["carrier_type"] = nil, nil
		} else {
			values["next_billing_on"] = at(s.today.AddDate(0, 0, 9+i))
		}
		values["date_created"], values["date_updated"] = at(s.founding(i)), at(s.founding(i))
		s.st.add("phone_number", "phon_", values)
	}
}

// dialers are sessions of the last weeks, and some calls that were made in them.
func (s *seeder) dialers() {
	view := s.st.tables["saved_search"].all[0].id
	for i, kind := range []string{"power", "predictive", "power"} {
		owner, began := s.users[i], at(s.today.AddDate(0, 0, -3*i-1).Add(13*time.Hour))
		users := []any{fields{{"user_id", owner.id}, {"is_active", false}, {"state", "inactive"}}}
		values := map[string]any{
			"type": kind, "status": "inactive", "source_type": "saved-search", "source_value": view, "target_type": "lead", "caller_id": demoNumber,
			"ring_mode": "more-voicemails", "music_preference": "tone1", "is_user_dependent": false, "users": users, "user_id": owner.id,
			"date_created": began, "date_updated": began,
		}
		if i == 2 {
			values["source_type"], values["source_value"], values["caller_id"] = "shared-entry", makeID("shared_entry", "entry_", 0, 22), ""
		}
		s.st.add("dialer", "dial_", values)
	}
	session := s.st.tables["dialer"].all[0]
	for i, call := range s.st.tables["call"].all {
		if i%11 == 0 && call.values["direction"] == "outbound" && call.str("source") == inClose {
			call.values["call_method"], call.values["dialer_id"], call.values["dialer_saved_search_id"] = "power", session.id, view
		}
	}
}

// blocked are numbers that bothered the team, and addresses that want no more bulk mail.
func (s *seeder) blocked() {
	for i, one := range [][2]string{{"+12025550177", "Robocalls"}, {"+447700900123", "Asked not to be called any more"}} {
		s.st.add("blocked_phone_number", "blkph_", s.by(map[string]any{"phone": one[0], "reason": one[1]}, s.users[i].id, s.founding(90+i)))
	}
	contacts := s.st.tables["contact"].all
	for i := 1; len(s.st.tables["unsubscribed_email"].all) < 3 && i < len(contacts); i++ {
		if email := emailOf(contacts[len(contacts)-i]); email != "" && i%2 == 0 {
			s.st.insert("unsubscribed_email", email, map[string]any{"email": email})
			s.st.markUnsubscribed(email, true)
		}
	}
}
