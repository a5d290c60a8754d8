package closeapi

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestCrew has as many fly as there are flights at a time, uses them again, and sends home who has nothing to do: after a
// while, and for good when the client is closed. Whoever stays would hold up the end of the test.
func TestCrew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flown := 0
		var c crew
		c.fly = func(f *flight) {
			<-f.landed
			c.mu.Lock()
			defer c.mu.Unlock()
			flown++
		}
		waiting := func() int {
			synctest.Wait()
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.idle)
		}
		together := func(n int) {
			land := make(chan struct{})
			for range n {
				c.send(&flight{landed: land})
			}
			if got := waiting(); n >= 3 && got != 0 {
				t.Errorf("%d wait while %d fly", got, n)
			}
			close(land)
		}
		together(3)
		if got := waiting(); got != 3 {
			t.Errorf("%d wait after three flights, want 3", got)
		}
		together(2)
		if got := waiting(); got != 3 {
			t.Errorf("%d wait after two more, want the same 3", got)
		}
		<-time.After(crewRests)
		if got := waiting(); got != 0 {
			t.Errorf("%d wait after %v", got, crewRests)
		}
		together(3)
		c.retire()
		together(4)
		if got := waiting(); got != 0 || flown != 12 {
			t.Errorf("%d wait in the end, after %d flights, want none, after 12", got, flown)
		}
	})
}
