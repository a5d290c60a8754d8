package sandbox

import (
	"slices"
	"time"
)

// A journal notes what is done to the store, so that it can be told to the event log.
type journal struct {
	v     view
	order []*object
	notes map[*object]*note
	meta  fields  // of all events
	merge *object // the lead that took another one in
}

// A note is what one object went through.
type note struct {
	was           fields
	created, gone bool
}

// touch notes how an object looks before it is changed.
func (st *store) touch(o *object) {
	if st.journal == nil || o == nil || eventType(o) == "" {
		return
	}
	st.journal.note(o, func() *note { return &note{was: st.journal.v.snapshot(o)} })
}

// note keeps what first says of an object, unless there is a note of it already.
func (j *journal) note(o *object, first func() *note) {
	if j.notes[o] == nil {
		j.notes[o], j.order = first(), append(j.order, o)
	}
}

// made notes that an object is new. A lead shows the ids of its contacts, so a contact changes it too.
func (st *store) made(o *object) {
	if st.journal != nil && eventType(o) != "" {
		st.journal.note(o, func() *note { return &note{created: true} })
	}
}

// gone notes that objects are about to go.
func (st *store) gone(objects []*object) {
	if st.journal == nil {
		return
	}
	for _, o := range objects {
		st.touchLead(o)
		st.touch(o)
		if n := st.journal.notes[o]; n != nil { // what goes is told of when it goes, not when it was touched first
			n.gone = true
			st.journal.order = append(slices.DeleteFunc(st.journal.order, func(other *object) bool { return other == o }), o)
		}
	}
}

func (st *store) touchLead(o *object) {
	if o.res.name == "contact" {
		st.touch(st.get("lead", o.str("lead_id")))
	}
}

// logged does something to the store, and tells the event log of it unless it was refused.
func (c *call) logged(meta fields, do func() *apiError) *apiError {
	st := c.s.store
	st.journal = &journal{v: c.view(), notes: map[*object]*note{}, meta: meta}
	defer func() { st.journal = nil }()
	if refused := do(); refused != nil {
		return refused
	}
	st.journal.log(c)
	return nil
}

// log writes the notes into the event log.
func (j *journal) log(c *call) {
	l := eventWriter{c: c, journal: j}
	for _, o := range j.order {
		n := j.notes[o]
		switch {
		case n.created && n.gone:
		case n.gone:
			l.write(o, "deleted", nil, n.was, nil)
		case n.created:
			is := j.v.snapshot(o)
			l.write(o, "created", is, fields{}, nil)
			l.further(o, nil, is)
		default:
			is := j.v.snapshot(o)
			names, old := differences(n.was, is)
			if len(names) == 0 {
				continue
			}
			l.write(o, "updated", is, old, names)
			l.further(o, n.was, is)
			if o == j.merge {
				l.write(o, "merged", is, fields{}, nil)
			}
		}
	}
}

// An eventWriter writes the events of one call.
type eventWriter struct {
	c       *call
	journal *journal
	request any
}

func (l *eventWriter) further(o *object, was, is fields) {
	for _, f := range furtherActions[o.res.name] {
		if came(was, is, f.member, f.value) {
			l.write(o, f.action, is, fields{}, nil)
		}
	}
}

// write adds an event. An update soon after another one of the same object joins it (Close docs: Event Log).
func (l *eventWriter) write(o *object, action string, data any, previous fields, changed []string) {
	c, st := l.c, l.c.s.store
	if named, ok := eventActions[o.res.name][action]; ok {
		action = named
	}
	if action == "" {
		return
	}
	now := millisecond(c.now)
	if f, ok := data.(fields); ok && f == nil {
		data = nil
	}
	if last := st.lastEvents[o.id]; action == "updated" && last != nil && last.str("action") == "updated" &&
		c.now.Sub(time.Time(last.values["date_created"].(naive))) < consolidation && last.values["user_id"] == c.userID() {
		st.consolidate(last, data, previous, changed)
		last.values["date_updated"] = now
		c.s.hooks.announce(c, last)
		return
	}
	if l.request == nil && c.method != "" {
		l.request = makeID("request", "req_", st.requests, 22)
		st.requests++
	}
	if changed == nil {
		changed = []string{}
	}
	e := st.addEvent(map[string]any{
		"object_type": eventType(o), "object_id": o.id, "action": action, "lead_id": eventLead(o),
		"user_id": c.userID(), "request_id": l.request, "api_key_id": c.apiKeyID(), "changed_fields": changed,
		"data": data, "previous_data": previous, "meta": l.journal.meta, "date_created": now, "date_updated": now,
	})
	st.lastEvents[o.id] = e
	c.s.hooks.announce(c, e)
}

// consolidate joins an update to the event of an earlier one: what was before the first one stays.
func (st *store) consolidate(e *object, data any, previous fields, changed []string) {
	names, _ := e.values["changed_fields"].([]string)
	old, _ := e.values["previous_data"].(fields)
	for _, f := range previous {
		if !slices.Contains(names, f.name) {
			old = append(old, f)
		}
	}
	names = slices.Compact(slices.Sorted(slices.Values(slices.Concat(names, changed))))
	e.values["data"], e.values["previous_data"], e.values["changed_fields"] = data, old, names
}

// addEvent adds an event to the log, which forgets the oldest ones when it is full.
func (st *store) addEvent(values map[string]any) *object {
	t := st.tables["event"]
	if len(t.all) >= maxEvents {
		st.remove("event", slices.Clone(t.all[:maxEvents/10])...)
	}
	return st.add("event", "ev_", values)
}

// userID is who makes the call; nil for the system.
func (c *call) userID() any {
	if c.user == nil {
		return nil
	}
	return c.user.id
}
