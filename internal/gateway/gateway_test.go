package gateway

import (
	"io"
	"log/slog"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// testOptions are the options of a gateway with the default configuration in front of a sandbox.
func testOptions(s *sandbox.Server) Options {
	cfg, err := config.Parse(nil, "test", func(string) (string, bool) { return "", false }, io.Discard, io.Discard)
	if err != nil {
		panic(err) // the defaults are good
	}
	return Options{
		Config:  cfg,
		Log:     slog.New(slog.DiscardHandler),
		Sandbox: s,
		Retry:   closeapi.RetryPolicy{MaxAttempts: 2, BaseDelay: time.Millisecond, MaxDelay: 2 * time.Millisecond},
	}
}
