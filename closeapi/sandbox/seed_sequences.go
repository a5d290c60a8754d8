package sandbox

import "time"

// seedSequences makes sequences, and subscribes contacts of some leads.
func seedSequences(st *store, now time.Time) {
	s := newSeeder(st, now)
	w := &write{&call{now: now, user: s.users[0]}, st}
	for i, name := range []string{"Welcome", "After the trade fair", "Win back"} {
		var steps []any
		for n, kind := range []string{"email", "call", "email"} {
			members := map[string]any{"step_type": kind, "delay": n * 2 * 86_400}
			if kind == "email" {
				members["threading"] = "old_thread"
			}
			steps = append(steps, w.step(nil, members))
		}
		hours := make([]any, 0, 5)
		for weekday := range 5 {
			hours = append(hours, fields{{"weekday", weekday + 1}, {"start", "09:00"}, {"end", "17:00"}})
		}
		sequence := st.add("sequence", "seq_", s.by(map[string]any{
			"name": name, "status": []string{"active", "active", "paused"}[i], "schedule": fields{{"ranges", hours}}, "schedule_id": nil,
			"timezone": "America/New_York", "steps": steps,
		}, s.users[i].id, s.today.AddDate(0, -2, -i)))
		contacts := st.tables["contact"].all
		for n := range 4 {
			contact := contacts[(7*n+11*i)%len(contacts)]
			status := subscriptionStatuses[(n+i)%4]
			st.add("sequence_subscription", "sub_", s.by(map[string]any{
				"sequence_id": sequence.id, "contact_id": contact.id, "lead_id": contact.values["lead_id"], "contact_email": firstEmail(contact),
				"sender_account_id": nil, "sender_name": userName(s.users[i]), "sender_email": s.users[i].values["email"],
				"calls_assigned_to": []any{s.users[i].id}, "status": status,
				"status_reason": map[string]any{"paused": "manual", "goal": "reply-received"}[status], "start_date": nil,
			}, s.users[i].id, s.today.AddDate(0, 0, -10-n)))
		}
	}
}
