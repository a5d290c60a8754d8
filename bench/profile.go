package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// profile keeps a CPU profile of the gateway under the load of each query in each mode, as Q1-spread.pprof, in a folder.
func (r *rig) profile(ctx context.Context, out io.Writer, folder string, asked []query, modes []string, d time.Duration) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // for a free port
	if err != nil {
		return err
	}
	admin := listener.Addr().String()
	listener.Close()
	s, err := r.gateway(ctx, r.upstream, "--admin-listen="+admin, "--pprof")
	if err != nil {
		return err
	}
	defer s.stop()
	for _, q := range asked {
		exchanges, err := r.ownExchanges(q)
		if err != nil {
			return err
		}
		for _, mode := range modes {
			l := load{server: s, exchanges: exchanges, callers: connections}
			if mode == modeSame {
				l.exchanges = exchanges[:1]
			}
			type taken struct {
				profile []byte
				err     error
			}
			done := make(chan taken, 1)
			go func() {
				profile, err := (&server{address: "http://" + admin}).get(fmt.Sprintf("/debug/pprof/profile?seconds=%d", max(1, int(d.Seconds()))))
				done <- taken{profile, err}
			}()
			o, err := l.run(r.upstream, 0, d+d/2)
			if err != nil {
				return err
			}
			got := <-done
			if got.err != nil {
				return got.err
			}
			name := folder + "/" + q.name + "-" + mode + ".pprof"
			if err := os.WriteFile(name, got.profile, 0o600); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s: %.3f CPU seconds for 1,000 answers\n", name, o.cpuPerThousand())
		}
	}
	return nil
}
