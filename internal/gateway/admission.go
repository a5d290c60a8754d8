package gateway

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// admission bounds how many operations of one caller run at a time, so that one cannot take all memory and all places in
// the line to Close.
type admission struct {
	most int // zero for any number

	mu      sync.Mutex
	running map[string]int // it has no more entries than operations run
}

func newAdmission(most int) *admission { return &admission{most: most, running: map[string]int{}} }

// enter lets an operation of a caller begin, or refuses it. It ends with leave.
func (a *admission) enter(caller string) error {
	if a.most == 0 {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running[caller] >= a.most {
		return &refusal{
			Status: http.StatusTooManyRequests, Code: codeRateLimited, Limit: limitConcurrent, RetryAfter: time.Second,
			Message: fmt.Sprintf("%d operations of this caller are under way, the most at a time; send this one again when one has ended", a.most),
		}
	}
	a.running[caller]++
	return nil
}

// leave ends an operation of a caller, who had entered.
func (a *admission) leave(caller string) {
	if a.most == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running[caller]--; a.running[caller] == 0 {
		delete(a.running, caller)
	}
}
