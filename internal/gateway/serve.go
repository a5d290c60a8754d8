package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/closegraph/closegraph/internal/http1"
)

// Bounds of what a connection may take beside the work on its request.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second // of the whole request, body included
	writeTimeout      = 30 * time.Second // of the answer, once there is one
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// http2Limits bound what one connection of HTTP/2 may take. Go's own limits stay in force: on frames of control that wait to
// be answered, on resets in a row, and on the size of a header.
func http2Limits() *http.HTTP2Config {
	return &http.HTTP2Config{
		MaxConcurrentStreams:          100,
		MaxReceiveBufferPerConnection: 1 << 20,
		MaxReceiveBufferPerStream:     256 << 10,
		SendPingTimeout:               time.Minute, // a peer that says nothing for so long is asked whether it lives,
		PingTimeout:                   15 * time.Second,
		WriteByteTimeout:              writeTimeout, // and one that takes nothing for so long does not
	}
}

// serverLog takes what the HTTP server has to say. That strangers speak no TLS, or another, is not worth a line each in a
// log that they could fill with it.
type serverLog struct{ log *slog.Logger }

// Write takes a line.
func (l serverLog) Write(line []byte) (int, error) {
	level := slog.LevelWarn
	if bytes.Contains(line, []byte("TLS handshake error")) {
		level = slog.LevelDebug
	}
	l.log.Log(context.Background(), level, strings.TrimSpace(clip(string(line), longestMessage)))
	return len(line), nil
}

// ServeOptions are what Serve needs beside the listener and the handler.
type ServeOptions struct {
	// RequestTimeout is the longest that the handler works on one request.
	RequestTimeout time.Duration
	// ShutdownTimeout is the longest that running requests are waited for at the end.
	ShutdownTimeout time.Duration
	// TLS, if set, is how the server speaks TLS; then it speaks HTTP/2 too.
	TLS *tls.Config
	// MaxConnections is how many connections one address may have open; zero for any number.
	MaxConnections int
	// Drain, if set, is called when the end begins, to turn readiness off.
	Drain func()
	Log   *slog.Logger
}

// Serve answers requests until ctx ends; then it takes no new ones, waits for those that run, and returns nil. It
// returns an error when the listener fails, or when requests are still running at the end of ShutdownTimeout: those
// are cut off.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, opts ServeOptions) error {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      readTimeout + opts.RequestTimeout + writeTimeout, // it counts from the end of the header
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	server.ErrorLog = log.New(serverLog{opts.Log}, "", 0)
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	serve := server.Serve
	if opts.TLS != nil {
		server.TLSConfig = opts.TLS
		server.Protocols.SetHTTP2(true)
		server.HTTP2 = http2Limits()
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	if opts.MaxConnections > 0 {
		listener = limitConnections(listener, opts.MaxConnections, opts.Log)
	}
	stop := server.Shutdown
	if opts.TLS == nil {
		plain := http1.New(listener, http1.Options{ //nolint:contextcheck // what runs when ctx ends is waited for
			Handler:     handler,
			HeadTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
			ErrorLog: server.ErrorLog,
		})
		listener = plain
		stop = func(ctx context.Context) error { return atOnce(ctx, plain.Shutdown, server.Shutdown) }
	}
	failed := make(chan error, 1)
	go func() { failed <- serve(listener) }()

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
	if err := stop(bounded); err != nil {
		return errors.Join(fmt.Errorf("stop within %s: %w", opts.ShutdownTimeout, err), server.Close())
	}
	return nil
}

// atOnce does two things at the same time.
func atOnce(ctx context.Context, one, other func(context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- one(ctx) }()
	return errors.Join(other(ctx), <-done)
}
