package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
)

// benchKey is the key of Close that the servers use; the upstream takes any.
const benchKey = "api_bench"

// rig is all that runs while it is measured.
type rig struct {
	account                     *account
	binary                      string // the gateway's
	built                       string // the folder that it was built into; empty when it was given
	upstream, proxy, floor, own *server
	literals                    bool
}

// newRig builds the gateway, unless binary names one, and starts everything.
func newRig(ctx context.Context, source, binary string) (*rig, error) {
	r := &rig{account: newAccount(), binary: binary}
	if binary == "" {
		var err error
		if r.built, err = os.MkdirTemp("", "closegraph-bench"); err != nil {
			return nil, err
		}
		if r.binary, err = build(ctx, source, r.built); err != nil {
			return r, err
		}
	}
	var err error
	if r.upstream, err = startSelf(ctx, "upstream", coreLoad, "-part", "upstream"); err != nil {
		return r, err
	}
	if r.proxy, err = startSelf(ctx, "proxy", coreMeasured, "-part", "proxy", "-upstream", r.upstream.address); err != nil {
		return r, err
	}
	if r.floor, err = startSelf(ctx, "raw floor", coreMeasured, "-part", "floor", "-upstream", r.upstream.address); err != nil {
		return r, err
	}
	r.own, err = r.gateway(ctx, r.upstream)
	return r, err
}

// gateway starts the gateway as it comes, but that it keeps none of Close's answers and does not log each request: the
// floors do neither.
func (r *rig) gateway(ctx context.Context, up *server, more ...string) (*server, error) {
	return start(ctx, "closegraph", coreMeasured, append([]string{r.binary, "--listen=127.0.0.1:0", "--close-api-key=" + benchKey,
		"--close-base-url=" + up.address + basePath, "--cache-size=0", "--log-level=warn"}, more...)...)
}

// stop ends all that runs, and takes away what was built.
func (r *rig) stop() {
	for _, s := range []*server{r.own, r.floor, r.proxy, r.upstream} {
		if s != nil {
			s.stop()
		}
	}
	if r.built != "" {
		_ = os.RemoveAll(r.built)
	}
}

// own exchanges are those of the gateway: each variant of a query, and what the reference says to it.
func (r *rig) ownExchanges(q query) ([]exchange, error) {
	return r.each(func(v int) (exchange, error) {
		want, err := r.account.answer(q.text, q.vars(r.account, v))
		return exchange{http.MethodPost, "/graphql", q.body(r.account, v, r.literals), want}, err
	})
}

// floorExchanges are those of the raw floor, which hands on what the upstream answers.
func (r *rig) floorExchanges(q query) ([]exchange, error) {
	return r.each(func(v int) (exchange, error) {
		var answers [][]byte
		for _, call := range q.calls(r.account, v) {
			body, err := r.upstream.get(basePath + call)
			if err != nil {
				return exchange{}, err
			}
			answers = append(answers, body)
		}
		return exchange{http.MethodPost, "/" + q.name, q.body(r.account, v, false), floorAnswer(answers)}, nil
	})
}

// proxyExchanges are those of the reverse proxy: the one call of the query.
func (r *rig) proxyExchanges(q query) ([]exchange, error) {
	return r.each(func(v int) (exchange, error) {
		call := basePath + q.calls(r.account, v)[0]
		want, err := r.upstream.get(call)
		return exchange{http.MethodGet, call, nil, want}, err
	})
}

func (r *rig) each(one func(variant int) (exchange, error)) ([]exchange, error) {
	out := make([]exchange, variants)
	for v := range out {
		var err error
		if out[v], err = one(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkCalls wants the gateway to make the calls of a query, and no others: the same as the raw floor.
func (r *rig) checkCalls(q query, exchanges []exchange) error {
	if _, err := r.upstream.counts("1"); err != nil {
		return err
	}
	if err := (load{server: r.own, exchanges: exchanges[:1], callers: 1}).check(); err != nil {
		return err
	}
	told, err := r.upstream.counts("0")
	if err != nil {
		return err
	}
	var want []string
	for _, call := range q.calls(r.account, 0) {
		want = append(want, basePath+call+" ")
	}
	got, expected := canonicalCalls(told.Record), canonicalCalls(want)
	if !slices.Equal(got, expected) {
		return fmt.Errorf("%s: the gateway makes the calls\n  %s\nand not\n  %s", q.name, strings.Join(got, "\n  "), strings.Join(expected, "\n  "))
	}
	return nil
}

// canonicalCalls writes calls so that equal ones are equal: with their parameters in order, and lists in order too.
func canonicalCalls(calls []string) []string {
	var out []string
	for _, call := range calls {
		uri, body, _ := strings.Cut(call, " ")
		path, query, _ := strings.Cut(uri, "?")
		params, err := paramsOf(query, []byte(body))
		if err != nil {
			params = map[string]string{"unreadable": call}
		}
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(params)) {
			pairs = append(pairs, name+"="+strings.Join(slices.Sorted(strings.SplitSeq(params[name], ",")), ","))
		}
		out = append(out, path+"?"+strings.Join(pairs, "&"))
	}
	slices.Sort(out)
	return out
}

// counts asks the upstream what it has seen; see its serveCounts for record.
func (s *server) counts(record string) (counts, error) {
	var out counts
	body, err := s.get("/bench/counts?record=" + record)
	if err == nil {
		err = json.Unmarshal(body, &out)
	}
	return out, err
}
