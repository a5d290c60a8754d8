package sandbox

import (
	"slices"
	"time"
)

// seedEvents writes what was made in the last month into the event log, as far as the objects tell.
func seedEvents(st *store, now time.Time) {
	type made struct {
		o  *object
		at time.Time
	}
	var recent []made
	for _, t := range st.tables {
		for _, o := range t.all {
			m, ok := o.moment("date_created")
			if ok && eventType(o) != "" && !m.day && !m.t.After(now) && now.Sub(m.t) < eventLife {
				recent = append(recent, made{o, m.t})
			}
		}
	}
	slices.SortFunc(recent, func(a, b made) int {
		if order := a.at.Compare(b.at); order != 0 {
			return order
		}
		return slices.Compare([]byte(a.o.id), []byte(b.o.id))
	})
	v := view{st: st, now: now, tomorrow: day(now).t.AddDate(0, 0, 1)}
	for _, m := range recent {
		var user any
		if id := m.o.str("created_by"); id != "" {
			user = id
		}
		st.addEvent(map[string]any{
			"object_type": eventType(m.o), "object_id": m.o.id, "action": "created", "lead_id": eventLead(m.o), "user_id": user,
			"request_id": nil, "api_key_id": nil, "changed_fields": []string{}, "data": v.snapshot(m.o), "previous_data": fields{},
			"meta": fields{}, "date_created": millisecond(m.at), "date_updated": millisecond(m.at),
		})
	}
}
