package sandbox

import (
	"maps"
	"time"
)

// seedAutomation makes a webhook that is paused, and some bulk actions and exports that were done a while ago.
func (s *Server) seedAutomation(now time.Time) {
	seed := newSeeder(s.store, now)
	s.store.add("webhook", "whsub_", seed.by(map[string]any{
		"url": "https://hooks.lighthouse.example/close", "status": "paused", "pause_reason": "api", "verify_ssl": true,
		"events":        []any{fields{{"object_type", "opportunity"}, {"action", "updated"}, {"extra_filter", nil}}},
		"health_status": healthy, "latest_error": nil, "recent_consecutive_fail_buckets_cnt": 0,
	}, seed.users[0].id, seed.today.AddDate(0, 0, -30)))
	query := map[string]any{"type": "object_type", "object_type": "lead"}
	for i, kind := range []string{"edit", "delete", "email", "sequence_subscription"} {
		values := map[string]any{
			"query": nil, "s_query": query, "results_limit": nil, "sort": []any{}, "send_done_email": true, "status": "done",
			"n_leads": 0, "n_leads_processed": 0, "n_objects": 0, "n_objects_processed": 0,
		}
		maps.Copy(values, []map[string]any{
			{"type": "set_lead_status", "lead_status_id": s.store.tables["lead_status"].all[1].id, "n_leads": 12, "n_leads_processed": 12, "n_objects": 12, "n_objects_processed": 12},
			{"bulk_object_type": "call"},
			{"contact_preference": "lead", "sender": asText(seed.users[0].values["email"])},
			{"action_type": "pause", "sequence_id": s.store.tables["sequence"].all[0].id},
		}[i])
		s.store.add("bulk_"+kind, bulkPrefixes[kind], seed.by(values, seed.users[0].id, seed.today.AddDate(0, 0, -20-i)))
	}
	w := &write{&call{s: s, now: seed.today.AddDate(0, 0, -9), user: seed.users[0]}, s.store}
	w.beginExport("lead", map[string]any{"type": "leads", "format": "csv", "s_query": query}, leadsFound)
	w.beginExport("opportunity", map[string]any{"type": "opps", "format": "json", "params": map[string]any{}}, func(w *write, _ *object) []*object {
		return append([]*object{}, w.st.tables["opportunity"].all...)
	})
	for _, j := range s.store.jobs {
		j.found = j.steps.find(w, j.o)
		values := j.steps.count(j.found, len(j.found))
		values["status"] = "done"
		j.steps.finish(w, j.o, j.found)
		w.apply(j.o, values)
	}
	s.store.jobs = nil
}
