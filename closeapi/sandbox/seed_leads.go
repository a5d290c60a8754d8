package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// Two custom fields of leads: the industry, and how many sites there are.
var (
	demoIndustryField = "custom." + makeID("custom_field", "cf_", 0, 43)
	demoSitesField    = "custom." + makeID("custom_field", "cf_", 1, 43)
)

func (s *seeder) lead(i int) *object {
	c := demoCompanies[i]
	statuses := s.st.tables["lead_status"].all
	values := map[string]any{
		"name": c.name, "description": c.about, "url": "https://" + c.domain + "/",
		"status_id": statuses[[]int{0, 1, 2, 0, 1, 2, 3, 2, 1, 4}[i%10]].id,
		"addresses": []any{fields{
			{"label", "business"}, {"address_1", c.street}, {"address_2", nil}, {"city", c.city}, {"state", orNull(c.state)},
			{"zipcode", c.zip}, {"country", c.country}, {"tz_ids", []string{c.zone}},
		}},
	}
	if i%3 != 2 {
		values[demoIndustryField] = []string{"Food", "Logistics", "Health", "Manufacturing", "Leisure"}[i%5]
	}
	if i%4 != 3 {
		values[demoSitesField] = 1 + s.random.IntN(12)
	}
	return s.st.add("lead", "lead_", s.by(values, s.someone(), s.ago(30+9*(len(demoCompanies)-i)+s.random.IntN(9))))
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (s *seeder) contacts(lead *object, i int) []*object {
	domain := demoCompanies[i].domain
	var contacts []*object
	for n := range 1 + s.random.IntN(4) {
		first, last := one(s, demoFirstNames), one(s, demoLastNames)
		emails, phones := []any{}, []any{}
		if n == 0 || s.chance(85) {
			emails = append(emails, contactEmail(strings.ToLower(asciiOnly(first))+fmt.Sprint(i*4+n)+"@"+domain, "office"))
		}
		if n == 0 || s.chance(70) {
			phones = append(phones, contactPhone(s.phone(demoCompanies[i].country), "office"))
		}
		if s.chance(35) {
			phones = append(phones, contactPhone(s.phone(demoCompanies[i].country), "mobile"))
		}
		values := map[string]any{
			"lead_id": lead.id, "name": first + " " + last, "title": one(s, demoTitles), "emails": emails, "phones": phones,
			"urls": []any{}, "timezone": nil,
		}
		if s.chance(25) {
			values["urls"] = []any{fields{{"url", "https://people.example/" + strings.ToLower(asciiOnly(last))}, {"type", "url"}}}
		}
		if i%13 == 6 && n == 1 {
			values["name"], values["title"] = nil, nil // a card that someone found in a drawer
		}
		made, _ := lead.moment("date_created")
		contacts = append(contacts, s.st.add("contact", "cont_", s.by(values, lead.values["created_by"], made.t.Add(time.Duration(n)*time.Hour))))
	}
	return contacts
}

// phone makes a number out of the ranges that are kept for fiction.
func (s *seeder) phone(country string) string {
	n := s.random.IntN(100)
	switch country {
	case "GB":
		return fmt.Sprintf("+4420794600%02d", n)
	case "FR":
		return fmt.Sprintf("+331990012%02d", n)
	case "DE":
		return fmt.Sprintf("+493023125%03d", n)
	case "SE":
		return fmt.Sprintf("+4684650041%d", n%10)
	case "AU":
		return fmt.Sprintf("+612555001%02d", n)
	}
	return fmt.Sprintf("+1%d55501%02d", one(s, []int{212, 303, 415, 512, 617, 650}), n)
}

// asciiOnly leaves out what does not belong into a mailbox name.
func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 'A' || r > 'z' {
			return -1
		}
		return r
	}, s)
}

func (s *seeder) opportunities(lead *object, contacts []*object) []*object {
	var opportunities []*object
	statuses := s.st.tables["opportunity_status"].all
	for range s.random.IntN(4) {
		status := one(s, statuses)
		note := one(s, demoOpportunityNotes)
		age := 5 + s.random.IntN(120)
		values := map[string]any{
			"lead_id": lead.id, "contact_id": nil, "user_id": s.someone(), "status_id": status.id,
			"confidence": 10 * (1 + s.random.IntN(9)), "value": 5_000 * (4 + s.random.IntN(400)),
			"value_period": one(s, []string{"one_time", "one_time", "monthly", "annual"}),
			"date_won":     nil, "date_lost": nil, "note": note, "note_html": bodyOf(note), "is_stalled": false,
		}
		if s.chance(75) {
			values["contact_id"] = one(s, contacts).id
		}
		if s.chance(8) {
			values["value"] = nil
		}
		switch status.str("type") {
		case "won":
			values["date_won"], values["confidence"] = day(s.today.AddDate(0, 0, -s.random.IntN(age))), 100
		case "lost":
			values["date_lost"], values["confidence"] = at(s.ago(s.random.IntN(age))), 0
		default:
			values["date_won"] = day(s.today.AddDate(0, 0, s.random.IntN(75)-5))
		}
		opportunities = append(opportunities, s.st.add("opportunity", "oppo_", s.by(values, s.someone(), s.ago(age))))
	}
	return opportunities
}
