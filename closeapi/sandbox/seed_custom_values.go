package sandbox

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// seedCRM makes what came after the leads: custom fields and their values, custom objects, comments and Smart Views. It
// has random numbers of its own, so that what there was stays as it was.
func seedCRM(st *store, now time.Time) {
	s := newSeeder(st, now)
	s.random = rand.New(rand.NewPCG(2013, 7)) //nolint:gosec // the data has to be the same on every start
	s.customFields()
	for i, lead := range st.tables["lead"].all {
		contacts := st.of("contact", lead.id)
		s.installations(lead, i)
		s.leadValues(lead, contacts, i)
		for _, contact := range contacts {
			s.contactValues(contact, contacts)
		}
		for _, o := range st.of("opportunity", lead.id) {
			s.opportunityValues(o, contacts)
		}
	}
	s.discussions()
	s.savedSearches()
}

// some takes one or two items at random.
func some(s *seeder, items []string) []any {
	first := s.random.IntN(len(items))
	list := []any{items[first]}
	if s.chance(40) {
		list = append(list, items[(first+1)%len(items)])
	}
	return list
}

func (s *seeder) choices(kind, name string) []string {
	for _, o := range s.st.tables["custom_field_"+kind].all {
		if o.str("name") == name {
			return o.values["choices"].([]string)
		}
	}
	return nil
}

// set gives some objects a value: so many in a hundred. The value is drawn all the same.
func (s *seeder) set(o *object, percent int, member string, v any) {
	if s.chance(percent) && v != nil {
		o.values[member] = v
	}
}

func (s *seeder) leadValues(lead *object, contacts []*object, i int) {
	s.set(lead, 55, s.field("lead", "Tags"), some(s, s.choices("lead", "Tags")))
	s.set(lead, 40, s.field("lead", "Account team"), []any{s.users[i%len(s.users)].id, s.users[(i+3)%len(s.users)].id})
	s.set(lead, 45, s.field("lead", "Customer since"), day(s.today.AddDate(0, -3-s.random.IntN(40), -s.random.IntN(28))))
	s.set(lead, 30, s.field("lead", "Next audit"), at(s.today.AddDate(0, 0, 3+s.random.IntN(90)).Add(9*time.Hour)))
	s.set(lead, 35, s.field("lead", "Procurement portal"), "https://suppliers."+demoCompanies[i].domain)
	s.set(lead, 60, s.field("lead", "Decision maker"), one(s, contacts).id)
	s.set(lead, 50, s.field("lead", "Import key"), fmt.Sprintf("LH-%05d", 10_000+7*i))
	s.set(lead, 50, s.field("shared", "Region"), one(s, s.choices("shared", "Region")))
	s.set(lead, 40, s.field("shared", "External id"), fmt.Sprintf("erp-%d", 4_000+i))
	if objects := s.st.of("custom_object", lead.id); len(objects) > 0 {
		lead.values[s.field("lead", "Main installation")] = objects[0].id
	}
}

func (s *seeder) contactValues(contact *object, contacts []*object) {
	s.set(contact, 50, s.field("contact", "Role in deal"), some(s, s.choices("contact", "Role in deal")))
	s.set(contact, 25, s.field("contact", "Birthday"), day(time.Date(1955+s.random.IntN(45), time.Month(1+s.random.IntN(12)), 1+s.random.IntN(28), 0, 0, 0, 0, time.UTC)))
	s.set(contact, 30, s.field("contact", "Newsletter"), one(s, []string{"quarterly", "product news", "none"}))
	s.set(contact, 35, s.field("contact", "Looked after by"), s.someone())
	s.set(contact, 30, s.field("shared", "Region"), one(s, s.choices("shared", "Region")))
	if assistant := one(s, contacts); assistant != contact {
		s.set(contact, 30, s.field("contact", "Assistant"), assistant.id)
	}
}

func (s *seeder) opportunityValues(o *object, contacts []*object) {
	s.set(o, 70, s.field("opportunity", "Forecast"), one(s, s.choices("opportunity", "Forecast")))
	discount := any(5 * (1 + s.random.IntN(5)))
	if s.chance(30) {
		discount = 7.5
	}
	s.set(o, 50, s.field("opportunity", "Discount"), discount)
	s.set(o, 50, s.field("opportunity", "Competitors"), some(s, s.choices("opportunity", "Competitors")))
	s.set(o, 40, s.field("opportunity", "Technical contact"), one(s, contacts).id)
	s.set(o, 40, s.field("opportunity", "Contract starts"), day(s.today.AddDate(0, 0, 20+s.random.IntN(100))))
	s.set(o, 55, s.field("opportunity", "Quote number"), fmt.Sprintf("Q-%d-%03d", s.today.Year(), o.seq))
	s.set(o, 25, s.field("shared", "External id"), fmt.Sprintf("erp-o-%d", 900+o.seq))
}

// installations are the custom objects of a lead: sensors that stand somewhere, and the contract about them.
func (s *seeder) installations(lead *object, i int) {
	types := s.st.tables["custom_object_type"].all
	var covered []any
	for n := range s.random.IntN(3) {
		values := map[string]any{
			"name": fmt.Sprintf("%s, site %d", lead.str("name"), n+1), "lead_id": lead.id, "custom_object_type_id": types[0].id,
			s.field("custom_object_type", "Serial number"): fmt.Sprintf("LI-%04d-%d", 1200+i, n+1),
			s.field("custom_object_type", "Sensors"):       4 * (1 + s.random.IntN(20)),
		}
		o := s.st.add("custom_object", "custobj_", s.by(values, s.someone(), s.ago(10+s.random.IntN(200))))
		s.set(o, 60, s.field("custom_object_type", "Installed on"), day(s.today.AddDate(0, 0, -s.random.IntN(300))))
		s.set(o, 50, s.field("custom_object_type", "Technician"), s.someone())
		covered = append(covered, o.id)
	}
	if len(covered) == 0 || !s.chance(60) {
		return
	}
	values := map[string]any{
		"name": "Service contract " + fmt.Sprint(2000+i), "lead_id": lead.id, "custom_object_type_id": types[1].id,
		s.field("custom_object_type", "State"):  one(s, s.choices("custom_object_type", "State")),
		s.field("custom_object_type", "Covers"): covered,
	}
	s.st.add("custom_object", "custobj_", s.by(values, s.someone(), s.ago(5+s.random.IntN(100))))
}
