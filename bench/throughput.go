package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"
)

// How load is spread: over all variants of a query in turn, or the same request again and again.
const (
	modeSpread = "spread"
	modeSame   = "same"
)

// measured is what was measured of one server with one query, a round after another.
type measured []outcome

// median is the median of something over the rounds.
func (m measured) median(of func(outcome) float64) float64 {
	if len(m) == 0 {
		return 0
	}
	values := make([]float64, len(m))
	for i, o := range m {
		values[i] = of(o)
	}
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// rate is how many answers came in a second, and the CPU seconds for a thousand.
func (m measured) rate() string {
	return fmt.Sprintf("%.0f %.3f", m.median(outcome.perSecond), m.median(outcome.cpuPerThousand))
}

// throughput measures queries on all three servers in turn, round after round, at saturation, and prints a table.
func (r *rig) throughput(out io.Writer, asked []query, modes []string, rounds int, d time.Duration) error {
	fmt.Fprintf(out, "Answers a second and CPU seconds for 1,000 answers; %d connections, medians over %d rounds of %v. Ratios are of\n"+
		"answers a second and, in brackets, of CPU, which other work on the machine disturbs less; more is better in both.\n\n", connections, rounds, d)
	fmt.Fprintf(out, "| %-5s | %-6s | %11s | %11s | %11s | %11s | %11s | %-6s | %-9s |\n", "query", "load",
		"proxy", "raw floor", "gateway", "to floor", "to proxy", "calls", "load core")
	fmt.Fprintln(out, "| ----- | ------ | ----------: | ----------: | ----------: | ----------: | ----------: | -----: | --------: |")
	proxied := queries[1] // stands in for Q5, which no one call answers
	for _, q := range asked {
		own, err := r.ownExchanges(q)
		if err != nil {
			return err
		}
		floor, err := r.floorExchanges(q)
		if err != nil {
			return err
		}
		through := q
		if len(q.calls(r.account, 0)) > 1 {
			through = proxied
		}
		proxy, err := r.proxyExchanges(through)
		if err != nil {
			return err
		}
		loads := []load{{server: r.proxy, exchanges: proxy}, {server: r.floor, exchanges: floor}, {server: r.own, exchanges: own}}
		for i := range loads {
			loads[i].callers = connections
			if err := loads[i].check(); err != nil { // each variant once, which warms up too
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
		if err := r.checkCalls(q, own); err != nil {
			return err
		}
		for _, mode := range modes {
			if err := r.measure(out, q.name, mode, loads, rounds, d); err != nil {
				return err
			}
		}
	}
	now, peak := r.own.memory()
	fmt.Fprintf(out, "\nMemory of the gateway after that: %.0f MiB, at most %.0f MiB. Every answer was compared byte for byte.\n", now, peak)
	return nil
}

// measure measures one query in one mode, and prints its row.
func (r *rig) measure(out io.Writer, name, mode string, loads []load, rounds int, d time.Duration) error {
	results := make([]measured, len(loads))
	var busy measured
	for range rounds {
		for i, l := range loads {
			if mode == modeSame {
				l.exchanges = l.exchanges[:1]
			}
			others := r.loadCPU()
			o, err := l.run(r.upstream, 0, d)
			if err != nil {
				return err
			}
			if o.wrong > 0 {
				return fmt.Errorf("%s: %s: %d of %d answers are wrong: %s", name, l.server.name, o.wrong, o.wrong+o.answers, o.first)
			}
			results[i] = append(results[i], o)
			busy = append(busy, outcome{answers: 1, took: o.took, cpu: r.loadCPU() - others})
		}
	}
	proxy, floor, own := results[0], results[1], results[2]
	load := 0.0
	for _, o := range busy {
		load = max(load, o.cpu.Seconds()/o.took.Seconds())
	}
	fmt.Fprintf(out, "| %-5s | %-6s | %11s | %11s | %11s | %11s | %11s | %6.3g | %8.0f%% |\n", name, mode,
		proxy.rate(), floor.rate(), own.rate(), ratio(own, floor), ratio(own, proxy), own.median(outcome.callsEach), load*100)
	return nil
}

// loadCPU is the processor time of what shares the core of the load: this process and the upstream.
func (r *rig) loadCPU() time.Duration { return cpuOf("self") + r.upstream.cpu() }

// ratio compares one server with another, by answers per second and by CPU.
func ratio(of, to measured) string {
	cpu := to.median(outcome.cpuPerThousand) / cmp.Or(of.median(outcome.cpuPerThousand), 1)
	return fmt.Sprintf("%.2f (%.2f)", of.median(outcome.perSecond)/to.median(outcome.perSecond), cpu)
}
