package sandbox

// demoUsers are the sales team; the first one is whom DemoKey stands for.
var demoUsers = []struct{ first, last, email, zone, role string }{
	{"Maren", "Okafor", "maren", "Europe/Berlin", "admin"},
	{"Tobias", "Lindqvist", "tobias", "Europe/Stockholm", "superuser"},
	{"Priya", "Raman", "priya", "America/New_York", "user"},
	{"Diego", "Fuentes", "diego", "America/Chicago", "user"},
	{"Hannah", "Weiss", "hannah", "Europe/Vienna", "user"},
	{"Aoife", "Brennan", "aoife", "Europe/Dublin", "user"},
	{"Kenji", "Morita", "kenji", "Asia/Tokyo", "user"},
	{"Zoë", "van der Linden", "zoe", "Europe/Amsterdam", "user"},
	{"Samuel", "Adeyemi", "samuel", "Africa/Lagos", "user"},
	{"Claire", "Dubois", "claire", "Europe/Paris", "user"},
	{"Lachlan", "Pryce", "lachlan", "Australia/Sydney", "user"},
	{"Noor", "Haddad", "noor", "America/Los_Angeles", "restricteduser"},
}

// rolePermissions are those of the roles that the users have (Close docs: Roles).
var rolePermissions = map[string][]string{
	"admin": {
		"bulk_delete", "bulk_edit", "bulk_email", "bulk_import", "calling", "delete_leads", "delete_own_tasks", "export",
		"manage_customizations", "manage_organization", "manage_others_tasks", "merge_leads", "view_all_leads",
	},
	"superuser": {
		"bulk_delete", "bulk_edit", "bulk_email", "bulk_import", "calling", "delete_leads", "delete_own_tasks", "export",
		"manage_customizations", "manage_others_tasks", "merge_leads", "view_all_leads",
	},
	"user": {
		"bulk_email", "bulk_import", "bulk_sequence_subscriptions", "calling", "delete_leads", "delete_own_activities",
		"delete_own_opportunities", "delete_own_tasks", "manage_others_activities", "manage_others_opportunities",
		"manage_others_tasks", "merge_leads", "view_all_leads",
	},
	"restricteduser": {"calling", "delete_own_activities", "delete_own_opportunities", "delete_own_tasks", "view_all_leads"},
}

var demoPipelines = []struct {
	name     string
	statuses [][2]string // label, type
}{
	{"Sales", [][2]string{
		{"Discovery", "active"}, {"Demo", "active"}, {"Proposal sent", "active"}, {"Negotiation", "active"}, {"Won", "won"}, {"Lost", "lost"},
	}},
	{"Service contracts", [][2]string{{"Offered", "active"}, {"Signed", "won"}, {"Declined", "lost"}}},
}

var (
	demoFirstNames = []string{
		"Ingrid", "Mateo", "Saoirse", "Yusuf", "Amélie", "Björn", "Chiara", "Dmitri", "Esther", "Farid", "Greta", "Hiroko",
		"Ivan", "Jaya", "Kofi", "Léa", "Marek", "Nadia", "Oskar", "Paloma", "Quentin", "Rosa", "Søren", "Tamsin", "Umar",
		"Valeria", "Wojciech", "Xenia", "Yara", "Zsófia",
	}
	demoLastNames = []string{
		"Almeida", "Bergström", "Castellan", "Dvořák", "Eriksen", "Fairweather", "Giordano", "Hollis", "Ibarra", "Jankowski",
		"Kaplan", "Laurent", "Mbeki", "Nakamura", "O'Dell", "Pettersen", "Quigley", "Rossi", "Şahin", "Thorne", "Urquhart",
		"Vasquez", "Whitlock", "Ximenes", "Young", "Zeller",
	}
	demoTitles = []string{
		"Head of Operations", "Procurement Manager", "CEO", "CTO", "Lab Director", "Office Manager", "Quality Engineer",
		"Founder", "VP Engineering", "Plant Manager", "Controller", "Facility Lead",
	}
)
