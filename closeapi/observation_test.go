package closeapi_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/cache"
)

// TestBackgroundIsObserved lets a definition grow old: that it is read anew is told, also when nothing comes of it.
func TestBackgroundIsObserved(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault func() (*http.Response, error)
		want  closeapi.Observation
	}{
		"renewed": {want: closeapi.Observation{Status: 200}},
		"refused": {
			fault: func() (*http.Response, error) { return answer(403, `{}`), nil },
			want:  closeapi.Observation{Status: 403},
		},
		"no answer": {
			fault: func() (*http.Response, error) { return nil, errors.New("no such host") },
			want:  closeapi.Observation{Err: cmpopts.AnyError},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				observed := make(chan closeapi.Observation, 3)
				close := &numbered{}
				client := newClient(t, closeapi.Config{
					Transport: close, Store: cache.NewMemory(1 << 20), Retry: closeapi.RetryPolicy{MaxAttempts: 1},
					Observe: func(_ context.Context, o closeapi.Observation) { observed <- o },
				})
				body(t, client, getUsers)
				<-time.After(6 * time.Minute)
				close.set(time.Second, test.fault)
				body(t, client, getUsers)
				<-observed
				<-observed
				test.want.Operation, test.want.Path = "GET /user/", "/user/"
				test.want.Duration, test.want.Background, test.want.Attempts = time.Second, true, 1
				if diff := cmp.Diff(test.want, <-observed, cmpopts.EquateErrors()); diff != "" {
					t.Errorf("observed (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestAttemptsAreObserved counts how often a call was sent.
func TestAttemptsAreObserved(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call closeapi.Call
		want int
	}{
		"a read, until it is answered": {getLead, 3},
		"a write, once":                {postLead, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := 0
			var observed []closeapi.Observation
			client := newClient(t, closeapi.Config{
				Transport: inProcess(func(*http.Request) (*http.Response, error) {
					if n++; n < 3 {
						return answer(503, `{}`), nil
					}
					return answer(200, `{}`), nil
				}),
				Observe: func(_ context.Context, o closeapi.Observation) { observed = append(observed, o) },
			})
			_, _ = client.Do(t.Context(), test.call)
			if len(observed) != 1 || observed[0].Attempts != test.want {
				t.Errorf("observed %+v, want one call with %d attempts", observed, test.want)
			}
		})
	}
}
