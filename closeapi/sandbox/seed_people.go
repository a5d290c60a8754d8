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

// demoGroups are groups of the team, by the places of their members among demoUsers.
var demoGroups = []struct {
	name    string
	members []int
}{
	{"Field sales", []int{2, 3, 4, 5}},
	{"Key accounts", []int{1, 6}},
	{"Newcomers", nil},
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
