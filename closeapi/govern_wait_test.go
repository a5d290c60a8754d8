package closeapi_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestBackgroundWaits makes a call that somebody waits for, after many that nobody waits for.
func TestBackgroundWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 20})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		var background atomic.Int32
		var wait sync.WaitGroup
		wait.Go(func() {
			together(200, func(i int) {
				call := read(i)
				call.Background = true
				if _, err := client.Do(t.Context(), call); err != nil {
					t.Error(err)
				}
				background.Add(1)
			})
		})
		synctest.Wait()
		if _, err := client.Do(t.Context(), read(200)); err != nil {
			t.Error(err)
		}
		if n := background.Load(); n > 40 {
			t.Errorf("%d calls in the background were made first", n)
		}
		wait.Wait()
	})
}

// TestDeadlinesOfWaits asks for more than can be had until the deadline: what cannot is refused without a call, as soon as it is
// known, and what can is answered.
func TestDeadlinesOfWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 20})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		ctx := within(t, 10*time.Second)
		begin := time.Now()
		var answered, refused, late atomic.Int32
		together(1000, func(i int) {
			_, err := client.Do(ctx, read(i))
			if err == nil {
				answered.Add(1)
				return
			}
			refused.Add(1)
			if after, ok := closeapi.RetryAfter(err); !closeapi.IsRateLimited(err) || closeapi.IsTimeout(err) || !ok || after > time.Minute {
				t.Errorf("Do = %v, to be repeated in %v, %v", err, after, ok)
			}
			if time.Since(begin) > time.Second {
				late.Add(1)
			}
		})
		if n := answered.Load(); n < 190 || n > 220 || n+refused.Load() != 1000 {
			t.Errorf("%d answered and %d refused, want about 200 answered", n, refused.Load())
		}
		if n := late.Load(); n > 40 {
			t.Errorf("%d calls were refused late", n)
		}
		if got := statuses(s); got[200] != int(answered.Load()) || got[429] != 0 {
			t.Errorf("answers of Close by status = %v", got)
		}
	})
}

// TestDeadlineBeforeTheNextCall asks for one of the last calls of a long window, which are spread over its rest, with a
// deadline before its turn, and with one after it.
func TestDeadlineBeforeTheNextCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 20, RateWindow: 9 * time.Second, RateSteps: true})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		for i := range 18 {
			if _, err := client.Do(t.Context(), read(i)); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		_, err := client.Do(within(t, 2*time.Second), read(18))
		if after, _ := closeapi.RetryAfter(err); !closeapi.IsRateLimited(err) || after != 3*time.Second || time.Since(begin) != 0 {
			t.Errorf("Do = %v after %v, to be repeated in %v, want a refusal at once", err, time.Since(begin), after)
		}
		if _, err := client.Do(within(t, 4*time.Second), read(19)); err != nil || time.Since(begin) != 3*time.Second {
			t.Errorf("Do = %v after %v, want success after 3s", err, time.Since(begin))
		}
	})
}

// TestNoDeadline refuses a call without a deadline again and again: it waits as long as the policy says, and no longer.
func TestNoDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateWindow: 40 * time.Second})
		s.Fault(sandbox.Fault{RateLimited: true}) // come back in 20 seconds
		client := toSandbox(t, s, closeapi.Config{Pace: closeapi.PacePolicy{MaxWait: 45 * time.Second}})
		begin := time.Now()
		_, err := client.Do(t.Context(), getLead)
		if after, _ := closeapi.RetryAfter(err); !closeapi.IsRateLimited(err) || after != 20*time.Second {
			t.Errorf("Do = %v, to be repeated in %v", err, after)
		}
		if took := time.Since(begin); took != 40*time.Second || len(s.Requests()) != 3 {
			t.Errorf("gave up after %v and %d calls, want 3 calls in 40s", took, len(s.Requests()))
		}
	})
}

// TestCancelWhileWaiting cancels nine calls of ten that wait: they return at once, and the tenth do not wait for them.
func TestCancelWhileWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 10})
		client, read := toSandbox(t, s, closeapi.Config{}), reads(s)
		ctx, cancel := context.WithCancel(t.Context())
		contexts := []context.Context{ctx, t.Context()}
		var canceled atomic.Int32
		var wait sync.WaitGroup
		wait.Go(func() {
			together(200, func(i int) {
				switch _, err := client.Do(contexts[i%10/9], read(i)); {
				case closeapi.IsCanceled(err):
					canceled.Add(1)
				case err != nil:
					t.Error(err)
				}
			})
		})
		synctest.Wait()
		begin := time.Now()
		cancel()
		synctest.Wait()
		if n := canceled.Load(); n < 150 {
			t.Errorf("%d calls have returned, want all that were canceled", n)
		}
		wait.Wait()
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("the calls that stayed took %v, as if the others had stayed", took)
		}
	})
}

// TestQueueBound refuses the calls that are too many to wait.
func TestQueueBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{RateLimit: 10})
		client, read := toSandbox(t, s, closeapi.Config{Pace: closeapi.PacePolicy{MaxQueue: 20}}), reads(s)
		var refused atomic.Int32
		var wait sync.WaitGroup
		wait.Go(func() {
			together(100, func(i int) {
				if _, err := client.Do(t.Context(), read(i)); err != nil {
					refused.Add(1)
					if _, ok := closeapi.RetryAfter(err); !closeapi.IsRateLimited(err) || !ok {
						t.Error(err)
					}
				}
			})
		})
		synctest.Wait()
		known, ok := client.Budget("GET /task/{id}/")
		if !ok || known.Waiting == 0 || known.Waiting > 20 || known.Limit != 10 || known.Group != "task read" {
			t.Errorf("Budget = %+v, %v, want a limit of 10 for which 20 wait at most", known, ok)
		}
		wait.Wait()
		if n := refused.Load(); n < 50 || n > 80 {
			t.Errorf("%d calls were refused, want all that could not wait", n)
		}
	})
}
