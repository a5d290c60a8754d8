package sandbox

import "slices"

// Statuses and pipelines are small lists: all of them come on one page (Close docs: Lead Statuses, Opportunity
// Statuses, Pipelines).

func leadStatusResource() *resource {
	return &resource{
		name: "lead_status", path: "/status/lead/", group: "other", read: true, noFields: true,
		members: slices.Concat([]*memberDef{idMember()}, stored("label"), []*memberDef{organizationMember()}),
		list:    &listing{unpaged: true, oldestFirst: true},
	}
}

func opportunityStatusResource() *resource {
	return &resource{
		name: "opportunity_status", path: "/status/opportunity/", group: "other", read: true,
		members: slices.Concat([]*memberDef{idMember()}, stored("label", "type", "pipeline_id"), []*memberDef{organizationMember()}),
		list:    &listing{unpaged: true, oldestFirst: true},
	}
}

func pipelineResource() *resource {
	return &resource{
		name: "pipeline", path: "/pipeline/", group: "other", idLength: 22, read: true, noFields: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name"),
			[]*memberDef{
				derived("statuses", func(v *view, o *object) any {
					var mine []*object
					for _, status := range v.st.tables["opportunity_status"].all {
						if status.str("pipeline_id") == o.id {
							mine = append(mine, status)
						}
					}
					return statusList(mine)
				}),
				organizationMember(),
			},
			stored("created_by", "updated_by", "date_created", "date_updated"),
		),
		list: &listing{unpaged: true, oldestFirst: true},
	}
}

// statusList is how statuses stand inside other objects.
func statusList(statuses []*object) []fields {
	list := []fields{}
	for _, s := range statuses {
		item := fields{{"id", s.id}, {"label", s.values["label"]}}
		if kind := s.values["type"]; kind != nil {
			item = append(item, field{"type", kind})
		}
		list = append(list, item)
	}
	return list
}
