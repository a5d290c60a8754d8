package ending

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// timed is a context with a time.
type timed struct{ Timed }

func (*timed) Value(any) any { return nil }

// TestTimed begins contexts one after the other. Each must end when its own time is over, with the reason that the standard
// library gives, and what was canceled before must stay so, wherever it stands among the others.
func TestTimed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		times := Times{Limit: 10 * time.Second}
		begun := time.Now()
		var all [6]timed
		for i := range all {
			all[i].Begin(&times, time.Now())
			<-time.After(time.Second)
		}
		all[0].Cancel()
		all[2].Cancel()
		all[2].Cancel()
		all[5].Cancel()
		for i, want := range []error{context.Canceled, context.DeadlineExceeded, context.Canceled, context.DeadlineExceeded, context.DeadlineExceeded, context.Canceled} {
			ctx := &all[i]
			at := begun.Add(time.Duration(i)*time.Second + times.Limit)
			if deadline, ok := ctx.Deadline(); !ok || !deadline.Equal(at) {
				t.Errorf("context %d: Deadline = %v, %v, want %v", i, deadline, ok, at)
			}
			child, stop := context.WithCancel(ctx)
			if errors.Is(want, context.DeadlineExceeded) && child.Err() != nil {
				t.Errorf("context %d has ended %v before its time", i, time.Until(at))
			}
			<-child.Done()
			if early := time.Until(at); errors.Is(want, context.DeadlineExceeded) && early != 0 {
				t.Errorf("context %d ended %v before its time", i, early)
			}
			if !errors.Is(ctx.Err(), want) || !errors.Is(child.Err(), want) {
				t.Errorf("context %d: Err = %v, that of one made of it %v, want %v", i, ctx.Err(), child.Err(), want)
			}
			stop()
		}

		<-time.After(time.Hour) // the timer has nothing to do meanwhile, and is needed again
		var later timed
		later.Begin(&times, time.Now())
		begun = time.Now()
		<-later.Done()
		if took := time.Since(begun); took != times.Limit {
			t.Errorf("a context that began later ended after %v, want %v", took, times.Limit)
		}
	})
}

// TestTimedWithoutLimit begins a context without a limit.
func TestTimedWithoutLimit(t *testing.T) {
	t.Parallel()
	var times Times
	var ctx timed
	ctx.Begin(&times, time.Now())
	if deadline, ok := ctx.Deadline(); ok {
		t.Errorf("Deadline = %v, want none", deadline)
	}
	ctx.Cancel()
	if err := ctx.Err(); !errors.Is(err, context.Canceled) {
		t.Errorf("Err = %v, want %v", err, context.Canceled)
	}
}
