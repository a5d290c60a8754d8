package sandbox_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := open(sandbox.Options{RateLimit: 3})
	for i, want := range []string{"limit=3, remaining=2, reset=0.334", "limit=3, remaining=1, reset=0.667", "limit=3, remaining=0, reset=1"} {
		if resp, _ := ask(t, s, "GET", "/task/?_limit=1", ""); resp.StatusCode != 200 || resp.Header.Get("RateLimit") != want {
			t.Errorf("request %d: %d, %s, want 200, %s", i, resp.StatusCode, resp.Header.Get("RateLimit"), want)
		}
	}
	resp, body := ask(t, s, "GET", "/task/", "")
	var refused struct{ Error object }
	if err := json.Unmarshal([]byte(body), &refused); err != nil || refused.Error["rate_limit_type"] != "key" {
		t.Errorf("body of the 429 = %s", body)
	}
	if resp.StatusCode != 429 || resp.Header.Get("RateLimit") != "limit=3, remaining=0, reset=1" || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("fourth request: %d with %v", resp.StatusCode, resp.Header)
	}
	if resp, _ := ask(t, s, "GET", "/lead/?_limit=1", ""); resp.StatusCode != 200 {
		t.Errorf("another group: %d, want 200", resp.StatusCode)
	}
	if resp, _ := ask(t, s, "GET", "/task/?_limit=1", "", "Authorization", "Bearer other"); resp.StatusCode != 200 {
		t.Errorf("another key: %d, want 200", resp.StatusCode)
	}
	s.SetTime(wednesday.Add(400 * time.Millisecond))
	if resp, _ := ask(t, s, "GET", "/task/?_limit=1", ""); resp.StatusCode != 200 {
		t.Errorf("after 0.4 s: %d, want 200", resp.StatusCode)
	}
	status := 0
	for i := range 30 {
		resp, _ := ask(t, s, "GET", "/contact/?_limit=1", "", "Authorization", "Bearer key"+strconv.Itoa(i))
		if status = resp.StatusCode; status == 429 {
			if i != 9 || !strings.HasPrefix(resp.Header.Get("RateLimit"), "limit=9, ") {
				t.Errorf("request %d of the organization is refused with %s, want the tenth", i+1, resp.Header.Get("RateLimit"))
			}
			break
		}
	}
	if status != 429 {
		t.Error("the organization has no limit of its own")
	}
}

// TestRateLimitOptions uses up a limit of two, and comes back 600 ms after the first request, and 1.5 s.
func TestRateLimitOptions(t *testing.T) {
	t.Parallel()
	const refused = `{"error":{"message":"API rate limit exceeded.","rate_reset":`
	for name, test := range map[string]struct {
		options sandbox.Options
		headers []string // of each answer: RateLimit, Retry-After and the three of the numbers
		after   [2]int   // the statuses later
	}{
		"default": {sandbox.Options{}, []string{
			"limit=2, remaining=1, reset=0.5", "limit=2, remaining=0, reset=1", "limit=2, remaining=0, reset=1 | 1",
		}, [2]int{200, 200}},
		"semicolons": {sandbox.Options{RateHeader: sandbox.RateHeaderSemicolons}, []string{
			"limit=2; remaining=1; reset=0.5 | 2 1 1", "limit=2; remaining=0; reset=1 | 2 0 1", "limit=2; remaining=0; reset=1 | 1 2 0 1",
		}, [2]int{200, 200}},
		"refusals": {sandbox.Options{RateHeader: sandbox.RateHeaderRefusals}, []string{
			"", "", "limit=2, remaining=0, reset=1 | 1",
		}, [2]int{200, 200}},
		"never": {sandbox.Options{RateHeader: sandbox.RateHeaderNever}, []string{"", "", ""}, [2]int{200, 200}},
		"a longer window": {sandbox.Options{RateWindow: 4 * time.Second}, []string{
			"limit=2, remaining=1, reset=2", "limit=2, remaining=0, reset=4", "limit=2, remaining=0, reset=4 | 4",
		}, [2]int{429, 429}},
		"steps": {sandbox.Options{RateSteps: true}, []string{
			"limit=2, remaining=1, reset=1", "limit=2, remaining=0, reset=1", "limit=2, remaining=0, reset=1 | 1",
		}, [2]int{429, 200}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.options.RateLimit = 2
			s := open(test.options)
			var headers []string
			for i := range 3 {
				resp, body := ask(t, s, "GET", "/me/", "")
				var told []string
				for _, header := range []string{"Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} {
					if value := resp.Header.Get(header); value != "" {
						told = append(told, value)
					}
				}
				header := resp.Header.Get("RateLimit")
				if len(told) > 0 {
					header += " | " + strings.Join(told, " ")
				}
				headers = append(headers, header)
				if i == 2 && (resp.StatusCode != 429 || (body == "") != (name == "never") || body != "" && !strings.HasPrefix(body, refused)) {
					t.Errorf("the last answer is %d %s", resp.StatusCode, body)
				}
			}
			if diff := cmp.Diff(test.headers, headers); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			var after [2]int
			for i, passed := range []time.Duration{600 * time.Millisecond, 1500 * time.Millisecond} {
				s.SetTime(wednesday.Add(passed))
				resp, _ := ask(t, s, "GET", "/me/", "")
				after[i] = resp.StatusCode
			}
			if after != test.after {
				t.Errorf("later statuses = %v, want %v", after, test.after)
			}
		})
	}
}
