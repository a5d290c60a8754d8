package closeapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// register is where the processes of a test have their budgets in common, with a clock of its own.
type register struct {
	ahead time.Duration               // of the clock of this register
	fail  func(context.Context) error // what goes wrong, if anything

	mu     sync.Mutex
	asked  int
	states map[closeapi.BudgetKey][]byte
}

func newRegister() *register { return &register{states: map[closeapi.BudgetKey][]byte{}} }

func (r *register) Load(ctx context.Context, key closeapi.BudgetKey) ([]byte, time.Time, error) {
	<-time.After(100 * time.Microsecond) // it is elsewhere
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.fail != nil {
		r.mu.Unlock()
		defer r.mu.Lock()
		return nil, time.Time{}, r.fail(ctx)
	}
	return r.states[key], time.Now().Add(r.ahead), nil
}

func (r *register) Swap(_ context.Context, key closeapi.BudgetKey, old, fresh []byte, _ time.Duration) (bool, error) {
	<-time.After(100 * time.Microsecond)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !bytes.Equal(r.states[key], old) {
		return false, nil
	}
	r.states[key] = fresh
	return true, nil
}

// quiet waits until all that is to be told to a register was told.
func quiet() { <-time.After(time.Second) }

// lose has the register forget everything.
func (r *register) lose() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.states)
}

// TestSharedBudgets lets two processes share a budget: together they keep to the limit, as one would, however Close counts
// and whatever it tells.
func TestSharedBudgets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options sandbox.Options
		ahead   time.Duration
		slack   int // how many percent longer than necessary it may take
		refused int // how many calls may be refused
	}{
		"header":              {options: sandbox.Options{}, slack: 5},
		"in steps":            {options: sandbox.Options{RateSteps: true}, slack: 5},
		"another clock":       {options: sandbox.Options{RateSteps: true}, ahead: -time.Hour, slack: 5},
		"refusals only":       {options: sandbox.Options{RateHeader: sandbox.RateHeaderRefusals}, slack: 15, refused: 60},
		"nothing told at all": {options: sandbox.Options{RateHeader: sandbox.RateHeaderNever}, slack: 20, refused: 150},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const calls, limit = 250, 20
				test.options.RateLimit = limit
				defer quiet()
				s, shared := sandbox.New(test.options), newRegister()
				s.Fault(sandbox.Fault{Delay: 80 * time.Millisecond})
				shared.ahead = test.ahead
				read := reads(s)
				begin := time.Now()
				together(2, func(int) {
					client := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: []byte("the same")})
					together(calls, func(i int) {
						if _, err := client.Do(within(t, time.Minute), read(i)); err != nil {
							t.Error(err)
						}
					})
				})
				if took, ideal := time.Since(begin), (2*calls-limit)*time.Second/limit; took > ideal*time.Duration(100+test.slack)/100 {
					t.Errorf("took %v, where %v are enough", took, ideal)
				}
				if got := statuses(s); got[429] > test.refused || got[200] != 2*calls {
					t.Errorf("answers by status = %v, want %d refusals at most", got, test.refused)
				}
			})
		})
	}
}

// farther is a register that is farther away.
type farther struct {
	*register
	by time.Duration
}

func (f farther) Load(ctx context.Context, key closeapi.BudgetKey) ([]byte, time.Time, error) {
	<-time.After(f.by)
	return f.register.Load(ctx, key)
}

// TestSharedBudgetsAreFair has a process with few calls share a budget with others that have many and are nearer to the
// register, so that they are always there first: it has its turn all the same.
func TestSharedBudgetsAreFair(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]sandbox.Options{
		"bit by bit": {RateLimit: 20}, "in steps": {RateLimit: 20, RateSteps: true}, "a few": {RateLimit: 3},
		"nothing told": {RateLimit: 20, RateHeader: sandbox.RateHeaderNever},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer quiet()
				s, shared := sandbox.New(options), newRegister()
				s.Fault(sandbox.Fault{Delay: 80 * time.Millisecond})
				read, begin := reads(s), time.Now()
				process := func(i int) *closeapi.Client {
					return toSandbox(t, s, closeapi.Config{
						Budgets: farther{shared, time.Duration(i) * 3 * time.Millisecond}, IdentityKey: []byte("the same"),
					})
				}
				var took [3]time.Duration
				together(len(took), func(i int) {
					client, calls := process(i), 15*options.RateLimit
					if i == len(took)-1 {
						calls = options.RateLimit
						<-time.After(2 * time.Second) // the others have begun
					}
					together(calls, func(n int) {
						if _, err := client.Do(within(t, 2*time.Minute), read(100*i+n)); err != nil {
							t.Error(err)
						}
					})
					took[i] = time.Since(begin)
				})
				if all := max(took[0], took[1]); took[2] > all/2 {
					t.Errorf("took %v: the one with few calls waits for the others", took)
				}
				if all, ideal := max(took[0], took[1]), 30*time.Second; all > ideal*130/100 {
					t.Errorf("took %v, where %v are enough", all, ideal)
				}
			})
		})
	}
}

