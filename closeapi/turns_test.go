package closeapi

import (
	"testing"
	"time"
)

// TestTurns has processes wait for a budget of one call at a time: whoever waits longest is next, whoever has had its turn is
// last, and who does not come back is waited for no longer.
func TestTurns(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	one := func() budget { // has room for one call
		b := newBudget(time.Second)
		b.room = 1
		return b
	}
	var w turns
	for name := uint64(1); name <= 3; name++ {
		if !w.wait(name, now, time.Second) || w.wait(name, now, time.Second) {
			t.Errorf("that %d waits is news once", name)
		}
		now = now.Add(time.Millisecond)
	}
	who := func() (first uint64) {
		for name := uint64(1); name <= 4; name++ {
			if w.share(name, one(), now, 10) > 0 {
				if first != 0 {
					t.Errorf("%d and %d may both have the one call", first, name)
				}
				first = name
			}
		}
		return first
	}
	for _, want := range []uint64{1, 2, 3, 1} {
		got := who()
		if got != want {
			t.Errorf("it is the turn of %d, want %d", got, want)
		}
		w.got(got)
		now = now.Add(time.Millisecond)
		w.wait(got, now, time.Second)
	}
	w.wait(3, now, time.Minute)
	now = now.Add(time.Second + 2*tardiness) // the others do not come back
	if others, longer := w.before(4, now); others != 1 || longer != 1 {
		t.Errorf("%d wait, %d of them for longer than somebody new, want one", others, longer)
	}
	if got := who(); got != 3 {
		t.Errorf("it is the turn of %d, want 3", got)
	}
}

// TestManyWait has more processes wait than there are turns: nobody is stuck.
func TestManyWait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	var w turns
	for name := range uint64(3 * maxTurns) {
		w.wait(name+1, now, time.Second)
	}
	if others, _ := w.before(1000, now); others != maxTurns {
		t.Errorf("%d wait in turn, want %d", others, maxTurns)
	}
	b := newBudget(time.Second)
	if n := w.share(1, b, now, 5); n < 1 {
		t.Errorf("the first may have %d calls of %d", n, firstRoom)
	}
	now = now.Add(time.Minute)
	if n := w.share(1000, b, now, 5); n != 5 {
		t.Errorf("when all are gone one may have %d calls, want all 5 that it wants", n)
	}
}
