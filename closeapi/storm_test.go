package closeapi_test

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// countedBodies is a transport that knows how many bodies of its answers are open.
type countedBodies struct {
	next http.RoundTripper
	open *atomic.Int32
}

func (t countedBodies) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err == nil {
		t.open.Add(1)
		resp.Body = &countedBody{ReadCloser: resp.Body, open: t.open}
	}
	return resp, err
}

type countedBody struct {
	io.ReadCloser
	open *atomic.Int32
	once sync.Once
}

func (b *countedBody) Close() error {
	b.once.Do(func() { b.open.Add(-1) })
	return b.ReadCloser.Close()
}

// TestStorm lets everything go wrong for a minute. Every call ends, with data or with an error that says why; Close gets
// hardly more calls than were asked for; and nothing is left behind: synctest waits for the goroutines.
func TestStorm(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.New(sandbox.Options{RateLimit: 20, Seed: seed})
				for _, fault := range []sandbox.Fault{
					{RateLimited: true}, {Status: 502, Body: "<html>", ContentType: "text/html"}, {Drop: true}, {Truncate: 5},
					{Delay: 10 * time.Second},
				} {
					fault.Chance = 0.05
					s.Fault(fault)
				}
				s.Fault(sandbox.Fault{Delay: 80 * time.Millisecond})
				var open, asked, data atomic.Int32
				client, read := toSandbox(t, s, closeapi.Config{
					Timeout: 8 * time.Second, Transport: countedBodies{s.Transport(), &open},
				}), reads(s)
				proper := func(err error) bool {
					e, ok := errors.AsType[*closeapi.Error](err)
					switch {
					case !ok:
						return false
					case closeapi.IsRateLimited(err), closeapi.IsDown(err):
						return e.RetryAfter > 0
					}
					return closeapi.IsTimeout(err) || e.Status == 502 || e.Message == "the answer was cut short" ||
						strings.Contains(e.Message, "connection reset")
				}
				together(600, func(i int) {
					<-time.After(time.Duration(i) * 100 * time.Millisecond)
					call := read(i)
					if i%10 == 0 {
						call = closeapi.Call{Operation: "PUT /task/{id}/", Vars: call.Vars, Body: map[string]any{"is_complete": true}}
					}
					asked.Add(1)
					if _, err := client.Do(within(t, 20*time.Second), call); err == nil {
						data.Add(1)
					} else if !proper(err) {
						t.Errorf("call %d: %v", i, err)
					}
				})
				if made := int32(len(s.Requests())); made*2 > asked.Load()*3 {
					t.Errorf("%d calls were made for %d", made, asked.Load())
				}
				if n := data.Load(); n < asked.Load()/3 {
					t.Errorf("%d of %d calls were answered", n, asked.Load())
				}
				if n := open.Load(); n != 0 {
					t.Errorf("%d answers are open", n)
				}
			})
		})
	}
}
