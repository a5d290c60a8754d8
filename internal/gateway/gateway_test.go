package gateway

import (
	"io"
	"log/slog"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// testOptions are the options of a gateway with the default configuration, but for the flags, in front of a sandbox.
func testOptions(s *sandbox.Server, flags ...string) Options {
	cfg, err := config.Parse(flags, "test", func(string) (string, bool) { return "", false }, io.Discard, io.Discard)
	if err != nil {
		panic(err) // the defaults are good, and so are the flags of these tests
	}
	return Options{
		Config:  cfg,
		Log:     slog.New(slog.DiscardHandler),
		Sandbox: s,
		Retry:   closeapi.RetryPolicy{MaxAttempts: 2, BaseDelay: time.Millisecond, MaxDelay: 2 * time.Millisecond},
	}
}
