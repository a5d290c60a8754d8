package ending

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// request is a context with an ending.
type request struct{ Ending }

func (*request) Deadline() (time.Time, bool) { return time.Time{}, false }
func (*request) Value(any) any               { return nil }

// TestEnding ends a context, and looks at all who want to know: those who asked before, and those who ask afterwards.
func TestEnding(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r request
		if err := r.Err(); err != nil {
			t.Errorf("Err = %v before the end", err)
		}
		var mu sync.Mutex
		called := map[string]int{}
		call := func(name string) func() {
			return func() {
				mu.Lock()
				defer mu.Unlock()
				called[name]++
			}
		}
		before, stop := context.WithCancel(&r)
		defer stop()
		done := r.Done()
		context.AfterFunc(&r, call("before"))
		stopped := context.AfterFunc(&r, call("stopped"))
		added, removed := &Watch{Call: call("added")}, &Watch{Call: call("removed")}
		r.Add(added)
		r.Add(removed)
		if !stopped() || !r.Remove(removed) {
			t.Error("what has not ended cannot be stopped")
		}
		synctest.Wait()
		select {
		case <-done:
			t.Error("it is done before the end")
		default:
		}

		r.Cancel()
		r.Cancel()
		<-done
		<-r.Done()
		context.AfterFunc(&r, call("after"))
		after, stop := context.WithCancel(&r)
		defer stop()
		synctest.Wait()
		for name, ctx := range map[string]context.Context{"it": &r, "one made before": before, "one made after": after} {
			if err := ctx.Err(); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: Err = %v, want %v", name, err, context.Canceled)
			}
		}
		for name, want := range map[string]int{"before": 1, "added": 1, "after": 1, "stopped": 0, "removed": 0} {
			if called[name] != want {
				t.Errorf("what was %s is called %d times, want %d", name, called[name], want)
			}
		}
		if r.Remove(added) {
			t.Error("what was called was removed in time")
		}
	})
}
