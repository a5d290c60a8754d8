package closeapi

import (
	"math"
	"time"
)

const (
	// firstRoom is how many calls may fly at once while nothing is known of the limit.
	firstRoom = 16
	// maxStop is the longest that refusals stop a group, and the longest window that is believed. After that one call
	// finds out whether it was meant.
	maxStop = time.Minute
	// limitLasts is how long a limit is remembered that was told no more.
	limitLasts = 10 * time.Minute
	// unanswered is for how long a call may fly at most: longer than an attempt lasts.
	unanswered = time.Minute
	// impatience is after how long without an answer one more call may find out, since the answer may never come.
	impatience = 5 * time.Second
	// untilAnswer is how long to wait for an answer: one wakes those who wait sooner.
	untilAnswer = time.Second
)

// budget decides when calls may be made, for one identity and group of endpoints. It knows no number before Close has
// told or shown it, and it believes what holds however Close counts, in buckets that fill all the time or in windows:
//
//   - Of the calls that the header says are left, those that still fly may not be counted yet.
//   - When the header's time is over, there is a whole limit again.
//   - After a refusal nobody calls before the time that Close names, then one call at first, and more as answers come.
//   - Where refusals come although the header tells of no end, or is missing, what passed before them is the limit.
//
// It is not safe for concurrent use.
type budget struct {
	base time.Duration // the first stop after a refusal that names none

	sent uint64    // calls that were granted; the number of the last one
	last time.Time // when that was

	stop     time.Time // before this, none is granted
	stopped  uint64    // the last call that was granted before the last refusal
	refusals int       // refusals in a row
	since    flights   // calls since then that have not come back
	room     int       // how many of them may fly at once

	told    toldWindow
	learned learnedWindow
}

func newBudget(base time.Duration) budget { return budget{base: base, room: firstRoom} }

// reserve grants a call, and then returns 0, or returns how long to wait before asking again.
func (b *budget) reserve(now time.Time) time.Duration {
	if wait := b.held(now); wait > 0 {
		return wait
	}
	b.told.renew(now, b.sent)
	b.learned.renew(now, b.sent, b.told.size)
	if wait := max(b.told.wait(now, b.last), b.learned.wait(now, b.last)); wait > 0 {
		return wait
	}
	b.take(now)
	return 0
}

// held is how long nobody may call because of a refusal, or of knowing too little.
func (b *budget) held(now time.Time) time.Duration {
	b.since.age(now, b.sent, unanswered)
	if b.since.flying() >= b.room && now.Sub(b.last) < impatience {
		return max(b.stop.Sub(now), untilAnswer)
	}
	return b.stop.Sub(now)
}

// take grants a call without asking.
func (b *budget) take(now time.Time) {
	b.sent++
	b.since.add(b.sent, 1)
	b.told.add(b.sent, 1)
	b.learned.left--
	b.last = now
}

// report takes in what came of the call with the number.
func (b *budget) report(now time.Time, number uint64, seen Sighting) {
	b.since.add(number, -1)
	b.told.add(number, -1)
	switch seen.Outcome {
	case OutcomeUnsent:
		b.learned.left++
	case OutcomeUnanswered:
		b.told.left-- // it may be counted
	case OutcomeRefused:
		b.refuse(now, number, seen)
	case OutcomeAnswered:
		if number > b.stopped {
			b.refusals = 0
			if seen.Told {
				b.room = math.MaxInt
			} else if b.room < math.MaxInt {
				b.room++
			}
		}
		if number > b.learned.after {
			b.learned.passed++
		}
		if seen.Told && seen.Limit.Remaining >= 0 {
			b.told.tell(now, number, b.sent, seen.Limit)
		} else {
			b.told.left--
		}
	}
}

// refuse takes in a 429.
func (b *budget) refuse(now time.Time, number uint64, seen Sighting) {
	wait := min(seen.Limit.Reset, maxStop)
	if number <= b.stopped { // it was on its way when another was refused, and is no news
		if seen.Told {
			b.stop = later(b.stop, now.Add(wait))
		}
		return
	}
	b.refusals++
	doubled := b.refusals - 1
	if seen.Told { // what Close asks for is enough the first time
		doubled--
	}
	if doubled >= 0 {
		wait = max(wait, min(b.base<<min(doubled, 20), maxStop))
	}
	b.stop, b.stopped, b.since, b.room = now.Add(wait), b.sent, none(now, b.sent), 1
	b.told.refuse(now, b.sent, b.stop, seen.Limit.Limit)
	b.learned.refuse(number, wait, b.stop, seen.Limit.Limit)
}

// estimate is how long a call will wait that so many others go before, as far as is known.
func (b *budget) estimate(now time.Time, ahead int) time.Duration {
	return max(b.stop.Sub(now), b.told.estimate(now, b.last, ahead), b.learned.estimate(now, b.last, ahead), 0)
}
