package ending

import (
	"sync"
	"time"
)

// Times tells of many things when each has taken too long, which is equally long for all. So they are late in the order in
// which they began, and one timer does for all, where one for each costs more than most of them take. It is safe for
// concurrent use.
type Times struct {
	// Limit is how long each may take.
	Limit time.Duration

	mu          sync.Mutex
	first, last *Time       // of those that are under way, in the order in which they began
	timer       *time.Timer // for the first, or one that was before it; nil while there are none
}

// Time is the time of one thing. It can be begun again once it was ended, or has been late.
type Time struct {
	// Late is told, once, if the time was not ended before it was over. It holds up those that are late next.
	Late interface{ Late() }

	at             time.Time // when it is over
	begun          bool      // and neither ended nor over
	earlier, later *Time
}

// Begin begins a time, at a moment that has just been.
func (s *Times) Begin(t *Time, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.at, t.begun = at.Add(s.Limit), true
	if t.earlier = s.last; s.last != nil {
		s.last.later = t
	} else {
		s.first = t
	}
	s.last = t
	if s.timer == nil {
		s.timer = time.AfterFunc(time.Until(t.at), s.ring)
	}
}

// End ends a time. One that is not under way it leaves alone.
func (s *Times) End(t *Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.begun {
		s.remove(t)
	}
}

func (s *Times) remove(t *Time) {
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
	t.begun, t.earlier, t.later = false, nil, nil
}

// ring tells those that are late, and sets the timer for the next.
func (s *Times) ring() {
	for t := s.next(); t != nil; t = s.next() {
		t.Late.Late()
	}
}

// next takes one that is late from the list. When there is none, it sets the timer.
func (s *Times) next() *Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.first
	if t == nil {
		s.timer = nil
		return nil
	}
	if left := time.Until(t.at); left > 0 {
		s.timer.Reset(left)
		return nil
	}
	s.remove(t)
	return t
}
