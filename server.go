// Closegraph serves the Close CRM as GraphQL. Without a key it serves demo data; see --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/closegraph/closegraph/internal/auth"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/gateway"
	"github.com/closegraph/closegraph/internal/session"
	"github.com/closegraph/closegraph/internal/telemetry"
)

// ballast is heap that is never touched, so that it takes no memory: the garbage collector, which runs when the heap has
// doubled, runs seldom while little is alive, and as ever when much is.
const ballast = 10 << 20

func main() {
	var weight []byte
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		weight = make([]byte, ballast)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	runtime.KeepAlive(weight)
	if exit, ok := errors.AsType[config.Exit](err); ok {
		os.Exit(int(exit))
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "closegraph: %v\n", err)
		os.Exit(1)
	}
}

// withoutMemoryProfile sees to it that allocations are not sampled: each sample walks a stack, and nobody will look at them. It is
// a setting of the process, made once however many servers run in it.
var withoutMemoryProfile = sync.OnceFunc(func() { runtime.MemProfileRate = 0 })

// run is the program: it returns when ctx ends and the last request is answered.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer) error {
	cfg, err := config.Parse(args, programVersion(), env, stdout, stderr)
	if err != nil {
		return err
	}
	if cfg.PrintSchema {
		return gateway.PrintSchema(stdout)
	}
	if cfg.HealthCheck {
		return gateway.CheckHealth(ctx, cfg.Listen, cfg.TLSCert)
	}
	if cfg.HashToken != "" {
		return hashToken(cfg.HashToken, stdin, stdout)
	}
	if !cfg.Pprof {
		withoutMemoryProfile()
	}
	log := cfg.Logger(stderr)
	keepMemoryPrivate(log)
	tracing, err := telemetry.TracingFromEnv(ctx, programVersion(), env, log)
	if err != nil {
		return err
	}
	g, err := gateway.New(gateway.Options{Config: cfg, Log: log, Telemetry: telemetry.New(programVersion(), tracing)}) //nolint:contextcheck // what it runs ends with Close
	if err != nil {
		return err
	}
	defer g.Close()

	public := gateway.ServeOptions{Drain: g.Drain, MaxConnections: cfg.MaxConnections}
	if cfg.TLS() {
		if public.TLS, err = gateway.ServerTLS(cfg.TLSCert, cfg.TLSKey, log); err != nil {
			return err
		}
	}
	servers, ctx := errgroup.WithContext(ctx)
	grace, cancel := graceAfter(ctx, cfg.ShutdownTimeout)
	defer cancel()
	serve := func(address string, handler http.Handler, opts gateway.ServeOptions) (string, error) {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return "", err
		}
		opts.RequestTimeout, opts.ShutdownTimeout, opts.Log = cfg.RequestTimeout, cfg.ShutdownTimeout, log
		servers.Go(func() error { return gateway.Serve(ctx, listener, handler, opts) })
		scheme := "http://"
		if opts.TLS != nil {
			scheme = "https://"
		}
		return scheme + listener.Addr().String(), nil
	}
	api, err := serve(cfg.Listen, g.Handler(), public)
	if err != nil {
		return err
	}
	greet(stdout, cfg, api)
	if cfg.AdminListen != "" {
		admin, err := serve(cfg.AdminListen, g.Admin(), gateway.ServeOptions{})
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "  Metrics     %s/metrics\n", admin)
	}
	if cfg.SandboxListen != "" {
		rest, err := serve(cfg.SandboxListen, g.Sandbox(), gateway.ServeOptions{})
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "  Sandbox     %s/api/v1  (Close's REST API on the same data)\n", rest)
	}
	err = servers.Wait()
	if err := tracing.Shutdown(grace); err != nil {
		log.Warn("the last spans were not sent", "error", err)
	}
	return err
}

// graceAfter is the time that is left for what remains to be done once ctx has ended.
func graceAfter(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	grace, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return grace, cancel
}

// longestToken bounds what is read of a token that is to be hashed, in bytes.
const longestToken = 8 << 10

// hashToken prints the line by which the access token in the input is known, never the token.
func hashToken(name string, stdin io.Reader, stdout io.Writer) error {
	token, err := io.ReadAll(io.LimitReader(stdin, longestToken))
	if err != nil {
		return fmt.Errorf("read the token: %w", err)
	}
	line, err := auth.HashToken(name, string(token))
	if err != nil {
		return fmt.Errorf("hash the token: %w", err)
	}
	fmt.Fprintln(stdout, line)
	return nil
}

// greet says where things are.
func greet(out io.Writer, cfg config.Config, url string) {
	switch cfg.Mode() {
	case config.ModeSandbox:
		fmt.Fprintln(out, "Closegraph runs on demo data. For a real account: CLOSE_API_KEY=... go run .")
	case config.ModeKey:
		fmt.Fprintln(out, "Closegraph serves the account of the Close key.")
	case config.ModePassthrough:
		fmt.Fprintln(out, "Closegraph serves each caller with the caller's own Close credential.")
	case config.ModeService:
		fmt.Fprintln(out, "Closegraph serves the account of the Close key to callers with a token.")
	case config.ModeSession:
		fmt.Fprintf(out, "Closegraph serves people who log in with Close, at %s.\n", url+session.LoginPath)
	}
	fmt.Fprintf(out, "  GraphQL     %s/graphql\n", url)
	if cfg.Playground {
		fmt.Fprintf(out, "  Playground  %s/\n", url)
	}
	fmt.Fprintf(out, "  Health      %s/healthz and /readyz\n", url)
}

// version is set by the linker in release builds: -ldflags "-X main.version=v1.2.3".
var version string

// programVersion is the version of the build, as far as it is known.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(unknown)"
}
