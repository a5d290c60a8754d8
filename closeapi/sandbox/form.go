package sandbox

import "slices"

// formResource are the forms for web sites, which the API can only read (Close docs: Forms).
func formResource() *resource {
	return &resource{
		name: "form", path: "/form/", group: "other", idLength: 22, modern: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember()}, stored("name", "is_archived", "field_definitions"), []*memberDef{organizationMember()},
			stored("date_created", "date_updated"),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true, filters: []filter{boolean("is_archived")}},
	}
}
