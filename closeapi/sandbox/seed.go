package sandbox

import (
	"math/rand/v2"
	"time"
)

// A seeder fills a store with the same data on every start; only the dates depend on the clock.
type seeder struct {
	st     *store
	now    time.Time
	today  time.Time // midnight in UTC
	random *rand.Rand
	users  []*object
}

func newSeeder(st *store, now time.Time) *seeder {
	now = now.UTC().Truncate(time.Second)
	return &seeder{
		st: st, now: now, today: day(now).t,
		random: rand.New(rand.NewPCG(2013, 1)), //nolint:gosec // the data has to be the same on every start
		users:  st.tables["user"].all,
	}
}

// seedOrganization makes what an organization has from its first day: itself, its users, statuses and pipelines.
func seedOrganization(st *store, now time.Time) {
	s := newSeeder(st, now)
	founded := at(s.today.AddDate(-3, 0, 0).Add(9 * time.Hour))
	org := st.add("organization", "orga_", map[string]any{
		"name": "Lighthouse Instruments", "currency": "USD", "created_by": nil, "updated_by": nil,
		"date_created": founded, "date_updated": founded,
	})
	st.organization = org.id
	s.roles()
	for i, u := range demoUsers {
		since := at(founded.t.AddDate(0, 2*i, i))
		user := st.add("user", "user_", map[string]any{
			"email": u.email + "@lighthouse.example", "first_name": u.first, "last_name": u.last,
			"image":              "https://img.lighthouse.example/" + u.email + ".png",
			"last_used_timezone": u.zone, "date_created": since, "date_updated": since,
		})
		st.addMembership(user, u.role)
	}
	s.groups()
	for _, label := range []string{"Potential", "Qualified", "Customer", "Bad Fit", "Canceled"} {
		st.add("lead_status", "stat_", map[string]any{"label": label})
	}
	for _, p := range demoPipelines {
		pipeline := st.add("pipeline", "pipe_", map[string]any{
			"name": p.name, "created_by": nil, "updated_by": nil, "date_created": founded, "date_updated": founded,
		})
		for place, status := range p.statuses {
			st.add("opportunity_status", "stat_", map[string]any{"label": status[0], "type": status[1], "pipeline_id": pipeline.id, "place": place})
		}
	}
}

// seedDemo makes the work of a sales team: leads, and everything that hangs on them.
func seedDemo(st *store, now time.Time) {
	s := newSeeder(st, now)
	s.activityTypes()
	for i := range demoCompanies {
		lead := s.lead(i)
		contacts := s.contacts(lead, i)
		opportunities := s.opportunities(lead, contacts)
		s.tasks(lead, contacts)
		s.notifications(lead, contacts, opportunities, i)
	}
}

// by are the members that tell who made an object and when.
func (s *seeder) by(values map[string]any, user any, made time.Time) map[string]any {
	values["created_by"], values["updated_by"] = user, user
	values["date_created"] = at(made.Add(time.Duration(s.random.IntN(1_000_000)) * time.Microsecond))
	values["date_updated"] = values["date_created"]
	return values
}

// ago is a moment within the working hours of a day so many days ago, and never later than now. It draws the same from
// the random numbers whatever the clock shows, so that the data does not depend on it.
func (s *seeder) ago(days int) time.Time {
	seconds := s.random.IntN(11 * 3600)
	t := s.today.AddDate(0, 0, -days).Add(time.Duration(7*3600+seconds) * time.Second)
	if t.After(s.now) {
		return s.now.Add(-time.Duration(1+seconds%3600) * time.Second)
	}
	return t
}

func (s *seeder) chance(percent int) bool { return s.random.IntN(100) < percent }

func (s *seeder) someone() string { return s.users[s.random.IntN(len(s.users))].id }

// one takes an item at random.
func one[T any](s *seeder, items []T) T { return items[s.random.IntN(len(items))] }
