package sandbox

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxEventPage is the largest page of the event log, and the one without _limit (Close docs: Event Log).
const maxEventPage = 50

// eventFilters are the parameters that choose events, beside date_updated.
var eventFilters = []string{"object_type", "object_id", "action", "lead_id", "user_id", "request_id"}

// eventCombinations are the sets of filters that Close takes (Close docs: Event Log).
var eventCombinations = []string{
	"", "request_id", "object_id,object_type", "action,object_type", "action,object_id",
	"lead_id", "lead_id,object_type", "action,lead_id,object_type", "lead_id,user_id", "lead_id,object_type,user_id",
	"action,lead_id,object_type,user_id",
	"user_id", "object_id,user_id", "action,object_id,user_id", "object_type,user_id", "action,object_type,user_id",
}

// eventsEndpoint is GET /event/.
func eventsEndpoint(a *api) *endpoint {
	e := a.resources["event"].endpoint("read", listEvents, eventFilters, []string{"_limit", "_cursor", "date_updated"})
	for _, op := range ranges {
		e.params["date_updated"+op] = true
	}
	return e
}

func listEvents(c *call, b []byte) ([]byte, *apiError) {
	var given []string
	for _, name := range eventFilters {
		if c.params.Get(name) != "" {
			given = append(given, name)
		}
	}
	slices.Sort(given)
	if !slices.Contains(eventCombinations, strings.Join(given, ",")) {
		return nil, refuse(http.StatusBadRequest, "The combination of filters "+strings.Join(given, ", ")+" is not supported.")
	}
	limit := maxEventPage
	if text := c.params.Get("_limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxEventPage {
			return nil, refuseField("_limit", "Input should be less than or equal to "+strconv.Itoa(maxEventPage))
		}
		limit = n
	}
	cursor, refused := readEventCursor(c)
	if refused != nil {
		return nil, refused
	}
	tests, refused := eventDates(c, cursor.dates)
	if refused != nil {
		return nil, refused
	}
	for _, name := range given {
		value := c.params.Get(name)
		tests = append(tests, func(o *object) bool { return o.str(name) == value })
	}
	var found []*object
	for _, e := range c.s.store.tables["event"].all {
		if kept(c.now, e) && c.sees(e) && passes(e, tests) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(x, y *object) int { return placeOf(y).compare(placeOf(x)) })
	return cursor.page(c, b, found, limit)
}

// kept reports whether the log still has an event.
func kept(now time.Time, e *object) bool {
	return now.Sub(time.Time(e.values["date_updated"].(naive))) <= eventLife
}

// eventDates are the bounds on date_updated.
func eventDates(c *call, dates url.Values) ([]predicate, *apiError) {
	var tests []predicate
	for name, values := range dates {
		limit, ok := parseMoment(values[0])
		if !ok {
			return nil, refuseField(name, "Not a valid date.")
		}
		tests = append(tests, func(e *object) bool {
			return holds(strings.TrimPrefix(name, "date_updated"), time.Time(e.values["date_updated"].(naive)).Compare(limit.at(c.offset)))
		})
	}
	return tests, nil
}

// eventPlace is where an event stands in the log.
type eventPlace struct {
	milli int64
	seq   int
}

func placeOf(e *object) eventPlace {
	return eventPlace{time.Time(e.values["date_updated"].(naive)).UnixMilli(), e.seq}
}

func (p eventPlace) compare(q eventPlace) int {
	return cmp.Or(cmp.Compare(p.milli, q.milli), cmp.Compare(p.seq, q.seq))
}

// An eventCursor is where a page of the log begins. It knows the bounds in time, so that they need not be repeated
// (Close docs: Event Log).
type eventCursor struct {
	given bool
	older bool // than the place; newer otherwise
	place eventPlace
	dates url.Values
}

// page writes the page of a cursor, of events with the newest first.
func (k eventCursor) page(c *call, b []byte, found []*object, limit int) ([]byte, *apiError) {
	from, to := 0, min(limit, len(found))
	if k.given {
		from, to = len(found), len(found)
		if i := slices.IndexFunc(found, func(e *object) bool { return placeOf(e).compare(k.place) < 0 }); k.older && i >= 0 {
			from, to = i, min(i+limit, len(found))
		}
		if i := slices.IndexFunc(found, func(e *object) bool { return placeOf(e).compare(k.place) <= 0 }); !k.older {
			if i >= 0 {
				to = i
			}
			from = max(0, to-limit)
		}
	}
	var next, previous any
	if from < to && to < len(found) {
		next = k.at(c, "older", found[to-1])
	}
	if from < to && from > 0 {
		previous = k.at(c, "newer", found[from])
	}
	v := c.view()
	return v.fields(b, fields{{"data", found[from:to]}, {"cursor_next", next}, {"cursor_previous", previous}}), nil
}

// at is the text of the cursor of what is older or newer than an event.
func (k eventCursor) at(c *call, side string, e *object) string {
	p := placeOf(e)
	parts := []string{side, strconv.FormatInt(p.milli, 10), strconv.Itoa(p.seq), eventHash(c), k.dates.Encode()}
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, ".")))
}

// readEventCursor reads _cursor, or makes the cursor of the beginning.
func readEventCursor(c *call) (eventCursor, *apiError) {
	k := eventCursor{dates: url.Values{}}
	for name, values := range c.params {
		if strings.HasPrefix(name, "date_updated") {
			k.dates[name] = values
		}
	}
	cursor := c.params.Get("_cursor")
	if cursor == "" {
		return k, nil
	}
	if len(k.dates) > 0 {
		if refused := c.strict("date_updated beside _cursor"); refused != nil {
			return k, refused
		}
	}
	invalid := refuseField("_cursor", "Invalid cursor")
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.SplitN(string(text), ".", 5)
	if err != nil || len(parts) != 5 || parts[3] != eventHash(c) {
		return k, invalid
	}
	milli, err1 := strconv.ParseInt(parts[1], 10, 64)
	seq, err2 := strconv.Atoi(parts[2])
	dates, err3 := url.ParseQuery(parts[4])
	if err1 != nil || err2 != nil || err3 != nil {
		return k, invalid
	}
	return eventCursor{given: true, older: parts[0] == "older", place: eventPlace{milli, seq}, dates: dates}, nil
}

// eventHash is what a cursor is bound to: the filters, but for date_updated (Close docs: Event Log).
func eventHash(c *call) string {
	bound := map[string]any{}
	for _, name := range eventFilters {
		if c.params.Has(name) {
			bound[name] = c.params.Get(name)
		}
	}
	return hashOf(bound)
}
