package closeapi

import (
	"testing"
	"time"
)

// aBudget is a budget that has seen something of everything.
func aBudget(now time.Time) budget {
	b := newBudget(500 * time.Millisecond)
	b.reserve(now)
	b.report(now, 1, Sighting{Told: true, Limit: RateLimit{Limit: 20, Remaining: 15, Reset: 700 * time.Millisecond}})
	b.reserve(now)
	b.reserve(now.Add(time.Second))
	b.report(now.Add(2*time.Second), 2, Sighting{Outcome: OutcomeRefused, Told: true, Limit: RateLimit{Limit: 20, Reset: 3 * time.Second}})
	b.reserve(now.Add(6 * time.Second))
	return b
}

// TestBudgetState keeps a budget and finds it again, by another clock too.
func TestBudgetState(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	kept := settled{origin: 7, budget: aBudget(now)}
	var found settled
	if !found.decode(kept.encode(), kept.budget.base, now.Add(6*time.Second)) || found.origin != 7 {
		t.Fatalf("decode = %+v", found)
	}
	if again := found.encode(); string(again) != string(kept.encode()) {
		t.Errorf("found  %+v\nwhere %+v was kept", found.budget, kept.budget)
	}
	found.budget.shift(-time.Hour)
	for ahead := range 40 {
		at := now.Add(6*time.Second + time.Duration(ahead)*100*time.Millisecond)
		if got, want := found.budget.reserve(at.Add(-time.Hour)), kept.budget.reserve(at); got != want {
			t.Fatalf("at %v the one by another clock waits %v, want %v", at, got, want)
		}
	}
}

// TestClockOfBudgetsIsSetBack finds a state of an hour ahead: nobody waits that long.
func TestClockOfBudgetsIsSetBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	kept := settled{origin: 7, budget: aBudget(now)}
	kept.budget.shift(time.Hour)
	var found settled
	if !found.decode(kept.encode(), time.Second, now) {
		t.Fatal("it is not found")
	}
	begin := now
	for wait := found.budget.reserve(now); wait > 0; wait = found.budget.reserve(now) {
		if now = now.Add(wait); now.Sub(begin) > 3*maxStop {
			t.Fatalf("there is no call after %v", now.Sub(begin))
		}
	}
}

// FuzzBudgetState reads whatever is found: what is no state is none, and what is one lets somebody call in the end.
func FuzzBudgetState(f *testing.F) {
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	good := settled{origin: 7, budget: aBudget(now)}
	f.Add(good.encode())
	f.Add([]byte("nonsense"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var found settled
		if !found.decode(text, time.Second, now) {
			return
		}
		at := now
		for range 1000 {
			wait := found.budget.reserve(at)
			if wait <= 0 {
				return
			}
			at = at.Add(wait)
		}
		t.Errorf("there is no call before %v: %+v", at.Sub(now), found.budget)
	})
}
