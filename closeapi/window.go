package closeapi

import "time"

// window is how many calls may be made until its end, and then again in as much time.
type window struct {
	size   int // calls; 0 when there is no limit
	left   int // of them
	end    time.Time
	length time.Duration
}

// waitFor is how long to wait for the next call when so many are left; not above zero when it may be made at once. The
// last tenth of a window is spread over the time that is left of it.
func (w *window) waitFor(left int, now, last time.Time) time.Duration {
	switch {
	case w.size == 0 || left > w.size/10:
		return 0
	case left > 0:
		return last.Add(w.end.Sub(last) / time.Duration(left+1)).Sub(now)
	case now.Before(w.end):
		return w.end.Sub(now)
	}
	return untilAnswer
}

// estimateFor is how long a call will wait that so many others go before, when so many are left.
func (w *window) estimateFor(left int, now, last time.Time, ahead int) time.Duration {
	end := w.end
	if !now.Before(end) {
		left, end = w.size, now.Add(w.length)
	}
	switch over := ahead - max(left, 0); {
	case w.size == 0:
		return 0
	case over < 0:
		return w.waitFor(left, now, last)
	case left > 0: // it may fill all the time
		return w.length * time.Duration(over+1) / time.Duration(w.size)
	default:
		return end.Sub(now) + w.length*time.Duration(over/w.size)
	}
}

// toldWindow is what the headers of answers tell. The calls that fly are not in what is left before they are answered:
// each answer says what was left when Close counted its call, and they come in any order.
//
// So left is what the answer says that Close counted last, which is the one that says least; and the calls that fly
// are taken off it, as if none of them were counted. An answer may raise it only if its call was granted after left was
// told, so that it knows all that the other one knew. Calls that have been flying for longer than a call takes to reach
// Close are counted by now, and their answers are no news any more.
type toldWindow struct {
	window
	flights
	seen time.Time // when size was told last
	asOf uint64    // the last call that was granted before left was told
}

// uncounted is longer than a call takes to reach Close.
const uncounted = 500 * time.Millisecond

// renew begins the next window when this one is over.
func (t *toldWindow) renew(now time.Time, sent uint64) {
	t.age(now, sent, uncounted)
	if !now.Before(t.end) {
		t.left, t.end = t.size, now.Add(t.length)
	}
}

// tell takes in the header of an answer.
func (t *toldWindow) tell(now time.Time, number, sent uint64, limit RateLimit) {
	t.limit(now, limit.Limit, limit.Remaining)
	left := limit.Remaining
	if limit.Limit > t.size {
		// The organization's limit, which is nearer to its end than the key's, so that the key has at least as large a
		// part of its own left. Taking no more than that leaves the rest to the other keys.
		left = int(int64(left) * int64(t.size) / int64(limit.Limit))
	}
	reset := min(limit.Reset, maxStop)
	t.length = max(reset, t.length-t.length/64) // the longest of late: a bucket that is nearly full tells less
	switch {
	case number > t.asOf:
		t.left, t.end, t.asOf = left, now.Add(reset), sent
	case number > t.old:
		t.left, t.end = min(t.left, left), later(t.end, now.Add(reset))
	}
}

// limit takes in the size of a window: the smallest of late. If it was not said, it is at least what is left.
func (t *toldWindow) limit(now time.Time, size, left int) {
	if size <= 0 {
		size = max(t.size, left, 1)
	}
	if t.size == 0 || size <= t.size || now.Sub(t.seen) > limitLasts {
		t.size, t.seen = size, now
	}
}

// refuse takes in a refusal, after which nothing is left before the time that Close names.
func (t *toldWindow) refuse(now time.Time, sent uint64, stop time.Time, size int) {
	if size > 0 {
		t.limit(now, size, 0)
	}
	t.left, t.end, t.asOf = 0, stop, sent
}

func (t *toldWindow) wait(now, last time.Time) time.Duration {
	return t.waitFor(t.left-t.flying(), now, last)
}

func (t *toldWindow) estimate(now, last time.Time, ahead int) time.Duration {
	return t.estimateFor(t.left-t.flying(), now, last, ahead)
}

// learnedWindow is what refusals teach where headers are missing, or tell less than the truth. The window after the
// first refusal is measured.
type learnedWindow struct {
	window
	step   int    // by how many calls the next one may be larger; 0 right after a refusal
	after  uint64 // the last call before the window
	passed int    // calls of the window that were answered
	rolled bool   // whether the window began because the one before was over, and not after a refusal
}

// renew begins the next window when this one is over. One that was used up without a refusal may be larger, and is tried
// so: by one call, then by two, and so on, up to the limit if one was told.
func (l *learnedWindow) renew(now time.Time, sent uint64, limit int) {
	if l.length == 0 || now.Before(l.end) {
		return
	}
	l.rolled = l.step > 0
	switch {
	case l.step == 0:
		l.step = 1
	case l.size > 0 && l.left <= 0:
		l.size += min(l.step, max(l.size/4, 1))
		l.step *= 2
	}
	if limit > 0 {
		l.size = min(l.size, limit)
	}
	l.left, l.end = l.size, now.Add(l.length)
	l.after, l.passed = sent, 0
}

// refuse learns from a refusal what a window holds.
func (l *learnedWindow) refuse(number uint64, wait time.Duration, stop time.Time, size int) {
	switch {
	case l.length == 0:
		l.size, l.length = max(size, 0), wait
	case number > l.after && l.passed > 0:
		l.size, l.length = max(l.passed, l.size/2), max(wait, l.length*3/4)
	case l.rolled: // nothing passed in a window of its own, so that it began too early
		l.length = min(l.length+wait, maxStop)
	}
	l.left, l.end, l.step = 0, stop, 0
}

func (l *learnedWindow) wait(now, last time.Time) time.Duration {
	return l.waitFor(l.left, now, last)
}

func (l *learnedWindow) estimate(now, last time.Time, ahead int) time.Duration {
	return l.estimateFor(l.left, now, last, ahead)
}

// later is the later of two times.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
