package closeapi

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// stateVersion is the form of a state that is kept. States of another form are none.
const stateVersion = 1

// budgetState is a budget as it is kept for several processes. Times are in microseconds since 1970.
type budgetState struct {
	Version, Origin     uint64
	Sent, Stopped, Asof uint64
	Last, Stop          int64
	Refusals, Room      int64
	Since               flightState
	Told                windowState
	Seen                int64
	Young               flightState
	Learned             windowState
	Step, Passed        int64
	After, Rolled       uint64
	Turns               [maxTurns]turnState
}

type turnState struct {
	Name         uint64
	Since, Until int64
}

type flightState struct {
	Since        int64
	Young, Old   uint64
	Fresh, Aging int64
}

type windowState struct{ Size, Left, End, Length int64 }

// encode is the state of a budget.
func (s *settled) encode() []byte {
	b := &s.budget
	state := budgetState{
		Version: stateVersion, Origin: s.origin,
		Sent: b.sent, Stopped: b.stopped, Asof: b.told.asOf,
		Last: b.last.UnixMicro(), Stop: b.stop.UnixMicro(),
		Refusals: int64(b.refusals), Room: int64(b.room),
		Since: b.since.state(),
		Told:  b.told.window.state(), Seen: b.told.seen.UnixMicro(), Young: b.told.flights.state(),
		Learned: b.learned.state(), Step: int64(min(b.learned.step, math.MaxInt32)), Passed: int64(b.learned.passed), After: b.learned.after,
	}
	if b.learned.rolled {
		state.Rolled = 1
	}
	for i, t := range s.turns {
		if t.name != 0 {
			state.Turns[i] = turnState{Name: t.name, Since: t.since.UnixMicro(), Until: t.until.UnixMicro()}
		}
	}
	text, err := binary.Append(nil, binary.BigEndian, state)
	if err != nil {
		panic(err) // it is a struct of numbers
	}
	return text
}

// decode reads a state, and reports false when it is none. Times that lie further ahead than any that is believed come of
// a clock that was set back.
func (s *settled) decode(text []byte, base time.Duration, now time.Time) bool {
	var state budgetState
	if binary.Read(bytes.NewReader(text), binary.BigEndian, &state) != nil || len(text) != binary.Size(state) || !state.plausible() {
		return false
	}
	at := func(micros int64) time.Time {
		if t := time.UnixMicro(micros); t.Before(now.Add(maxStop)) {
			return t
		}
		return now.Add(maxStop)
	}
	b := budget{
		base: base, sent: state.Sent, stopped: state.Stopped, last: at(state.Last), stop: at(state.Stop),
		refusals: int(state.Refusals), room: int(min(state.Room, math.MaxInt)), since: state.Since.flights(at),
	}
	b.told = toldWindow{window: state.Told.window(at), seen: at(state.Seen), asOf: state.Asof, flights: state.Young.flights(at)}
	b.learned = learnedWindow{
		window: state.Learned.window(at), step: int(state.Step), after: state.After, passed: int(state.Passed), rolled: state.Rolled == 1,
	}
	s.origin, s.budget, s.turns = state.Origin, b, turns{}
	for i, t := range state.Turns {
		if t.Name != 0 {
			s.turns[i] = turn{name: t.Name, since: at(t.Since), until: at(t.Until)}
		}
	}
	return true
}

// plausible reports whether a state is one that encode may have made: no number is one that calls are not counted by.
func (s *budgetState) plausible() bool {
	for _, n := range []int64{
		s.Refusals, s.Since.Fresh, s.Since.Aging, s.Young.Fresh, s.Young.Aging, s.Told.Size, s.Told.Left, s.Learned.Size, s.Learned.Left,
		s.Step, s.Passed,
	} {
		if n < -math.MaxInt32 || n > math.MaxInt32 {
			return false
		}
	}
	for _, length := range []int64{s.Told.Length, s.Learned.Length} {
		if length < 0 || length > int64(maxReset) {
			return false
		}
	}
	return s.Version == stateVersion && s.Origin != 0 && s.Room >= 1 && s.Told.Size >= 0 && s.Learned.Size >= 0
}

// shift turns the times of a budget into those of a clock that is ahead by so much.
func (b *budget) shift(ahead time.Duration) {
	for _, t := range []*time.Time{
		&b.last, &b.stop, &b.since.since, &b.told.seen, &b.told.end, &b.told.flights.since, &b.learned.end,
	} {
		*t = t.Add(ahead)
	}
}

func (f flights) state() flightState {
	return flightState{Since: f.since.UnixMicro(), Young: f.young, Old: f.old, Fresh: int64(f.fresh), Aging: int64(f.aging)}
}

func (s flightState) flights(at func(int64) time.Time) flights {
	return flights{since: at(s.Since), young: s.Young, old: s.Old, fresh: int(s.Fresh), aging: int(s.Aging)}
}

func (w window) state() windowState {
	return windowState{Size: int64(w.size), Left: int64(w.left), End: w.end.UnixMicro(), Length: int64(w.length)}
}

func (s windowState) window(at func(int64) time.Time) window {
	return window{size: int(s.Size), left: int(s.Left), end: at(s.End), length: time.Duration(s.Length)}
}
