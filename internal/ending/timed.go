package ending

import (
	"context"
	"time"
)

// Timed is the end of a context that can be canceled, and ends by itself when its time is over. It is embedded in the context,
// and begins with [Timed.Begin]. It is safe for concurrent use once it has begun.
type Timed struct {
	Ending

	times *Times // nil when there is no deadline
	time  Time
}

// Begin gives the context the time that all have, from a moment on that has just been. Without a limit it has no deadline.
func (t *Timed) Begin(times *Times, at time.Time) {
	if times.Limit <= 0 {
		return
	}
	t.times, t.time.Late = times, (*late)(t)
	times.Begin(&t.time, at)
}

// Deadline is when the time is over.
func (t *Timed) Deadline() (time.Time, bool) { return t.time.at, t.times != nil }

// Cancel ends the context, once. It must be called sooner or later, or the context is kept until its time is over.
func (t *Timed) Cancel() {
	if t.times != nil {
		t.times.End(&t.time)
	}
	t.Ending.Cancel()
}

// late is a Timed that is told of its end.
type late Timed

// Late ends the context.
func (t *late) Late() { t.end(context.DeadlineExceeded) }
