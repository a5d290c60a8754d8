//go:build redis

package redis_test

import (
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/redis"
	"github.com/closegraph/closegraph/internal/redis/redistest"
)

// TestGoneAndBack has Redis go away and come back in all ways there are: nothing waits long, it is said once each time, and
// Redis is used again by itself.
func TestGoneAndBack(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]struct{ gone, back func(s *redistest.Server) }{
		"killed": {func(s *redistest.Server) { s.Kill() }, func(s *redistest.Server) { s.Start() }},
		"hangs":  {func(s *redistest.Server) { s.Pause() }, func(s *redistest.Server) { s.Resume() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, log := redistest.Run(t), &logged{}
			var mu sync.Mutex
			var states []bool
			outcomes := map[string]int{}
			client := open(t, server, redis.Options{
				Timeout: 250 * time.Millisecond, Log: slog.New(slog.NewTextHandler(log, nil)),
				Up: func(up bool) { mu.Lock(); defer mu.Unlock(); states = append(states, up) },
				Observe: func(operation, outcome string, _ time.Duration) {
					mu.Lock()
					defer mu.Unlock()
					if operation == "cache get" {
						outcomes[outcome]++
					}
				},
			})
			s := newStore(t, client)
			eventually(t, "a value is kept", func() bool { keep(t, s, "kept"); return get(t, s) == "kept" })
			way.gone(server)
			for range 100 {
				get(t, s)
			}
			eventually(t, "Redis is lost", func() bool { get(t, s); return !client.Up() })
			mu.Lock()
			for range 100 {
				mu.Unlock()
				get(t, s)
				mu.Lock()
			}
			if failed := outcomes["timeout"] + outcomes["error"]; failed > 10 || outcomes["skipped"] < 100 {
				t.Errorf("outcomes = %v: want few attempts, and then none", outcomes)
			}
			mu.Unlock()
			way.back(server)
			eventually(t, "Redis is back", client.Up)
			eventually(t, "a value is kept again", func() bool { keep(t, s, "again"); return get(t, s) == "again" })
			mu.Lock()
			defer mu.Unlock()
			if len(states) < 3 || !states[0] || states[1] || !states[2] {
				t.Errorf("states = %v, want up, down, up", states)
			}
			text := log.String()
			if n := strings.Count(text, "Redis is lost"); n != strings.Count(text, "Redis is there")-1 || n == 0 {
				t.Errorf("log = %s", text)
			}
		})
	}
}

// TestSlow has Redis answer, but too late: it is left alone, is not taken up again as long as it is slow, and is said to be
// away once.
func TestSlow(t *testing.T) {
	t.Parallel()
	server, log := redistest.Run(t), &logged{}
	way := newSlowly(t, server)
	client := open(t, server, redis.Options{URL: way.url(), Timeout: 250 * time.Millisecond, Log: slog.New(slog.NewTextHandler(log, nil))})
	s := newStore(t, client)
	eventually(t, "Redis is used", client.Up)
	way.delay.Store(int64(time.Second))
	eventually(t, "Redis is lost", func() bool { get(t, s); return !client.Up() })
	before := strings.Count(log.String(), "Redis is lost")
	<-time.After(4 * time.Second) // it is tried again and again
	if after := strings.Count(log.String(), "Redis is lost"); client.Up() || after != before {
		t.Errorf("up = %t, it was lost %d times and then %d times: %s", client.Up(), before, after, log)
	}
	way.delay.Store(0)
	eventually(t, "Redis is used again", client.Up)
}

// TestLate begins without Redis, says so once, and uses it when it comes.
func TestLate(t *testing.T) {
	t.Parallel()
	server, log := redistest.New(t), &logged{}
	client := open(t, server, redis.Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	if client.Up() {
		t.Error("Redis is used before it runs")
	}
	<-time.After(1500 * time.Millisecond) // it tries again
	if n := strings.Count(log.String(), "level=WARN"); n != 1 {
		t.Errorf("it was said %d times: %s", n, log)
	}
	server.Start()
	eventually(t, "Redis is there", client.Up)
}

// TestPassword gives a wrong password and a right one: neither is in the log, nor in an error.
func TestPassword(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t, "--requirepass", "hunter2hunter2")
	for password, up := range map[string]bool{"hunter2hunter2": true, "hunter3hunter3": false} {
		log := &logged{}
		client := open(t, server, redis.Options{
			URL: strings.Replace(server.URL(), "unix://", "unix://:"+password+"@", 1), Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		if client.Up() != up {
			t.Errorf("with %s: up = %t: %s", password, client.Up(), log)
		}
		_, err := client.Sessions().Get(t.Context(), "1")
		if (err == nil) != up || err != nil && strings.Contains(err.Error(), password) || strings.Contains(log.String(), password) {
			t.Errorf("%v; log = %s", err, log)
		}
	}
}

// TestURLs refuses addresses that are none, without repeating them.
func TestURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://:hunter2@localhost":             "must begin with redis://",
		"localhost:6379":                        "must begin with redis://",
		"redis://:hunter2@":                     "has no host",
		"unix://:hunter2@":                      "has no path",
		"redis://:hunter2@localhost/x":          "has a path that is not the number",
		"redis://:hunter2@localhost:port":       "is not a URL",
		"redis://:hunt#er2@localhost":           "is not a URL",
		"redis://:hunter2@localhost/0#x":        "has a fragment",
		"redis://:hunter2@localhost?addr=other": "has a parameter",
	} {
		client, err := redis.Open(redis.Options{URL: url})
		if err == nil {
			client.Close()
			t.Errorf("%s is taken", url)
			continue
		}
		if text := err.Error(); !strings.Contains(text, want) || strings.Contains(text, "hunt") {
			t.Errorf("%s: %s, want %q and no password", url, text, want)
		}
	}
}

// TestOverTCP uses the Redis of the environment, which is reached over TCP.
func TestOverTCP(t *testing.T) {
	t.Parallel()
	url := os.Getenv("REDIS_URL")
	if url == "" {
		listener, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(listener.Addr().String())
		listener.Close()
		redistest.Run(t, "--bind", "127.0.0.1", "--port", port)
		url = "redis://127.0.0.1:" + port + "/1"
	}
	client := open(t, nil, redis.Options{URL: url, World: t.Name() + time.Now().String()})
	s := newStore(t, client)
	keep(t, s, "kept")
	if got := get(t, s); got != "kept" {
		t.Errorf("%q", got)
	}
}

// BenchmarkStore measures what an answer out of Redis costs, and who wrote what lately.
func BenchmarkStore(b *testing.B) {
	client := open(b, redistest.Run(b), redis.Options{})
	s := newStore(b, client)
	keep(b, s, strings.Repeat("x", 20<<10))
	b.Run("get 20 KiB", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if get(b, s) == "" {
				b.Fatal("it is not there")
			}
		}
	})
	b.Run("get 20 KiB/parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				get(b, s)
			}
		})
	})
	b.Run("drop", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Drop(b.Context(), tags)
		}
	})
	b.Run("budget", func(b *testing.B) { // one call that is granted, and told of
		b.ReportAllocs()
		var key closeapi.BudgetKey
		shared := client.Budgets()
		state := make([]byte, 300)
		for b.Loop() {
			old, _, err := shared.Load(b.Context(), key)
			if err != nil {
				b.Fatal(err)
			}
			if ok, err := shared.Swap(b.Context(), key, old, state, time.Minute); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	})
	b.Run("learn", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			client.Writes().Learn(b.Context())
		}
	})
}
