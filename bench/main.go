// Bench measures the gateway against two floors: a plain reverse proxy of the same REST bytes, and handlers written by hand
// that make the same calls and copy bytes. From the top of the project:
//
//	go -C bench run .                                  # everything, in less than five minutes
//	go -C bench run . -queries Q1,Q2 -mode spread      # some of it
//	go -C bench run . -only throughput -gateway /tmp/closegraph
//
// It is a module of its own, so that what it needs is no burden to the gateway. docs/benchmarks.md tells how to read it.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// options are what can be set.
type options struct {
	queries, mode, only, binary string
	asked                       []query // those that are named
	profile                     string
	rounds                      int
	seconds                     float64
	soak                        time.Duration
	literals                    bool

	part, upstream string
	limit          int
}

func main() {
	var o options
	flag.StringVar(&o.queries, "queries", "", "which queries, as in Q1,Q5; all when empty")
	flag.StringVar(&o.mode, "mode", "", "spread, same, or both when empty")
	flag.StringVar(&o.only, "only", "", "which parts, of "+strings.Join(partNames(), ",")+"; all when empty")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds of the throughput; the servers take turns in each")
	flag.Float64Var(&o.seconds, "seconds", 1.5, "seconds of load on each server in a round")
	flag.DurationVar(&o.soak, "soak", 20*time.Second, "how long memory is watched under load")
	flag.BoolVar(&o.literals, "literals", false, "write values into the text of the queries instead of sending variables")
	flag.StringVar(&o.binary, "gateway", "", "a binary of the gateway to measure instead of building one")
	flag.StringVar(&o.profile, "profile", "", "a folder: instead of measuring, keep CPU profiles of the gateway there")
	flag.StringVar(&o.part, "part", "", "internal: be the upstream, the proxy or the floor")
	flag.StringVar(&o.upstream, "upstream", "", "internal: where the upstream is")
	flag.IntVar(&o.limit, "limit", 0, "internal: calls a second that the upstream admits")
	flag.Parse()

	if err := runAll(o); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func runAll(o options) error {
	if o.part != "" {
		return bePart(o) // until it is ended
	}
	if err := pinSelf(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, o)
}

// bePart is what the processes do that the rig starts from this program.
func bePart(o options) error {
	switch o.part {
	case "upstream":
		listener, err := listen()
		if err != nil {
			return err
		}
		server := &fasthttp.Server{Handler: newUpstream(o.limit).serve, MaxRequestBodySize: 1 << 20, NoDefaultServerHeader: true}
		return server.Serve(listener)
	case "floor":
		return serve(newRawFloor(o.upstream))
	case "proxy":
		to, err := url.Parse(o.upstream)
		if err != nil {
			return err
		}
		return serve(newProxy(to))
	}
	return fmt.Errorf("-part: there is no %q", o.part)
}

// part is something that is measured.
type part struct {
	name, about string
	run         func(ctx context.Context, r *rig, o options) error
}

var parts = []part{
	{"throughput", "answers at saturation", func(_ context.Context, r *rig, o options) error {
		return r.throughput(os.Stdout, o.asked, o.modes(), o.rounds, o.round())
	}},
	{"latency", "what one request takes, alone and among many", func(_ context.Context, r *rig, o options) error {
		return r.latency(os.Stdout, o.rounds, o.round())
	}},
	{"rows", "whether time grows with the rows and no faster", func(_ context.Context, r *rig, o options) error {
		return r.rows(os.Stdout, o.round())
	}},
	{"startup", "the time to the first answer", func(ctx context.Context, r *rig, o options) error {
		return r.startup(ctx, os.Stdout, 2*o.rounds+1)
	}},
	{"memory", "memory under load", func(ctx context.Context, r *rig, o options) error {
		return r.soak(ctx, os.Stdout, o.soak)
	}},
	{"limit", "what callers see of a rate limit", func(ctx context.Context, r *rig, o options) error {
		return r.limited(ctx, os.Stdout, max(4*o.round(), 2*time.Second))
	}},
	{"demand", "calls and bytes from Close for pages of real apps, on the demo data", func(ctx context.Context, r *rig, _ options) error {
		return r.demand(ctx, os.Stdout)
	}},
}

// modes are the modes that are measured.
func (o options) modes() []string {
	if o.mode != "" {
		return []string{o.mode}
	}
	return []string{modeSpread, modeSame}
}

// round is how long a server is loaded in a round.
func (o options) round() time.Duration { return time.Duration(o.seconds * float64(time.Second)) }

func partNames() []string {
	return []string{"throughput", "latency", "rows", "startup", "memory", "limit", "demand"}
}

func run(ctx context.Context, o options) error {
	if o.mode != "" && o.mode != modeSpread && o.mode != modeSame {
		return fmt.Errorf("-mode: %q is neither spread nor same", o.mode)
	}
	var err error
	if o.asked, err = chosen(o.queries); err != nil {
		return err
	}
	r, err := newRig(ctx, "..", o.binary)
	if r != nil {
		defer r.stop()
	}
	if err != nil {
		return err
	}
	r.literals = o.literals
	describe(ctx, os.Stdout)
	if o.profile != "" {
		return r.profile(ctx, os.Stdout, o.profile, o.asked, o.modes(), o.round())
	}
	only := strings.Split(o.only, ",")
	for _, p := range parts {
		if o.only != "" && !slices.Contains(only, p.name) {
			continue
		}
		fmt.Printf("\n== %s: %s\n\n", p.name, p.about)
		if err := p.run(ctx, r, o); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
