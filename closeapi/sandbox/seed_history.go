package sandbox

import (
	"maps"
	"math/rand/v2"
	"time"
)

// A history makes what happened with one lead. Each lead has random numbers of its own, so that a change of one history
// leaves the others as they are.
type history struct {
	*seeder
	number   int
	lead     *object
	contacts []*object
	age      int // of the lead, in days
}

// seedHistory makes the activities of the demo leads. It draws no random number of the data that was there before.
func seedHistory(st *store, now time.Time) {
	s := newSeeder(st, now)
	for i, lead := range st.tables["lead"].all {
		s.random = rand.New(rand.NewPCG(2026, uint64(i))) //nolint:gosec // the data has to be the same on every start
		h := &history{s, i, lead, st.of("contact", lead.id), s.daysOld(lead)}
		h.beginnings()
		h.leadStatuses()
		for _, opportunity := range st.of("opportunity", lead.id) {
			h.opportunityStatuses(opportunity)
		}
		h.completions()
		h.conversations()
	}
}

// daysOld is since how many days an object is there.
func (s *seeder) daysOld(o *object) int {
	made, _ := o.moment("date_created")
	return int(s.today.Sub(day(made.t).t).Hours() / 24)
}

// conversations are what people said and wrote: more with every sixth lead, and more of late.
func (h *history) conversations() {
	kinds := []struct {
		weight int
		tell   func(days int)
	}{
		{26, h.note}, {24, h.phoned}, {16, h.mailed}, {12, h.texted}, {6, h.whatsApp}, {9, h.met}, {7, h.reviewed},
	}
	count := 6 + h.random.IntN(9)
	if h.number%6 == 0 {
		count += 12
	}
	for range count {
		span := min(h.age, 120)
		days := min(h.random.IntN(span), h.random.IntN(span))
		chosen := h.random.IntN(100)
		for _, kind := range kinds {
			if chosen -= kind.weight; chosen < 0 {
				kind.tell(days)
				break
			}
		}
	}
	if h.number%9 == 4 {
		h.unsent(messageDraft)
	}
	if h.number%11 == 5 {
		h.unsent(messageScheduled)
	}
}

// wrote makes an activity of a user at a moment.
func (h *history) wrote(resource string, user *object, made time.Time, own map[string]any) *object {
	values := map[string]any{
		"lead_id": h.lead.id, "contact_id": nil, "user_id": nil, "users": []string{}, "activity_at": at(made),
	}
	var author any
	if user != nil {
		values["user_id"], author = user.id, user.id
	}
	maps.Copy(values, own)
	return h.st.add(resource, "acti_", h.by(values, author, made))
}

// after is a moment so much later than another one, if that has come already; otherwise half of the time until now.
func (h *history) after(t time.Time, d time.Duration) time.Time {
	if later := t.Add(d); later.Before(h.now) {
		return later
	}
	return t.Add(h.now.Sub(t) / 2)
}

func (h *history) user() *object { return one(h.seeder, h.users) }

// person is a contact of the lead who can be called or written to.
func (h *history) person() *object {
	if contact := one(h.seeder, h.contacts); number(contact) != nil && emailOf(contact) != "" {
		return contact
	}
	return h.contacts[0] // has an address and a number
}

func emailOf(contact *object) string {
	if emails := asList(contact.values["emails"]); len(emails) > 0 {
		return asText(emails[0].(fields).get("email"))
	}
	return ""
}

// told is a text with the names of the contact and the lead.
func (h *history) told(text string, contact *object) string { return told(text, contact, h.lead) }
