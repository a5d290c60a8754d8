package closeapi

import "time"

// flights counts the calls that fly. It forgets those that fly for longer than a generation, at the latest after two, so
// that what is never told of, as by a process that died, does not count forever.
type flights struct {
	since      time.Time // when the present generation began
	young, old uint64    // the last calls before it, and before the generation before
	fresh      int       // the calls of the present generation that fly
	aging      int       // those of the generation before
}

// add counts a call with a number that begins or ends to fly.
func (f *flights) add(number uint64, n int) {
	switch {
	case number > f.young:
		f.fresh = max(f.fresh+n, 0)
	case number > f.old:
		f.aging = max(f.aging+n, 0)
	}
}

// age begins a new generation when the present one is over. sent is the number of the last call.
func (f *flights) age(now time.Time, sent uint64, generation time.Duration) {
	switch passed := now.Sub(f.since); {
	case passed < generation:
		return
	case passed < 2*generation:
		f.old, f.aging = f.young, f.fresh
	default:
		f.old, f.aging = sent, 0
	}
	f.since, f.young, f.fresh = now, sent, 0
}

// flying is how many calls fly.
func (f *flights) flying() int { return f.fresh + f.aging }

// none is that no call flies, up to the last one that was sent.
func none(now time.Time, sent uint64) flights { return flights{since: now, young: sent, old: sent} }
