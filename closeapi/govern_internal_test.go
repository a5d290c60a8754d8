package closeapi

import (
	"encoding/binary"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestIdleLinesAreForgotten has many callers come and go: what is kept of them is bounded, and gone when they are.
func TestIdleLinesAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGovern(Config{}, nil)
		key := func(i int) BudgetKey {
			k := BudgetKey{Group: "lead read"}
			binary.BigEndian.PutUint64(k.Identity[:], uint64(i))
			return k
		}
		first := g.line(key(0), time.Now())
		for i := range maxLines + 100 {
			g.line(key(i+1), time.Now())
		}
		if n := g.lines.Len(); n != maxLines {
			t.Errorf("%d lines are kept, want %d", n, maxLines)
		}
		if g.line(key(0), time.Now()) == first {
			t.Error("the line that was not used for the longest time is still there")
		}
		again := g.line(key(0), time.Now())
		<-time.After(lineLasts - time.Second)
		if g.line(key(0), time.Now()) != again {
			t.Error("a line that was in use is forgotten")
		}
		<-time.After(lineLasts)
		if g.line(key(0), time.Now()) == again {
			t.Error("a line that was not used for long is still there")
		}
		if n := g.lines.Len(); n != 1 {
			t.Errorf("%d lines are kept, want the one in use", n)
		}
	})
}

// TestDeadlineMovesWhileWaiting has a caller with more patience join a call that waits, before the wait gets longer than
// the first one has patience for.
func TestDeadlineMovesWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newGovern(Config{Pace: PacePolicy{MaxQueue: 1}}, nil).line(BudgetKey{}, time.Now())
		begin := time.Now()
		stop := func(after time.Duration) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.budget.stop = begin.Add(after)
		}
		stop(3 * time.Second)
		f := &flight{values: t.Context(), mu: new(sync.Mutex), deadline: begin.Add(5 * time.Second)}
		done := make(chan error)
		go func() {
			_, err := l.enter(f, &exchange{op: &operation{}}, begin)
			done <- err
		}()
		synctest.Wait()
		f.mu.Lock()
		f.deadline = begin.Add(time.Minute)
		f.mu.Unlock()
		stop(20 * time.Second)
		l.changed()
		if err := <-done; err != nil || time.Since(begin) != 20*time.Second {
			t.Errorf("enter = %v after %v, want leave after 20s", err, time.Since(begin))
		}
	})
}

// TestRateLimitOf reads the headers in all forms that Close has sent (observed).
func TestRateLimitOf(t *testing.T) {
	t.Parallel()
	const name, limit, remaining, reset = "Ratelimit", "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset"
	for text, tt := range map[string]struct {
		header map[string]string
		want   RateLimit
		ok     bool
	}{
		"one header": {map[string]string{name: "limit=100, remaining=50, reset=0.5"}, RateLimit{100, 50, 500 * time.Millisecond}, true},
		"both": {map[string]string{name: "limit=100; remaining=100; reset=1", limit: "100", remaining: "99", reset: "1"},
			RateLimit{100, 99, time.Second}, true},
		"both, the first is smaller": {map[string]string{name: "limit=100; remaining=3; reset=1", remaining: "4.5"}, RateLimit{100, 3, time.Second}, true},
		"a header for each number":   {map[string]string{limit: " 40 ", remaining: "7.9", reset: "2"}, RateLimit{40, 7, 2 * time.Second}, true},
		"no limit":                   {map[string]string{remaining: "7", reset: "2"}, RateLimit{-1, 7, 2 * time.Second}, true},
		"no reset":                   {map[string]string{limit: "40", remaining: "7"}, RateLimit{}, false},
		"no remaining":               {map[string]string{limit: "40", reset: "2"}, RateLimit{}, false},
		"nonsense":                   {map[string]string{name: "soon", remaining: "-1", reset: "x"}, RateLimit{}, false},
		"nothing":                    {nil, RateLimit{}, false},
	} {
		header := http.Header{}
		for name, value := range tt.header {
			header.Set(name, value)
		}
		if got, ok := rateLimitOf(header); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %+v, %v, want %+v, %v", text, got, ok, tt.want, tt.ok)
		}
	}
}

// TestGroups says which operations are taken to share a budget.
func TestGroups(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		group string
		reads bool
	}{
		"GET /lead/{id}/":               {"lead read", true},
		"GET /lead/":                    {"lead read", true},
		"PUT /lead/{id}/":               {"lead write", false},
		"POST /lead/merge/":             {"lead write", false},
		"POST /data/search/":            {"search", true},
		"POST /report/activity/":        {"report read", true},
		"GET /report/activity/metrics/": {"report read", true},
		"POST /export/lead/":            {"export write", false},
		"GET /activity/call/":           {"activity read", true},
	} {
		if op := operations()[name]; op.group != want.group || op.Reads != want.reads {
			t.Errorf("%s is in %q, reads %v, want %+v", name, op.group, op.Reads, want)
		}
	}
}
