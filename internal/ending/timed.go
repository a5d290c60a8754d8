package ending

import (
	"context"
	"sync"
	"time"
)

// Timed is the end of a context that can be canceled, and ends by itself when its time is over. It is embedded in the context,
// and begins with [Times.Begin]. It is safe for concurrent use once it has begun.
type Timed struct {
	Ending

	of             *Times // nil when there is no deadline
	deadline       time.Time
	earlier, later *Timed // in the list of those that have not ended, under its mu
}

// Deadline is when the time is over.
func (t *Timed) Deadline() (time.Time, bool) { return t.deadline, t.of != nil }

// Cancel ends the context, once. It must be called sooner or later, or the context is kept until its time is over.
func (t *Timed) Cancel() {
	if t.of != nil {
		t.of.remove(t)
	}
	t.Ending.Cancel()
}

// Times ends contexts that all may take equally long. So they end in the order in which they begin, and one timer does for
// all, where the standard library has one for each. The zero value sets no limit. It is safe for concurrent use.
type Times struct {
	// Limit is how long a context may take; zero for no limit.
	Limit time.Duration

	mu          sync.Mutex
	first, last *Timed      // of those that have not ended, in the order in which their time is over
	timer       *time.Timer // for the first, or one that was before it; nil while there are none
}

// Begin begins the time of a context, at a moment that has just been.
func (s *Times) Begin(t *Timed, at time.Time) {
	if s.Limit <= 0 {
		return
	}
	t.of, t.deadline = s, at.Add(s.Limit)
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.earlier = s.last; s.last != nil {
		s.last.later = t
	} else {
		s.first = t
	}
	s.last = t
	if s.timer == nil {
		s.timer = time.AfterFunc(time.Until(t.deadline), s.expire)
	}
}

// remove takes a context from the list, if it is there.
func (s *Times) remove(t *Timed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.earlier == nil && s.first != t {
		return
	}
	if t.earlier != nil {
		t.earlier.later = t.later
	} else {
		s.first = t.later
	}
	if t.later != nil {
		t.later.earlier = t.earlier
	} else {
		s.last = t.earlier
	}
	t.earlier, t.later = nil, nil
}

// expire ends those whose time is over, and sets the timer for the next.
func (s *Times) expire() {
	for {
		s.mu.Lock()
		t := s.first
		if t == nil {
			s.timer = nil
		} else if left := time.Until(t.deadline); left > 0 {
			s.timer.Reset(left)
			t = nil
		}
		s.mu.Unlock()
		if t == nil {
			return
		}
		s.remove(t)
		t.end(context.DeadlineExceeded)
	}
}
