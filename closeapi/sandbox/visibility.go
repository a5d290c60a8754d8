package sandbox

// Hide hides leads from a user, with all that hangs on them, as Close does for a role that sees its own leads only (Close
// docs: lead visibility). They are not in the user's lists, searches and events, and by id they are not found, to read as to
// change. Reports, exports and bulk actions count them all the same.
func (s *Server) Hide(user string, leads ...string) {
	s.data.Lock()
	defer s.data.Unlock()
	if s.store.hidden == nil {
		s.store.hidden = map[string]map[string]bool{}
	}
	if s.store.hidden[user] == nil {
		s.store.hidden[user] = map[string]bool{}
	}
	for _, lead := range leads {
		s.store.hidden[user][lead] = true
	}
}

// sees reports whether an object is visible to the user of the call.
func (c *call) sees(o *object) bool {
	if c.user == nil || len(c.s.store.hidden) == 0 {
		return true
	}
	lead := o.str("lead_id")
	if o.res.name == "lead" {
		lead = o.id
	}
	return !c.s.store.hidden[c.user.id][lead]
}
