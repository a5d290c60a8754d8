package sandbox

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// A Fault is something that goes wrong with matching requests. Its zero members change nothing.
type Fault struct {
	Match       string        // "GET /task/", "GET /lead/{id}/", "GET /lead/lead_x/", "/task/" for every method, or "" for all
	Times       int           // how many requests it hits; 0 means all
	Chance      float64       // how likely it hits one, between 0 and 1; 0 means always
	Delay       time.Duration // how long the answer takes
	Status      int           // answered in place of the real answer
	Body        string        // goes with Status, which is 200 if only this is set
	ContentType string        // goes with Status and Body; application/json by default
	Header      http.Header   // set on the answer
	Truncate    int           // the connection breaks after so many bytes of the body; the whole length was announced
	CutJSON     int           // the body ends after so many bytes, and says that this is its length
	Drop        bool          // the connection breaks without an answer
	RateLimited bool          // 429 with the headers that tell when to come back
	Ignore      []string      // parameters that have no effect, as Close does with those that it does not know
	LeaveOut    []string      // members that the answer does not have, as if Close had dropped them
}

// Fault adds f to the faults. The first one that matches a request, and hits it if it is left to chance, applies, and
// no other.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault returns the fault of this request, which may be the zero one, and counts it.
func (s *Server) fault(c *call) Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if !f.matches(c) || f.Chance > 0 && s.dice.Float64() >= f.Chance {
			continue
		}
		hit := *f
		if f.Times == 1 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		} else if f.Times > 1 {
			f.Times--
		}
		return hit
	}
	return Fault{}
}

func (f *Fault) matches(c *call) bool {
	method, path, found := strings.Cut(f.Match, " ")
	if !found {
		method, path = "", f.Match
	}
	return (method == "" || method == c.method) && (path == "" || path == c.path || path == c.template)
}

// answer is what the fault answers by itself; nil means that the real answer goes out.
func (f *Fault) answer(l *limiter) *answer {
	if f.RateLimited {
		window := l.window.Seconds()
		return l.refuse(budget{limit: l.limit, reset: window / 2, window: window, scope: "key", exceeded: true})
	}
	if f.Status == 0 && f.Body == "" {
		return nil
	}
	a := newAnswer(f.Status, []byte(f.Body))
	if f.Status == 0 {
		a.status = http.StatusOK
	}
	if f.ContentType != "" {
		a.header.Set("Content-Type", f.ContentType)
	}
	return a
}

// wait passes the time d, or ends with the context.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
