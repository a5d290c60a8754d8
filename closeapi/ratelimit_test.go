package closeapi_test

import (
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
)

func TestParseRateLimit(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]closeapi.RateLimit{
		"limit=100, remaining=50, reset=5":            {Limit: 100, Remaining: 50, Reset: 5 * time.Second},
		"limit=100; remaining=100; reset=1":           {Limit: 100, Remaining: 100, Reset: time.Second},
		"limit=100,remaining=0,reset=0.25":            {Limit: 100, Reset: 250 * time.Millisecond},
		" RESET = 2 ,, Limit=40.5; remaining=0.9":     {Limit: 40, Reset: 2 * time.Second},
		`limit="100", remaining="1", reset="3"`:       {Limit: 100, Remaining: 1, Reset: 3 * time.Second},
		"reset=5":                                     {Limit: -1, Remaining: -1, Reset: 5 * time.Second},
		"policy=x, limit=x, reset=0, burst":           {Limit: -1, Remaining: -1},
		"limit=1, remaining=1, reset=1, reset=9":      {Limit: 1, Remaining: 1, Reset: time.Second},
		"limit=9999999999999999, remaining=1,reset=9": {Limit: 1<<31 - 1, Remaining: 1, Reset: 9 * time.Second},
		"limit=1, remaining=1, reset=9999999999":      {Limit: 1, Remaining: 1, Reset: 24 * time.Hour},
	} {
		if got, ok := closeapi.ParseRateLimit(header); !ok || got != want {
			t.Errorf("ParseRateLimit(%q) = %+v, %v, want %+v", header, got, ok, want)
		}
	}
	for _, header := range []string{
		"", "limit=100, remaining=5", "reset", "reset=", "reset=-1", "reset=+1", "reset=1e3", "reset=inf", "reset=NaN",
		"reset=0x1", "reset=1_0", "reset=.", "reset:5", "=5",
	} {
		if got, ok := closeapi.ParseRateLimit(header); ok || got != (closeapi.RateLimit{}) {
			t.Errorf("ParseRateLimit(%q) = %+v, %v, want nothing", header, got, ok)
		}
	}
}

func FuzzParseRateLimit(f *testing.F) {
	for _, seed := range []string{
		"limit=100, remaining=50, reset=5", "limit=100; remaining=100; reset=1", `reset="0.87"`, "reset=1e9",
		"reset=99999999999999999999999999999999999999", "limit=,;=reset=;", "reset=\x00", "ré=1;reset=.5",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		limit, ok := closeapi.ParseRateLimit(header)
		switch {
		case !ok && limit != (closeapi.RateLimit{}):
			t.Errorf("ParseRateLimit(%q) = %+v, which it does not stand by", header, limit)
		case limit.Reset < 0 || limit.Reset > 24*time.Hour || limit.Limit < -1 || limit.Remaining < -1:
			t.Errorf("ParseRateLimit(%q) = %+v, which makes no sense", header, limit)
		}
	})
}
