package sandbox

import (
	"time"
)

// A moment is a point in time, or a whole day in whatever zone it is looked at from, as a task's date can be
// (Close docs: Tasks).
type moment struct {
	t   time.Time // for a day, its midnight in UTC
	day bool
}

// at is the moment for someone at an offset from UTC: a day begins when it begins there.
func (m moment) at(offset time.Duration) time.Time {
	if m.day {
		return m.t.Add(-offset)
	}
	return m.t
}

func (m moment) append(b []byte) []byte {
	b = append(b, '"')
	if m.day {
		b = m.t.AppendFormat(b, time.DateOnly)
	} else {
		b = m.t.UTC().AppendFormat(b, momentLayout)
	}
	return append(b, '"')
}

// at is the moment of a time, to the microsecond that Close writes.
func at(t time.Time) moment { return moment{t: t.UTC().Truncate(time.Microsecond)} }

// day is the day of a time in UTC.
func day(t time.Time) moment {
	t = t.UTC()
	return moment{t: time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC), day: true}
}

// parseMoment reads a date or a date-time. A date-time without an offset is taken as UTC.
func parseMoment(text string) (moment, bool) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return moment{t: t, day: true}, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return at(t), true
		}
	}
	return moment{}, false
}
