package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds of what a connection may take beside the work on its request.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second // of the whole request, body included
	writeTimeout      = 30 * time.Second // of the answer, once there is one
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// ServeOptions are what Serve needs beside the listener and the handler.
type ServeOptions struct {
	// RequestTimeout is the longest that the handler works on one request.
	RequestTimeout time.Duration
	// ShutdownTimeout is the longest that running requests are waited for at the end.
	ShutdownTimeout time.Duration
	// Drain, if set, is called when the end begins, to turn readiness off.
	Drain func()
	Log   *slog.Logger
}

// Serve answers requests until ctx ends; then it takes no new ones, waits for those that run, and returns nil. It
// returns an error when the listener fails, or when requests are still running at the end of ShutdownTimeout: those
// are cut off.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, opts ServeOptions) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      readTimeout + opts.RequestTimeout + writeTimeout, // it counts from the end of the header
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	if opts.Log != nil {
		server.ErrorLog = slog.NewLogLogger(opts.Log.Handler(), slog.LevelWarn)
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()

	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	if opts.Drain != nil {
		opts.Drain()
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), opts.ShutdownTimeout)
	defer cancel()
	if err := server.Shutdown(bounded); err != nil {
		return errors.Join(fmt.Errorf("stop within %s: %w", opts.ShutdownTimeout, err), server.Close())
	}
	return nil
}
