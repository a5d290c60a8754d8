package closeapi

import (
	"sync"
	"time"
)

// crew flies: it has goroutines that make one flight after the other. The way down to the network is deep, so that a
// goroutine for each flight would spend more on its stack, which grows as it goes, than on handing over the flight.
type crew struct {
	fly func(*flight)

	mu      sync.Mutex
	idle    []chan *flight // who has nothing to do; who began to wait last is the last
	home    *time.Timer    // sends home who has nothing to do; nil while nobody waits
	retired bool           // nobody waits any more: whoever has flown goes home
}

// crewRests is after how long those who have nothing to do are sent home, whenever each began to wait: who is needed after
// that is hired again.
const crewRests = time.Minute

// send has somebody make the flight.
func (c *crew) send(f *flight) {
	c.mu.Lock()
	last := len(c.idle) - 1
	if last < 0 {
		c.mu.Unlock()
		go c.work(f)
		return
	}
	next := c.idle[last]
	c.idle = c.idle[:last]
	c.mu.Unlock()
	next <- f
}

// work makes a flight, and those that come after it.
func (c *crew) work(f *flight) {
	next := make(chan *flight, 1)
	for ok := true; ok; f, ok = <-next {
		c.fly(f)
		c.rest(next)
	}
}

// rest has somebody wait for the next flight, or go home.
func (c *crew) rest(next chan *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.retired {
		close(next)
		return
	}
	c.idle = append(c.idle, next)
	if c.home == nil {
		c.home = time.AfterFunc(crewRests, c.dismiss)
	}
}

// dismiss sends home who has nothing to do.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, next := range c.idle {
		close(next)
	}
	c.idle, c.home = nil, nil
}

// retire sends home who has nothing to do, now and from now on.
func (c *crew) retire() {
	c.mu.Lock()
	c.retired = true
	if c.home != nil {
		c.home.Stop()
	}
	c.mu.Unlock()
	c.dismiss()
}
