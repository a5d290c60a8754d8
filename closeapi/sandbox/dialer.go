package sandbox

import "slices"

// dialerResource are the sessions in which Close dialed for users; they can only be read (Close docs: Dialers).
func dialerResource() *resource {
	return &resource{
		name: "dialer", path: "/dialer/", group: "other", noFields: true, read: true, also: []string{"organization_id"},
		members: slices.Concat(
			[]*memberDef{idMember()},
			stored("type", "status", "source_type", "source_value", "target_type", "caller_id", "ring_mode", "music_preference"),
			stored("is_user_dependent", "users", "user_id"),
			[]*memberDef{organizationMember(), naiveOf("date_created"), naiveOf("date_updated")},
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip,
			filters: []filter{
				organization(), choice("source_type", equal, "saved-search", "shared-entry"), text("source_value", equal),
				text("status", orIn), text("user_id", equal),
			},
		},
	}
}
