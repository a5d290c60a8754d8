//go:build unix

package bench

import (
	"syscall"
	"time"
)

// cpu is the processor time that the process has used. On a machine that is shared it says more than the clock.
func cpu() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
