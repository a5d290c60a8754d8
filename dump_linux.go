package main

import (
	"fmt"
	"log/slog"

	"golang.org/x/sys/unix"
)

// keepMemoryPrivate sees to it that the memory of the process, which holds credentials, is written into no core dump, and that
// other processes of the same user cannot read it.
func keepMemoryPrivate(log *slog.Logger) {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		log.Warn("core dumps are not switched off", "error", fmt.Errorf("prctl: %w", err))
	}
}
