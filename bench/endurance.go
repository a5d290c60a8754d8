package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// soak watches the memory of a fresh gateway under the load of all queries at 50 connections.
func (r *rig) soak(ctx context.Context, out io.Writer, d time.Duration) error {
	s, err := r.gateway(ctx, r.upstream)
	if err != nil {
		return err
	}
	defer s.stop()
	var all []exchange
	for v := range variants {
		for _, q := range queries {
			want, err := r.account.answer(q.text, q.vars(r.account, v))
			if err != nil {
				return err
			}
			all = append(all, exchange{http.MethodPost, "/graphql", q.body(r.account, v, r.literals), want})
		}
	}
	idle, _ := s.memory()
	var samples []float64
	answers, step := 0, d/20
	for range 20 {
		o, err := load{server: s, exchanges: all, callers: connections}.run(r.upstream, 0, step)
		if err != nil {
			return err
		}
		if o.wrong > 0 {
			return errors.New(o.first)
		}
		now, _ := s.memory()
		samples = append(samples, now)
		answers += o.answers
	}
	_, peak := s.memory()
	fmt.Fprintf(out, "Memory over %v of all queries, %d connections, %d answers: %.0f MiB before, at most %.0f MiB; mean of the first third %.1f MiB, of the last %.1f MiB\n",
		d, connections, answers, idle, peak, mean(samples[:7]), mean(samples[13:]))
	return nil
}

func mean(of []float64) float64 {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	return sum / float64(len(of))
}

// The account of limited: as many calls a second as Close might admit, and callers that wait so long.
const (
	limitedCalls    = 60
	limitedDeadline = 10 * time.Second
)

// limited lets 50 callers ask as fast as they can where the upstream admits 60 calls a second, through the gateway, and
// through the proxy to compare.
func (r *rig) limited(ctx context.Context, out io.Writer, d time.Duration) error {
	q := queries[0]
	own, err := r.ownExchanges(q)
	if err != nil {
		return err
	}
	proxied, err := r.proxyExchanges(q)
	if err != nil {
		return err
	}
	for _, mode := range []string{modeSpread, modeSame} {
		for _, through := range []string{"proxy", "gateway"} {
			up, err := startSelf(ctx, "limited upstream", coreLoad, "-part", "upstream", "-limit", fmt.Sprint(limitedCalls))
			if err != nil {
				return err
			}
			o, err := r.limitedRun(ctx, up, through, mode, own, proxied, d)
			up.stop()
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%d calls a second, %d callers, %s, %s: %.1f answers/s, %d callers' requests failed, %d calls refused with 429, longest wait %.1f s\n",
				limitedCalls, connections, mode, through, o.perSecond(), o.wrong, o.refused, o.metrics.Latencies.Max.Seconds())
			if through == "gateway" && o.wrong > 0 {
				return fmt.Errorf("under the limit a caller got: %s", o.first)
			}
		}
	}
	return nil
}

func (r *rig) limitedRun(ctx context.Context, up *server, through, mode string, own, proxied []exchange, d time.Duration) (outcome, error) {
	l := load{exchanges: own, callers: connections, timeout: limitedDeadline}
	var err error
	if through == "proxy" {
		l.exchanges = proxied
		l.server, err = startSelf(ctx, "proxy", coreMeasured, "-part", "proxy", "-upstream", up.address)
	} else {
		l.server, err = r.gateway(ctx, up)
	}
	if err != nil {
		return outcome{}, err
	}
	defer l.server.stop()
	if mode == modeSame {
		l.exchanges = l.exchanges[:1]
	}
	return l.run(up, 0, d)
}
