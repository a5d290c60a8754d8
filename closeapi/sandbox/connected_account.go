package sandbox

import "slices"

// connectedAccountResource are the mailboxes, calendars and meeting services of users; they can only be read. Each kind has
// members of its own (Close docs: Connected Accounts).
func connectedAccountResource() *resource {
	mail, calendar, zoom := []string{"google", "custom_email"}, []string{"google"}, []string{"zoom"}
	return &resource{
		name: "connected_account", path: "/connected_account/", group: "other", read: true,
		variant: func(o *object) string { return o.str("_type") },
		members: slices.Concat(
			stored("_type"), []*memberDef{idMember()}, stored("email", "user_id"), []*memberDef{organizationMember()},
			stored("date_created", "default_identity", "identities", "available_features", "enabled_features", "send_status", "receive_status"),
			stored("latest_send_error", "latest_receive_error", "smtp", "imap"),
			only(mail, stored("email_receive_status", "is_imap_archive_sync_enabled", "lead_suggestions_updated_at", "receive_attempts_count")...),
			only(calendar, stored("calendar_receive_status", "available_calendars", "synced_calendars", "sync_all_calendars", "has_meeting_creation_scopes")...),
			only(zoom, stored("zoom_account_plan")...),
			only([]string{"calendly"}, stored("calendly")...),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip, oldestFirst: true, filters: []filter{text("user_id", equal)}},
	}
}
