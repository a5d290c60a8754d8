//go:build !linux

package main

import "log/slog"

// keepMemoryPrivate does nothing: on this system it is up to whoever runs the program to switch core dumps off.
func keepMemoryPrivate(*slog.Logger) {}
