package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

// startup measures the time from the start of the process to its first answer.
func (r *rig) startup(ctx context.Context, out io.Writer, times int) error {
	var took, cpu []time.Duration
	for range times {
		t, c, err := r.firstAnswer(ctx)
		if err != nil {
			return err
		}
		took, cpu = append(took, t), append(cpu, c)
	}
	slices.Sort(took)
	slices.Sort(cpu)
	fmt.Fprintf(out, "From the start of the process to the first answer: median %.0f ms, best %.0f ms of %d; CPU %.0f ms\n",
		milliseconds(took[times/2]), milliseconds(took[0]), times, milliseconds(cpu[times/2]))
	return nil
}

// firstAnswer starts a gateway, asks it something, and says how long both took, and how much CPU.
func (r *rig) firstAnswer(ctx context.Context) (took, cpu time.Duration, err error) {
	s, err := r.gateway(ctx, r.upstream)
	if err != nil {
		return 0, 0, err
	}
	defer s.stop()
	want, err := r.account.answer(queries[0].text, queries[0].vars(r.account, 0))
	if err != nil {
		return 0, 0, err
	}
	first := load{server: s, callers: 1, exchanges: []exchange{{http.MethodPost, "/graphql", queries[0].body(r.account, 0, false), want}}}
	begun := time.Now()
	if err := first.check(); err != nil {
		return 0, 0, err
	}
	return s.started + time.Since(begun), s.cpu(), nil
}
