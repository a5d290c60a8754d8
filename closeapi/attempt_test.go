package closeapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestAttemptEnds ends attempts in all the ways there are, whoever asked for the end before: contexts that were made of
// the attempt end with it, and at no other time.
func TestAttemptEnds(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(a *attempt, call context.CancelFunc)
		want error
	}{
		"its time":               {func(*attempt, context.CancelFunc) { <-time.After(10 * time.Second) }, context.DeadlineExceeded},
		"the call":               {func(_ *attempt, call context.CancelFunc) { call() }, context.Canceled},
		"with the body":          {func(a *attempt, _ context.CancelFunc) { a.end() }, context.Canceled},
		"nothing":                {func(*attempt, context.CancelFunc) { <-time.After(9 * time.Second) }, nil},
		"the body, and the call": {func(a *attempt, call context.CancelFunc) { a.end(); call() }, context.Canceled},
	} {
		for _, asked := range []bool{false, true} {
			for _, flying := range []bool{false, true} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						call, cancel := context.WithCancel(context.WithValue(t.Context(), exchangeKey{}, "a value"))
						defer cancel()
						if flying {
							f := &flight{values: context.WithoutCancel(call)}
							call, cancel = f, f.Cancel
						}
						a := &attempt{Context: call, timeout: 10 * time.Second, ends: time.Now().Add(10 * time.Second)}
						contexts := map[string]context.Context{"it": a}
						if asked {
							before, stop := context.WithCancel(a)
							defer stop()
							contexts["one made before"] = before
						}
						test.end(a, cancel)
						synctest.Wait()
						if err := a.Err(); !errors.Is(err, test.want) {
							t.Errorf("Err = %v, want %v", err, test.want)
						}
						after, stop := context.WithCancel(a)
						defer stop()
						contexts["one made after"] = after
						for place, ctx := range contexts {
							if err := ctx.Err(); !errors.Is(err, test.want) {
								t.Errorf("%s: Err = %v, want %v", place, err, test.want)
							}
							if cause := context.Cause(ctx); !errors.Is(cause, test.want) {
								t.Errorf("%s: Cause = %v, want %v", place, cause, test.want)
							}
							if value := ctx.Value(exchangeKey{}); value == nil {
								t.Errorf("%s has not the values of the call", place)
							}
							select {
							case <-ctx.Done():
								if test.want == nil {
									t.Errorf("%s is done", place)
								}
							default:
								if test.want != nil {
									t.Errorf("%s is not done", place)
								}
							}
						}
						a.end()
					})
				})
			}
		}
	}
}
