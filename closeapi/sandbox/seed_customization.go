package sandbox

import "time"

// seedCustomization makes what the team fitted Close with beyond its custom fields: links to other systems, and forms.
func seedCustomization(st *store, now time.Time) {
	s := newSeeder(st, now)
	for i, link := range [][3]string{
		{"Find in the ERP", "lead", "https://erp.lighthouse.example/customers?name={{lead.display_name}}"},
		{"Look up online", "contact", "https://search.example/?q={{ contact.name }}%20{{ lead.display_name }}"},
		{"Quote", "opportunity", "https://erp.lighthouse.example/quotes/{{opportunity.id}}"},
	} {
		s.st.add("integration_link", "ilink_", s.by(map[string]any{"name": link[0], "type": link[1], "url": link[2]}, s.users[i%2].id, s.founding(30+i)))
	}
	s.forms()
}

// forms are what visitors of the web site can send; the first one was sent now and then.
func (s *seeder) forms() {
	question := func(n int, name, kind string, choices any) fields {
		return fields{{"id", makeID("form_field", "formfld_", n, 22)}, {"name", name}, {"type", kind}, {"choices", choices}}
	}
	for i, form := range []struct {
		name   string
		fields []any
	}{
		{"Ask for a quote", []any{question(0, "Name", "text", nil), question(1, "E-mail", "email", nil), question(2, "Newsletter", "checkbox", nil)}},
		{"Trade fair 2024", []any{question(3, "E-mail", "email", nil), question(4, "Industry", "select", []any{
			fields{{"label", "Food and drink"}, {"value", "food"}}, fields{{"label", "Everything else"}, {"value", "other"}},
		})}},
	} {
		made := at(s.founding(60 + i))
		s.st.add("form", "form_", map[string]any{
			"name": form.name, "is_archived": i == 1, "field_definitions": form.fields, "date_created": made, "date_updated": made,
		})
	}
}
