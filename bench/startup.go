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
	var took []time.Duration
	for range times {
		t, err := r.firstAnswer(ctx)
		if err != nil {
			return err
		}
		took = append(took, t)
	}
	slices.Sort(took)
	fmt.Fprintf(out, "From the start of the process to the first answer: median %.0f ms, best %.0f ms of %d\n",
		milliseconds(took[len(took)/2]), milliseconds(took[0]), times)
	return nil
}

// firstAnswer starts a gateway, asks it something, and says how long both took.
func (r *rig) firstAnswer(ctx context.Context) (time.Duration, error) {
	s, err := r.gateway(ctx, r.upstream)
	if err != nil {
		return 0, err
	}
	defer s.stop()
	want, err := r.account.answer(queries[0].text, queries[0].vars(r.account, 0))
	if err != nil {
		return 0, err
	}
	first := load{server: s, callers: 1, exchanges: []exchange{{http.MethodPost, "/graphql", queries[0].body(r.account, 0, false), want}}}
	begun := time.Now()
	if err := first.check(); err != nil {
		return 0, err
	}
	return s.started + time.Since(begun), nil
}
