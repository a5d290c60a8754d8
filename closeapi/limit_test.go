package closeapi

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// limited is a limit over one end of a connection, and the other end.
func limited(t *testing.T) (*limit, *connection, net.Conn) {
	t.Helper()
	here, there := net.Pipe()
	t.Cleanup(func() { here.Close(); there.Close() })
	c := newConnection(nil, host{}, here, here)
	c.room = maxHead
	return &c.limit, c, there
}

// within begins an attempt on a connection and returns the flight that it is of.
func within(t *testing.T, l *limit, timeout time.Duration) *flight {
	t.Helper()
	f := &flight{values: t.Context()}
	if err := l.begin(&attempt{Context: f, timeout: timeout, ends: time.Now().Add(timeout)}); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLimitIsExact makes an attempt shortly after another one, with whose deadline it begins: what comes between the
// two deadlines is read, and the second one holds.
func TestLimitIsExact(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, c, there := limited(t)
		within(t, l, 32*time.Second)
		first := l.deadline
		<-time.After(500 * time.Millisecond)
		if !l.end() {
			t.Fatal("the first attempt was broken off")
		}
		within(t, l, 32*time.Second)
		if l.deadline != first {
			t.Fatalf("the deadline is another one after %v", l.deadline.Sub(first))
		}
		go func() {
			<-time.After(time.Until(first) + 100*time.Millisecond)
			_, _ = there.Write([]byte("x"))
		}()
		b := make([]byte, 1)
		if n, err := c.Read(b); n != 1 || err != nil {
			t.Errorf("Read = %d, %v after the old deadline", n, err)
		}
		_, err := c.Read(b)
		if late := time.Since(l.ends); !errors.Is(err, os.ErrDeadlineExceeded) || late != 0 {
			t.Errorf("Read = %v, %v after the end of the attempt", err, late)
		}
	})
}

// TestLimitIsRenewed makes attempts with all their time on connections whose deadline was set long ago, or has passed; and a
// request that has no time of its own.
func TestLimitIsRenewed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, c, _ := limited(t)
		for _, pause := range []time.Duration{0, 2 * time.Second, time.Minute} {
			<-time.After(pause)
			within(t, l, 32*time.Second)
			if l.deadline != l.ends {
				t.Errorf("after %v the deadline is %v too early", pause, l.ends.Sub(l.deadline))
			}
			l.end()
		}
		within(t, l, time.Second)
		if l.deadline != l.ends {
			t.Errorf("a shorter attempt may last %v longer", l.deadline.Sub(l.ends))
		}
		l.end()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if err := l.begin(ctx); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(begun) != time.Hour {
			t.Errorf("Read = %v after %v, want it to end with its context", err, time.Since(begun))
		}
	})
}

// TestLimitBreaksOff ends the flight while its answer is read, with a deadline that holds and with an old one.
func TestLimitBreaksOff(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]time.Duration{"at once": 0, "at the old deadline": 31500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l, c, _ := limited(t)
				within(t, l, 32*time.Second)
				<-time.After(500 * time.Millisecond)
				l.end()
				f, begun := within(t, l, 32*time.Second), time.Now()
				time.AfterFunc(after, f.Cancel)
				if _, err := c.Read(make([]byte, 1)); err == nil || time.Since(begun) != after {
					t.Errorf("Read = %v after %v, want it to end after %v", err, time.Since(begun), after)
				}
				if l.end() {
					t.Error("the connection may be used again")
				}
			})
		})
	}
}
