package main

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
	"github.com/valyala/fasthttp"
)

// connections is how many callers ask at the same time.
const connections = 50

// exchange is a request and the body that it has to be answered with.
type exchange struct {
	method, uri string
	body, want  []byte
}

// load drives one server with vegeta. Vegeta has the callers, the pace and the times; below it the requests go over
// fasthttp, which costs the core of the load less than net/http, and every answer is compared with what it has to be.
type load struct {
	server    *server
	exchanges []exchange // which take turns
	callers   int
	timeout   time.Duration
}

// outcome is what came of some load.
type outcome struct {
	answers int
	took    time.Duration
	cpu     time.Duration // that the server used for it
	calls   int64         // that reached the upstream meanwhile, and the bytes of its answers
	bytes   int64
	refused int64 // of the calls
	wrong   int   // answers that were not as they have to be, or none
	first   string
	metrics vegeta.Metrics // latencies, where they were asked for
}

// perSecond is how many right answers came in a second.
func (o outcome) perSecond() float64 { return float64(o.answers) / o.took.Seconds() }

// cpuPerThousand is the processor time for a thousand answers.
func (o outcome) cpuPerThousand() float64 { return o.cpu.Seconds() / float64(o.answers) * 1000 }

// callsEach is how many calls of the upstream an answer took.
func (o outcome) callsEach() float64 { return float64(o.calls) / float64(o.answers) }

// run asks for so long. At rate zero each caller asks again as soon as it has its answer; otherwise so many requests begin
// in a second, whether those before have been answered or not, and the latencies are kept.
func (l load) run(up *server, rate int, d time.Duration) (outcome, error) {
	before, err := up.counts("")
	if err != nil {
		return outcome{}, err
	}
	if rate > 0 {
		defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a load that holds its breath makes all wait
	}
	wire := newWire(l)
	defer wire.client.CloseIdleConnections() // or the next run would have more connections than callers
	targets := make([]vegeta.Target, len(l.exchanges))
	for i := range targets {
		targets[i] = vegeta.Target{Method: http.MethodGet, URL: l.server.address + "/#" + strconv.Itoa(i)}
	}
	var turn atomic.Uint64
	attacker := vegeta.NewAttacker(
		vegeta.Workers(uint64(l.callers)), vegeta.MaxWorkers(uint64(l.callers)),
		vegeta.Client(&http.Client{Transport: wire}),
	)
	var out outcome
	cpu, begun := l.server.cpu(), time.Now()
	for result := range attacker.Attack(func(t *vegeta.Target) error {
		*t = targets[(turn.Add(1)-1)%uint64(len(targets))]
		return nil
	}, vegeta.Rate{Freq: rate, Per: time.Second}, d, "") {
		if result.Error != "" {
			out.wrong++
			if out.first == "" {
				out.first = result.Error
			}
			continue
		}
		out.answers++
		if rate > 0 || l.callers == 1 || l.timeout > 0 {
			out.metrics.Add(result)
		}
	}
	out.metrics.Close()
	out.took, out.cpu = time.Since(begun), l.server.cpu()-cpu
	after, err := up.counts("")
	out.calls, out.bytes, out.refused = after.Calls-before.Calls, after.Bytes-before.Bytes, after.Refused-before.Refused
	return out, err
}

// check asks for each exchange once, one after another, and returns the first mistake.
func (l load) check() error {
	wire := newWire(l)
	defer wire.client.CloseIdleConnections()
	for i := range l.exchanges {
		if err := wire.exchange(i); err != nil {
			return fmt.Errorf("%s: %s: %w", l.server.name, l.exchanges[i].body, err)
		}
	}
	return nil
}

// wire takes vegeta's requests to the server. Which one it is stands in the fragment of the URL.
type wire struct {
	client    *fasthttp.HostClient
	exchanges []exchange
	timeout   time.Duration
}

func newWire(l load) *wire {
	return &wire{
		client:    &fasthttp.HostClient{Addr: l.server.url().Host, MaxConns: l.callers, MaxIdemponentCallAttempts: 1},
		exchanges: l.exchanges, timeout: l.timeout,
	}
}

// RoundTrip implements http.RoundTripper. The body has been looked at already, so it is handed on empty.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	n, err := strconv.Atoi(r.URL.Fragment)
	if err != nil {
		return nil, err
	}
	if err := w.exchange(n); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// exchange makes one, and says what is wrong with the answer.
func (w *wire) exchange(n int) error {
	x := w.exchanges[n]
	req, resp := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(resp)
	req.Header.SetMethod(x.method)
	req.SetRequestURI(x.uri)
	req.Header.SetHost(w.client.Addr)
	if len(x.body) > 0 {
		req.Header.SetContentType("application/json")
		req.SetBodyRaw(x.body)
	}
	var err error
	if w.timeout > 0 {
		err = w.client.DoTimeout(req, resp, w.timeout)
	} else {
		err = w.client.Do(req, resp)
	}
	switch {
	case err != nil:
		return err
	case resp.StatusCode() != http.StatusOK:
		return fmt.Errorf("status %d: %.300s", resp.StatusCode(), resp.Body())
	case !bytes.Equal(resp.Body(), x.want):
		return difference(resp.Body(), x.want)
	}
	return nil
}

// difference says where two bodies part.
func difference(got, want []byte) error {
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	around := func(b []byte) []byte { return b[min(max(at-40, 0), len(b)):min(at+80, len(b))] }
	return fmt.Errorf("the answer is not as it has to be: at byte %d\n  got  ...%s\n  want ...%s", at, around(got), around(want))
}

// get asks a server for something small, such as an answer of the upstream.
func (s *server) get(uri string) ([]byte, error) {
	status, body, err := fasthttp.Get(nil, s.address+uri)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d: %.300s", uri, status, body)
	}
	return body, err
}
