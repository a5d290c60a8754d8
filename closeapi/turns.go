package closeapi

import "time"

// turns says which processes wait for calls of a shared budget, and since when. Without it, the one that is nearest to
// where the budget is kept would always be there first, and others would starve.
type turns [maxTurns]turn

// turn is that of a process which came and got nothing. It is over when the process gets something, or does not come back.
type turn struct {
	name  uint64 // of the process; 0 is none
	since time.Time
	until time.Time // when it will have come back
}

const (
	// maxTurns is how many processes can wait in turn; what others get is left to chance.
	maxTurns = 16
	// tardiness is how much later than it said a process may come back without losing its turn.
	tardiness = 100 * time.Millisecond
	// courtesy is how long a process waits for those before it.
	courtesy = 10 * time.Millisecond
)

// before counts the others that wait, and those of them that wait for longer.
func (t *turns) before(name uint64, now time.Time) (others, longer int) {
	since := now
	if own := t.of(name); own.name == name && now.Before(own.until) {
		since = own.since
	}
	for _, other := range t {
		if other.name == 0 || other.name == name || !now.Before(other.until) {
			continue
		}
		others++
		if other.since.Before(since) {
			longer++
		}
	}
	return others, longer
}

// of is the turn of a process, or a free one; when none is free, it is one that leads nowhere.
func (t *turns) of(name uint64) *turn {
	free := &turn{}
	for i := range t {
		switch t[i].name {
		case name:
			return &t[i]
		case 0:
			free = &t[i]
		}
	}
	return free
}

// wait notes that a process waits, and will come back after so long. It reports whether that is news.
func (t *turns) wait(name uint64, now time.Time, wait time.Duration) bool {
	for i := range t {
		if t[i].name != name && !now.Before(t[i].until) {
			t[i] = turn{} // it did not come back
		}
	}
	own, until := t.of(name), now.Add(wait+tardiness)
	if own.name == name && now.Before(own.until) {
		if until.Sub(own.until) < tardiness/2 {
			return false
		}
		own.until = until
		return true
	}
	*own = turn{name: name, since: now, until: until}
	return true
}

// got notes that a process got something: the next time it is behind those who wait.
func (t *turns) got(name uint64) {
	if own := t.of(name); own.name == name {
		*own = turn{}
	}
}

// share is how many of the calls that a budget has room for now a process takes that wants so many, others waiting too:
// those that wait for longer come first, and what there is more than one for each is shared evenly.
func (t *turns) share(name uint64, b budget, now time.Time, wanted int) int {
	others, longer := t.before(name, now)
	if others == 0 {
		return wanted
	}
	room := 0
	for room < wanted*(others+1) && b.reserve(now) <= 0 { // of a copy
		room++
	}
	if room <= longer {
		return 0
	}
	return min(wanted, (room+others)/(others+1))
}
