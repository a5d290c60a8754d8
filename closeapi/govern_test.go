package closeapi_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// toSandbox makes a client of a sandbox that is as patient as the default.
func toSandbox(t testing.TB, s *sandbox.Server, cfg closeapi.Config) *closeapi.Client {
	t.Helper()
	if cfg.Transport == nil {
		cfg.Transport = s.Transport()
	}
	cfg.Caller.Credential = closeapi.APIKey(sandbox.DemoKey)
	cfg.Retry.BaseDelay = 500 * time.Millisecond
	return newClient(t, cfg)
}

// reads are reads of a sandbox, no two of them equal.
func reads(s *sandbox.Server) func(i int) closeapi.Call {
	ids := s.IDs("task")
	members := []string{"id", "text", "date", "is_complete", "lead_id", "assigned_to", "date_created", "date_updated"}
	return func(i int) closeapi.Call {
		call := closeapi.Call{Operation: "GET /task/{id}/", Vars: []string{ids[i%len(ids)]}}
		for bit, member := range members {
			if (i/len(ids)+1)>>bit&1 == 1 {
				call.Fields = append(call.Fields, member)
			}
		}
		return call
	}
}

// together makes calls at the same time, and waits until all have ended.
func together(calls int, do func(i int)) {
	var wait sync.WaitGroup
	for i := range calls {
		wait.Go(func() { do(i) })
	}
	wait.Wait()
}

// within is a context that ends after so long.
func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// statuses counts the answers of a sandbox by status.
func statuses(s *sandbox.Server) map[int]int {
	counts := map[int]int{}
	for _, r := range s.Requests() {
		counts[r.Status]++
	}
	return counts
}

// TestThousandReads asks for fifty times as much at once as the rate limit holds. However Close counts, and whatever it
// tells, every call is answered, in about the time that the limit takes. What is not told is learned from refusals, and
// none of them reaches a caller.
func TestThousandReads(t *testing.T) {
	t.Parallel()
	const calls, limit = 1000, 20 // a second
	for name, test := range map[string]struct {
		options sandbox.Options
		slack   int // how many percent longer than necessary it may take
		refused int // how many calls may be refused
	}{
		"header":               {sandbox.Options{}, 5, 0},
		"semicolons":           {sandbox.Options{RateHeader: sandbox.RateHeaderSemicolons}, 5, 0},
		"in steps":             {sandbox.Options{RateSteps: true}, 5, 0},
		"long window":          {sandbox.Options{RateWindow: 5 * time.Second}, 5, 0},
		"long steps":           {sandbox.Options{RateWindow: 5 * time.Second, RateSteps: true}, 15, 0},
		"refusals only":        {sandbox.Options{RateHeader: sandbox.RateHeaderRefusals}, 15, 100},
		"refusals only, steps": {sandbox.Options{RateHeader: sandbox.RateHeaderRefusals, RateSteps: true}, 15, 100},
		"nothing told":         {sandbox.Options{RateHeader: sandbox.RateHeaderNever}, 15, 300},
		"nothing told, steps":  {sandbox.Options{RateHeader: sandbox.RateHeaderNever, RateSteps: true}, 30, 300},
	} {
		for _, latency := range []time.Duration{0, 120 * time.Millisecond} {
			t.Run(fmt.Sprint(name, ", ", latency), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					options := test.options
					options.RateLimit = limit
					if options.RateWindow > 0 {
						options.RateLimit *= int(options.RateWindow / time.Second)
					}
					s := sandbox.New(options)
					s.Fault(sandbox.Fault{Delay: latency})
					client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
					ctx := within(t, 2*time.Minute)
					begin := time.Now()
					together(calls, func(i int) {
						if _, err := client.Do(ctx, read(i)); err != nil {
							t.Errorf("call %d: %v", i, err)
						}
					})
					ideal := time.Duration(calls-options.RateLimit) * time.Second / limit
					if took := time.Since(begin); took > ideal*time.Duration(100+test.slack)/100 {
						t.Errorf("took %v, where %v are enough", took, ideal)
					}
					if n := statuses(s)[429]; n > test.refused {
						t.Errorf("%d refusals, want %d at most", n, test.refused)
					}
				})
			})
		}
	}
}

// TestIdleBudgetCostsNoTime sends what the limit allows, at once: nothing waits, and again nothing two seconds later.
func TestIdleBudgetCostsNoTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 100})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		for range 3 {
			begin := time.Now()
			together(80, func(i int) {
				if _, err := client.Do(t.Context(), read(i)); err != nil {
					t.Error(err)
				}
			})
			if took := time.Since(begin); took != 0 {
				t.Errorf("what the limit allows took %v", took)
			}
			<-time.After(2 * time.Second)
		}
	})
}

// TestSlowCallsAreNoBudget has more calls under way than the limit of a second: they were counted when they came, and
// hold up nobody.
func TestSlowCallsAreNoBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 20})
		s.Fault(sandbox.Fault{Delay: 20 * time.Second})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		begin := time.Now()
		together(100, func(i int) {
			if _, err := client.Do(t.Context(), read(i)); err != nil {
				t.Error(err)
			}
		})
		if took := time.Since(begin); took > 48*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestSharesTakeTurns lets a caller with 100 calls come after one with 900 of the same credential.
func TestSharesTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 20})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		begin := time.Now()
		finish := func(share string, from, calls int) time.Duration {
			client := client.For(closeapi.Caller{Credential: closeapi.APIKey(sandbox.DemoKey), Share: share})
			together(calls, func(i int) {
				if _, err := client.Do(within(t, time.Minute), read(from+i)); err != nil {
					t.Error(err)
				}
			})
			return time.Since(begin)
		}
		var many, few time.Duration
		var wait sync.WaitGroup
		wait.Go(func() { many = finish("many", 0, 900) })
		synctest.Wait() // until they are all in the queue
		wait.Go(func() { few = finish("few", 900, 100) })
		wait.Wait()
		if few > many/4 {
			t.Errorf("the few calls took %v, the many %v", few, many)
		}
	})
}

// TestOthersUseTheBudget lets several clients use one limit without knowing of each other: other keys of the organization,
// which has three times the limit of a key; other processes with the same key; resources that Close counts together.
// Nobody starves, no refusal reaches a caller, and most calls are not refused at all.
func TestOthersUseTheBudget(t *testing.T) {
	t.Parallel()
	const calls, limit = 100, 20 // calls of each, limit of a key
	demo := closeapi.APIKey(sandbox.DemoKey)
	for name, test := range map[string]struct {
		clients, limit int // limit of all together
		client         func(t *testing.T, client *closeapi.Client, s *sandbox.Server, i int) *closeapi.Client
		operation      func(i int) string
	}{
		"three keys": {clients: 3, limit: 3 * limit},
		"five keys":  {clients: 5, limit: 3 * limit},
		"two processes": {clients: 2, limit: limit, client: func(t *testing.T, _ *closeapi.Client, s *sandbox.Server, _ int) *closeapi.Client {
			return toSandbox(t, s, closeapi.Config{})
		}},
		"three resources": {
			clients: 3, limit: limit,
			client: func(_ *testing.T, client *closeapi.Client, _ *sandbox.Server, _ int) *closeapi.Client {
				return client.For(closeapi.Caller{Credential: demo})
			},
			operation: func(i int) string { return []string{"GET /contact/", "GET /opportunity/", "GET /user/"}[i] },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := sandbox.New(sandbox.Options{RateLimit: limit})
				s.Fault(sandbox.Fault{Delay: 80 * time.Millisecond})
				client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
				ctx := within(t, 2*time.Minute)
				begin := time.Now()
				together(test.clients, func(n int) {
					own := client.For(closeapi.Caller{Credential: closeapi.APIKey("api_" + strconv.Itoa(n))})
					if test.client != nil {
						own = test.client(t, client, s, n)
					}
					together(calls, func(i int) {
						call := read(i)
						if test.operation != nil {
							call = closeapi.Call{Operation: test.operation(n), Params: map[string]string{"_skip": strconv.Itoa(i)}}
						}
						if _, err := own.Do(ctx, call); err != nil {
							t.Errorf("client %d: %v", n, err)
						}
					})
				})
				ideal := time.Duration(test.clients*calls-test.limit) * time.Second / time.Duration(test.limit)
				if took := time.Since(begin); took > 3*ideal { // five keys take 1.4 times as long, and once in thirty runs twice
					t.Errorf("took %v, where %v are enough", took, ideal)
				}
				if n := statuses(s)[429]; n > test.clients*calls/2 {
					t.Errorf("%d refusals of %d calls", n, test.clients*calls)
				}
			})
		})
	}
}

// TestBudget says what is known of a budget: nothing before the first call, then what the header tells, and nothing again
// when it was not used for long.
func TestBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 10})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		known := func(c *closeapi.Client, operation string) string {
			budget, ok := c.Budget(operation)
			return fmt.Sprintf("%+v %v", budget, ok)
		}
		const none = "{Group: Limit:0 Remaining:0 Reset:0s Waiting:0} false"
		if got := known(client, "GET /task/{id}/"); got != none {
			t.Errorf("before a call: %s", got)
		}
		for i := range 3 {
			if _, err := client.Do(t.Context(), read(i)); err != nil {
				t.Fatal(err)
			}
		}
		for operation, want := range map[string]string{
			"GET /task/{id}/": "{Group:task read Limit:10 Remaining:7 Reset:300ms Waiting:0} true",
			"GET /task/":      "{Group:task read Limit:10 Remaining:7 Reset:300ms Waiting:0} true",
			"PUT /task/{id}/": none,
			"GET /lead/":      none,
			"GET /nothing/":   none,
		} {
			if got := known(client, operation); got != want {
				t.Errorf("%s: %s, want %s", operation, got, want)
			}
		}
		if got := known(client.For(closeapi.Caller{Credential: closeapi.APIKey("api_other")}), "GET /task/"); got != none {
			t.Errorf("another credential: %s", got)
		}
		<-time.After(time.Second)
		if got, want := known(client, "GET /task/"), "{Group:task read Limit:10 Remaining:10 Reset:0s Waiting:0} true"; got != want {
			t.Errorf("when it is full again: %s, want %s", got, want)
		}
		<-time.After(10 * time.Minute)
		if got := known(client, "GET /task/"); got != none {
			t.Errorf("long after: %s", got)
		}
	})
}
