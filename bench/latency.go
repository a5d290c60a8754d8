package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

// latency measures what a request takes: with nobody else there, and among many at 70 % of saturation.
func (r *rig) latency(out io.Writer, rounds int, d time.Duration) error {
	for _, q := range queries[:2] {
		direct, proxy, floor, own, err := r.loads(q)
		if err != nil {
			return err
		}
		if err := r.alone(out, q, []load{direct, proxy, floor, own}, rounds, d); err != nil {
			return err
		}
		if err := r.among(out, q, []load{proxy, floor, own}, rounds, d); err != nil {
			return err
		}
	}
	return nil
}

// loads are a query's load on the upstream itself, and on each of the three servers.
func (r *rig) loads(q query) (direct, proxy, floor, own load, err error) {
	exchanges := make([][]exchange, 3)
	for i, of := range []func(query) ([]exchange, error){r.proxyExchanges, r.floorExchanges, r.ownExchanges} {
		if exchanges[i], err = of(q); err != nil {
			return direct, proxy, floor, own, err
		}
	}
	direct = load{server: r.upstream, exchanges: exchanges[0]}
	proxy = load{server: r.proxy, exchanges: exchanges[0]}
	floor = load{server: r.floor, exchanges: exchanges[1]}
	own = load{server: r.own, exchanges: exchanges[2]}
	return direct, proxy, floor, own, nil
}

// alone asks over one connection, and prints what each server adds to the time of the upstream.
func (r *rig) alone(out io.Writer, q query, loads []load, rounds int, d time.Duration) error {
	results := make([]measured, len(loads))
	for range rounds {
		for i, l := range loads {
			l.callers = 1
			o, err := l.run(r.upstream, 0, d)
			if err != nil {
				return err
			}
			if o.wrong > 0 {
				return fmt.Errorf("%s: %s", l.server.name, o.first)
			}
			results[i] = append(results[i], o)
		}
	}
	p50 := func(o outcome) float64 { return float64(o.metrics.Latencies.P50.Microseconds()) }
	direct := results[0].median(p50)
	added := func(i int) float64 { return results[i].median(p50) - direct }
	fmt.Fprintf(out, "%s, one connection, median: upstream alone %.0f µs; added by the proxy %.0f µs, by the raw floor %.0f µs, by the gateway %.0f µs (%.2f of the proxy's)\n",
		q.name, direct, added(1), added(2), added(3), added(3)/added(1))
	return nil
}

// among asks at 70 % of what each server can do, over as many connections as it takes up to 50. The servers take turns.
func (r *rig) among(out io.Writer, q query, loads []load, rounds int, d time.Duration) error {
	rates := make([]int, len(loads))
	results := make([]measured, len(loads))
	for i := range loads {
		loads[i].callers = connections
		most, err := loads[i].run(r.upstream, 0, d)
		if err != nil {
			return err
		}
		rates[i] = max(int(most.perSecond()*0.7), 1)
	}
	for range rounds {
		for i, l := range loads {
			o, err := l.run(r.upstream, rates[i], d)
			if err != nil {
				return err
			}
			if o.wrong > 0 {
				return fmt.Errorf("%s: %s", l.server.name, o.first)
			}
			results[i] = append(results[i], o)
		}
	}
	for i, l := range loads {
		p50 := results[i].median(func(o outcome) float64 { return milliseconds(o.metrics.Latencies.P50) })
		p99 := results[i].median(func(o outcome) float64 { return milliseconds(o.metrics.Latencies.P99) })
		fmt.Fprintf(out, "%s, 70 %% of saturation, %s: %d/s, median p50 %.2f ms, median p99 %.2f ms (%.1f times p50)\n",
			q.name, l.server.name, rates[i], p50, p99, p99/p50)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// rows measures how the time for a query grows with the rows of its answer.
func (r *rig) rows(out io.Writer, d time.Duration) error {
	const different = 20 // answers of a thousand rows are long
	for _, q := range []query{queries[1], queries[3]} {
		fmt.Fprintf(out, "%s by rows, CPU of the gateway:", q.name)
		for _, n := range []int{10, 30, 100, 300, 1000} {
			longer := q
			longer.text = firstN.ReplaceAllString(q.text, fmt.Sprintf("first: %d", n))
			var exchanges []exchange
			for v := range different {
				want, err := r.account.answer(longer.text, longer.vars(r.account, v))
				if err != nil {
					return err
				}
				exchanges = append(exchanges, exchange{http.MethodPost, "/graphql", longer.body(r.account, v, false), want})
			}
			l := load{server: r.own, exchanges: exchanges, callers: 4}
			if err := l.check(); err != nil {
				return err
			}
			o, err := l.run(r.upstream, 0, d)
			if err != nil {
				return err
			}
			if o.wrong > 0 {
				return fmt.Errorf("%d rows: %s", n, o.first)
			}
			each := o.cpuPerThousand() * 1000 // µs an answer
			fmt.Fprintf(out, "  %d rows %.0f µs (%.2f µs a row)", n, each, each/float64(n))
		}
		fmt.Fprintln(out)
	}
	return nil
}
