package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"
)

// profile keeps profiles of the gateway under the load of each query in each mode in a folder: where its CPU time goes, as
// Q1-spread.pprof, and what it allocates, as Q1-spread.allocs.pprof.
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
			for _, p := range []struct{ path, suffix string }{{"profile", ".pprof"}, {"allocs", ".allocs.pprof"}} {
				took := make(chan error, 1)
				go func() {
					seconds := max(1, int(d.Seconds()))
					profile, err := (&server{address: "http://" + admin}).get(fmt.Sprintf("/debug/pprof/%s?seconds=%d", p.path, seconds))
					if err == nil {
						err = os.WriteFile(filepath.Join(folder, q.name+"-"+mode+p.suffix), profile, 0o600)
					}
					took <- err
				}()
				o, err := l.run(r.upstream, 0, d+d/2)
				if err := errors.Join(err, <-took); err != nil {
					return err
				}
				fmt.Fprintf(out, "%s-%s%s: %.3f CPU seconds for 1,000 answers\n", q.name, mode, p.suffix, o.cpuPerThousand())
			}
		}
	}
	return nil
}
