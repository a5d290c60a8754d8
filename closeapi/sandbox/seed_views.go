package sandbox

import "time"

// discussions are comments on opportunities and calls.
func (s *seeder) discussions() {
	remarks := []string{
		"<body><p>Who talks to their controller?</p></body>",
		"<body><p>I would wait for the audit before we <strong>lower</strong> the price.</p></body>",
		"<body><p>Called twice, no answer. Next try on Monday.</p></body>",
		"<body><p>Looks good to me.</p></body>",
	}
	for _, resource := range []string{"opportunity", "call"} {
		for i, o := range s.st.tables[resource].all {
			if i%7 != 2 {
				continue
			}
			first := s.ago(s.random.IntN(9))
			thread := s.st.add("comment_thread", "comthr_", map[string]any{
				"object_id": o.id, "object_type": searchName(o), "lead_id": o.values["lead_id"], "created_at": at(first), "updated_at": at(first),
			})
			for n := range 1 + s.random.IntN(3) {
				author, made := s.users[s.random.IntN(len(s.users))], at(first.Add(time.Duration(n)*20*time.Second))
				body := one(s, remarks)
				if n == 1 {
					colleague := s.users[(author.seq+1)%len(s.users)]
					body = `<body><p><span data-type="mention" data-id="` + colleague.id + `" data-label="` + colleague.str("first_name") +
						`" class="mention">@` + colleague.str("first_name") + `</span> what do you think?</p></body>`
				}
				s.st.add("comment", "comm_", map[string]any{
					"thread_id": thread.id, "lead_id": o.values["lead_id"], "body": body, "created_at": made, "updated_at": made,
					"created_by": author.id, "updated_by": author.id, "removed_at": nil, "removed_by": nil,
				})
				thread.values["updated_at"] = made
			}
		}
	}
}

type node = map[string]any

// savedSearches are the Smart Views of the team.
func (s *seeder) savedSearches() {
	regular := func(objectType, name string) node {
		return node{"type": "regular_field", "object_type": objectType, "field_name": name}
	}
	test := func(field node, condition node) node {
		return node{"type": "field_condition", "field": field, "condition": condition}
	}
	opportunityType := func(kind string) node {
		var ids []any
		for _, status := range s.st.tables["opportunity_status"].all {
			if status.str("type") == kind {
				ids = append(ids, status.id)
			}
		}
		return test(regular("opportunity", "status_id"), node{"type": "reference", "reference_type": "status.opportunity", "object_ids": ids})
	}
	customers := s.st.tables["lead_status"].all[2]
	views := []struct {
		name, about, kind string
		shared            bool
		queries           []any
	}{
		{"Customers", "Everybody who buys from us", "lead", true, []any{
			test(regular("lead", "status_id"), node{"type": "reference", "reference_type": "status.lead", "object_ids": []any{customers.id}}),
		}},
		{"Leads with an open deal", "", "lead", true, []any{node{
			"type": "has_related", "this_object_type": "lead", "related_object_type": "opportunity", "related_query": opportunityType("active"),
		}}},
		{"Pilots", "Tagged as a pilot", "lead", false, []any{
			test(node{"type": "custom_field", "custom_field_id": s.st.tables["custom_field_lead"].all[2].id}, node{"type": "term", "values": []any{"Pilot"}}),
		}},
		{"Contacts without e-mail", "", "contact", true, []any{node{
			"type": "has_related", "this_object_type": "contact", "related_object_type": "contact_email",
			"related_query": node{"type": "match_all"}, "negate": true,
		}}},
		{"My open opportunities", "Of whoever looks at it", "opportunity", true, []any{
			test(regular("opportunity", "user_id"), node{"type": "current_user"}), opportunityType("active"),
		}},
	}
	for i, v := range views {
		owner := s.users[i%3].id
		made := s.today.AddDate(0, -2, -3*i).Add(10 * time.Hour)
		s.st.add("saved_search", "save_", s.by(map[string]any{
			"name": v.name, "description": v.about, "type": v.kind, "is_shared": v.shared, "query": nil, "user_id": owner,
			"selected_fields": nil, "s_query": map[string]any{
				"query":         node{"type": "and", "queries": append([]any{node{"type": "object_type", "object_type": savedSearchTypes[v.kind]}}, v.queries...)},
				"results_limit": nil, "sort": []any{},
			},
		}, owner, made))
	}
	made := s.st.tables["saved_search"].all
	s.st.membershipOf(s.users[0]).values["saved_view_ids"] = []any{made[0].id, made[4].id}
}
