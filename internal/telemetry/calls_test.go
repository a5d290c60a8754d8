package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
)

// samples are the lines of the metrics that begin with one of the prefixes, in their order.
func samples(t *testing.T, of *Telemetry, prefixes ...string) []string {
	t.Helper()
	w := httptest.NewRecorder()
	of.Metrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status = %d: %s", w.Code, w.Body)
	}
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(line, prefix) }) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// TestCalls says what is counted of a call to Close.
func TestCalls(t *testing.T) {
	t.Parallel()
	const get = `closegraph_rest_calls_total{operation="GET /user/{id}/",outcome="`
	timeout, canceled := context.DeadlineExceeded, context.Canceled
	for name, test := range map[string]struct {
		seen closeapi.Observation
		want []string
	}{
		"answered":            {closeapi.Observation{Status: 200, Attempts: 1}, []string{get + `2xx"} 1`}},
		"not found":           {closeapi.Observation{Status: 404, Attempts: 1, Err: errors.New("x")}, []string{get + `4xx"} 1`}},
		"rate limited":        {closeapi.Observation{Status: 429, Attempts: 1, Err: errors.New("x")}, []string{get + `429"} 1`}},
		"failed":              {closeapi.Observation{Status: 502, Attempts: 1, Err: errors.New("x")}, []string{get + `5xx"} 1`}},
		"redirected":          {closeapi.Observation{Status: 302, Attempts: 1, Err: errors.New("x")}, []string{get + `unusable"} 1`}},
		"not JSON":            {closeapi.Observation{Status: 200, Attempts: 1, Err: errors.New("x")}, []string{get + `unusable"} 1`}},
		"too slow":            {closeapi.Observation{Attempts: 1, Err: timeout}, []string{get + `timeout"} 1`}},
		"too slow, half read": {closeapi.Observation{Status: 200, Attempts: 1, Err: timeout}, []string{get + `timeout"} 1`}},
		"given up":            {closeapi.Observation{Err: canceled}, []string{get + `canceled"} 1`}},
		"no connection":       {closeapi.Observation{Attempts: 1, Err: errors.New("x")}, []string{get + `connection"} 1`}},
		"not sent":            {closeapi.Observation{Status: 429, Err: errors.New("x")}, []string{get + `held"} 1`}},
		"sent again": {closeapi.Observation{Status: 200, Attempts: 3}, []string{
			get + `2xx"} 1`, `closegraph_rest_retries_total{operation="GET /user/{id}/"} 2`,
		}},
		"read in the background": {closeapi.Observation{Status: 200, Attempts: 1, Background: true}, []string{get + `2xx"} 1`}},
		"joined":                 {closeapi.Observation{Status: 200, Joined: true}, []string{`closegraph_rest_joined_total{operation="GET /user/{id}/"} 1`}},
		"kept": {closeapi.Observation{Status: 200, Cached: true}, []string{
			`closegraph_cache_requests_total{kind="user",result="hit"} 1`,
		}},
		"kept for too long": {closeapi.Observation{Status: 200, Cached: true, Stale: true}, []string{
			`closegraph_cache_requests_total{kind="user",result="stale"} 1`,
		}},
		"kept, but Close did not answer": {closeapi.Observation{Status: 200, Cached: true, Stale: true, Missed: true, Attempts: 2}, []string{
			`closegraph_cache_requests_total{kind="user",result="stale"} 1`,
		}},
		"to be kept": {closeapi.Observation{Status: 200, Missed: true, Attempts: 1}, []string{
			`closegraph_cache_requests_total{kind="user",result="miss"} 1`, get + `2xx"} 1`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := New("test", nil)
			test.seen.Operation, test.seen.Path = "GET /user/{id}/", "/user/user_secret/"
			of.Observe(t.Context(), test.seen)
			got := samples(t, of, "closegraph_rest_calls_total", "closegraph_rest_retries", "closegraph_rest_joined", "closegraph_cache")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
			if all := samples(t, of, ""); slices.ContainsFunc(all, func(line string) bool { return strings.Contains(line, "secret") }) {
				t.Error("the metrics have an id in them")
			}
		})
	}
}

// TestDurations wants waits and calls in their histograms: calls with their waits, and only what Close was asked for.
func TestDurations(t *testing.T) {
	t.Parallel()
	of := New("v1.2.3", nil)
	for _, seen := range []closeapi.Observation{
		{Duration: 300 * time.Millisecond, Attempts: 1},
		{Duration: 2 * time.Second, Attempts: 1, Waited: 1500 * time.Millisecond},
		{Duration: time.Second, Joined: true},
		{Duration: time.Microsecond, Cached: true},
	} {
		seen.Operation, seen.Status = "GET /user/", 200
		of.Observe(t.Context(), seen)
	}
	want := []string{
		`closegraph_rest_call_duration_seconds_sum{operation="GET /user/"} 2.3`,
		`closegraph_rest_call_duration_seconds_count{operation="GET /user/"} 2`,
		`closegraph_rest_wait_seconds_sum 1.5`,
		`closegraph_rest_wait_seconds_count 1`,
	}
	got := samples(t, of, "closegraph_rest_call_duration_seconds_sum", "closegraph_rest_call_duration_seconds_count",
		"closegraph_rest_wait_seconds_sum", "closegraph_rest_wait_seconds_count")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if about := samples(t, of, "closegraph_build_info", "go_goroutines", "process_start_time"); len(about) != 3 || !strings.Contains(about[0], `version="v1.2.3"`) {
		t.Errorf("the program says of itself: %q", about)
	}
}
