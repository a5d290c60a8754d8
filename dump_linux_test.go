package main

import (
	"log/slog"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKeepMemoryPrivate wants no core dump of a process that holds credentials, whatever its limits are.
func TestKeepMemoryPrivate(t *testing.T) {
	t.Parallel()
	keepMemoryPrivate(slog.New(slog.DiscardHandler))
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("PR_GET_DUMPABLE = %d, %v, want 0", dumpable, err)
	}
}