// TestSharedBudgetsFail takes the register away: the client counts alone, and asks for it only now and then.
func TestSharedBudgetsFail(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(context.Context) error{
		"refuses": func(context.Context) error { return errors.New("no connection") },
		"hangs":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const calls, limit = 200, 20
				defer quiet()
				s, shared := sandbox.New(sandbox.Options{RateLimit: limit}), newRegister()
				shared.fail = fail
				client, read := toSandbox(t, s, closeapi.Config{Budgets: shared}), reads(s)
				begin := time.Now()
				together(calls, func(i int) {
					if _, err := client.Do(within(t, time.Minute), read(i)); err != nil {
						t.Error(err)
					}
				})
				took, ideal := time.Since(begin), (calls-limit)*time.Second/limit
				if took > ideal*115/100 {
					t.Errorf("took %v, where %v are enough", took, ideal)
				}
				if got := statuses(s); got[429] != 0 || shared.asked > int(took/time.Second)+1 {
					t.Errorf("answers by status = %v; the register was asked %d times in %v", got, shared.asked, took)
				}
			})
		})
	}
}

// TestSharedBudgetsAreLost has the register forget everything in the middle: who finds nothing there brings what it knows,
// and no call is refused.
func TestSharedBudgetsAreLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls, limit = 200, 20
		defer quiet()
		s, shared := sandbox.New(sandbox.Options{RateLimit: limit}), newRegister()
		read := reads(s)
		time.AfterFunc(4*time.Second, shared.lose)
		begin := time.Now()
		together(2, func(int) {
			client := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: []byte("the same")})
			together(calls, func(i int) {
				if _, err := client.Do(within(t, time.Minute), read(i)); err != nil {
					t.Error(err)
				}
			})
		})
		if took, ideal := time.Since(begin), (2*calls-limit)*time.Second/limit; took > ideal*115/100 {
			t.Errorf("took %v, where %v are enough", took, ideal)
		}
		if got := statuses(s); got[429] > 2 {
			t.Errorf("answers by status = %v", got)
		}
	})
}

// TestProcessDies has a process die with calls under way, right after a refusal, when nobody may call before one call has
// found out whether there is budget: the others do not wait for that one forever.
func TestProcessDies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer quiet()
		s, shared := sandbox.New(sandbox.Options{}), newRegister()
		read, key := reads(s), []byte("the same")
		s.Fault(sandbox.Fault{Times: 1, RateLimited: true})
		s.Fault(sandbox.Fault{Times: 1, Delay: time.Hour})
		dying := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: key, Timeout: 2 * time.Hour})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = dying.Do(ctx, read(0))
		}()
		<-time.After(10 * time.Second) // it was refused, and hangs now
		client := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: key})
		if _, err := client.Do(within(t, 5*time.Minute), read(1)); err != nil {
			t.Errorf("Do = %v, want an answer", err)
		}
		cancel()
		<-ended
	})
}

// TestSharedBudgetsOfCallsNotMade cancels a call while it waits for its turn: the next one has it.
func TestSharedBudgetsOfCallsNotMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer quiet()
		s, shared := sandbox.New(sandbox.Options{RateLimit: 1, RateWindow: 10 * time.Second}), newRegister()
		client, read := toSandbox(t, s, closeapi.Config{Budgets: shared}), reads(s)
		begin := time.Now()
		if _, err := client.Do(t.Context(), read(0)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := client.Do(ctx, read(1)); !closeapi.IsCanceled(err) {
			t.Errorf("Do = %v, want canceled", err)
		}
		if _, err := client.Do(t.Context(), read(2)); err != nil || time.Since(begin) > 11*time.Second {
			t.Errorf("Do = %v after %v, want an answer when there is budget, after 10s", err, time.Since(begin))
		}
		if n := len(s.Requests()); n != 2 {
			t.Errorf("%d calls made, want 2", n)
		}
	})
}

// TestSharedBudgetsAndRefusals has Close refuse a call, and then the register lose what it knew: the time that Close names
// holds all the same, and for the other process too.
func TestSharedBudgetsAndRefusals(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		t.Run(fmt.Sprint("lost: ", lost), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				defer quiet()
				s, shared := sandbox.New(sandbox.Options{RateWindow: 40 * time.Second}), newRegister()
				s.Fault(sandbox.Fault{Times: 1, RateLimited: true}) // come back in 20 seconds
				read, key := reads(s), []byte("the same")
				client := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: key})
				begin := time.Now()
				if lost {
					time.AfterFunc(time.Second, shared.lose)
				}
				together(2, func(i int) {
					if i == 1 {
						client := toSandbox(t, s, closeapi.Config{Budgets: shared, IdentityKey: key})
						<-time.After(3 * time.Second)
						if lost {
							return // it knows of nothing
						}
						if _, err := client.Do(t.Context(), read(1)); err != nil || time.Since(begin) < 20*time.Second {
							t.Errorf("Do of the other = %v after %v, want success after 20s", err, time.Since(begin))
						}
						return
					}
					if _, err := client.Do(t.Context(), read(0)); err != nil || time.Since(begin).Truncate(time.Second) != 20*time.Second {
						t.Errorf("Do = %v after %v, want success after 20s", err, time.Since(begin))
					}
				})
			})
		})
	}
}
