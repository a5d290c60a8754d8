//go:build redis

package redis_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/cache"
	"github.com/closegraph/closegraph/internal/redis"
	"github.com/closegraph/closegraph/internal/redis/redistest"
)

const (
	somebody = "0123456789abcdef0123456789abcdef"
	question = somebody + " +00:00 GET /user/?_limit=100\n"
	family   = "organizations"
	own      = family + "/" + somebody
)

var tags = []string{own, family}

// newStore makes a store of a replica.
func newStore(t testing.TB, c *redis.Client) closeapi.Store {
	t.Helper()
	return c.Store(cache.NewMemory(1 << 20))
}

// keep keeps a value as it is kept after Close was asked.
func keep(t testing.TB, s closeapi.Store, value string) {
	t.Helper()
	_, mark := s.Get(t.Context(), question, tags)
	s.Set(t.Context(), question, tags, mark, []byte(value), time.Minute)
}

func get(t testing.TB, s closeapi.Store) string {
	t.Helper()
	value, _ := s.Get(t.Context(), question, tags)
	return string(value)
}

// TestStore keeps a value by one replica: the other has it too, until one of its tags is dropped by either.
func TestStore(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	a, b := newStore(t, open(t, server, redis.Options{})), newStore(t, open(t, server, redis.Options{}))
	for _, drop := range []struct {
		by  closeapi.Store
		tag string
	}{{a, own}, {b, own}, {a, family}, {b, family}} {
		if got := get(t, b); got != "" {
			t.Errorf("before: %q", got)
		}
		keep(t, a, "kept by a")
		for range 2 { // from Redis, and from what is kept of it
			if got := get(t, b); got != "kept by a" {
				t.Errorf("b has %q", got)
			}
		}
		drop.by.Drop(t.Context(), []string{drop.tag})
		for name, s := range map[string]closeapi.Store{"a": a, "b": b} {
			if got := get(t, s); got != "" {
				t.Errorf("%s has %q after %s was dropped", name, got, drop.tag)
			}
		}
	}
	keep(t, a, "one")
	keep(t, b, "another")
	if got := get(t, a); got != "another" {
		t.Errorf("a has %q, want what b kept last", got)
	}
}

// TestReadAcrossADrop begins to read before a drop by another replica and ends after it: what was read is not kept.
func TestReadAcrossADrop(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	a, b := newStore(t, open(t, server, redis.Options{})), newStore(t, open(t, server, redis.Options{}))
	_, mark := a.Get(t.Context(), question, tags)
	b.Drop(t.Context(), []string{own})
	a.Set(t.Context(), question, tags, mark, []byte("old"), time.Minute)
	for name, s := range map[string]closeapi.Store{"a": a, "b": b} {
		if got := get(t, s); got != "" {
			t.Errorf("%s has %q", name, got)
		}
	}
}

// TestMarksAreLost has Redis lose marks and keep values: no value from before is given.
func TestMarksAreLost(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	s := newStore(t, open(t, server, redis.Options{}))
	keep(t, s, "old")
	for key := range strings.Lines(server.CLI("KEYS *:mark:*")) {
		server.CLI("DEL " + strings.TrimSpace(key))
	}
	if got := get(t, s); got != "" {
		t.Errorf("without marks: %q", got)
	}
	if got := get(t, s); got != "" {
		t.Errorf("with new marks: %q", got)
	}
	keep(t, s, "new")
	server.CLI("FLUSHALL")
	if got := get(t, s); got != "" {
		t.Errorf("after FLUSHALL: %q", got)
	}
}

// TestServerComesBackWithOldData has Redis start anew with what was on its disk, from before a write: nothing of it counts.
func TestServerComesBackWithOldData(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t, "--dbfilename", "dump.rdb")
	client := open(t, server, redis.Options{})
	s := newStore(t, client)
	keep(t, s, "old")
	server.CLI("SAVE")
	s.Drop(t.Context(), []string{own})
	server.Kill()
	eventually(t, "Redis is lost", func() bool { return !client.Up() })
	server.Start()
	eventually(t, "Redis is back", client.Up)
	if keys := server.CLI("KEYS *:value:*"); !strings.Contains(keys, "closegraph:") {
		t.Errorf("the value is not there any more: %q", keys)
	}
	if got := get(t, s); got != "" {
		t.Errorf("a value from before the write is given: %q", got)
	}
}

// TestDropsWhileRedisIsAway writes while Redis is away: what it held is not given when it is back.
func TestDropsWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	timeout := 500 * time.Millisecond
	a, b := open(t, server, redis.Options{Timeout: timeout}), open(t, server, redis.Options{})
	near, far := newStore(t, a), newStore(t, b)
	eventually(t, "a value is kept", func() bool { keep(t, far, "old"); return get(t, near) == "old" })
	server.Pause()
	near.Drop(t.Context(), []string{own})
	if a.Up() {
		t.Error("Redis is used although it was not told of a write")
	}
	if got := get(t, near); got != "" {
		t.Errorf("without Redis: %q", got)
	}
	server.Resume()
	eventually(t, "Redis is back", a.Up)
	for name, s := range map[string]closeapi.Store{"near": near, "far": far} {
		if got := get(t, s); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestStoreWithoutRedis keeps values in the process while Redis is away, and nothing of them beyond that.
func TestStoreWithoutRedis(t *testing.T) {
	t.Parallel()
	server := redistest.New(t)
	client := open(t, server, redis.Options{})
	s := newStore(t, client)
	keep(t, s, "local")
	if got := get(t, s); got != "local" {
		t.Errorf("without Redis: %q", got)
	}
	server.Start()
	eventually(t, "Redis is there", client.Up)
	if got := get(t, s); got != "" {
		t.Errorf("with Redis: %q", got)
	}
	server.Kill()
	eventually(t, "Redis is lost", func() bool { return !client.Up() })
	if got := get(t, s); got != "" {
		t.Errorf("without Redis again: %q", got)
	}
}

// TestNobodyReadsRedis looks at all that is in Redis: no credential, no identity, no value; and every key ends.
func TestNobodyReadsRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	client := open(t, server, redis.Options{})
	const secret = `{"data":[{"name":"Lucille Bluth"}]}`
	keep(t, newStore(t, client), secret)
	var id closeapi.Identity
	if _, err := hex.Decode(id[:], []byte(somebody)); err != nil {
		t.Fatal(err)
	}
	key := closeapi.BudgetKey{Identity: id, Group: "user read"}
	if ok, err := client.Budgets().Swap(t.Context(), key, nil, []byte("state"), time.Minute); !ok || err != nil {
		t.Fatalf("Swap = %t, %v", ok, err)
	}
	client.Writes().Tell(t.Context(), id)
	client.Documents(texts{}).Add(t.Context(), "hash", "{ viewer { id } }")
	if err := client.Sessions().Put(t.Context(), "session-1", []byte("sealed"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Sessions().Lock(t.Context(), "session-1"); err != nil {
		t.Fatal(err)
	}
	keys := strings.Fields(server.CLI("KEYS *"))
	if len(keys) < 9 {
		t.Errorf("there are %d keys only: %q", len(keys), keys)
	}
	for _, key := range keys {
		dump := server.CLI("DUMP " + key)
		for _, hidden := range []string{somebody, string(id[:]), "Lucille", "session-1"} {
			if strings.Contains(dump+key, hidden) {
				t.Errorf("%s holds %q", key, hidden)
			}
		}
		if ttl := strings.TrimSpace(server.CLI("TTL " + key)); strings.HasPrefix(ttl, "-") || ttl == "0" {
			t.Errorf("%s does not end: its TTL is %s", key, ttl)
		}
	}
}

// TestForgedValues puts values of another identity, changed ones and nonsense in the place of a value: none is given.
func TestForgedValues(t *testing.T) {
	t.Parallel()
	server := redistest.Run(t)
	s := newStore(t, open(t, server, redis.Options{}))
	keep(t, s, "mine")
	mine := strings.TrimSpace(server.CLI("KEYS *:value:*"))
	const other = "fedcba9876543210fedcba9876543210 +00:00 GET /user/?_limit=100\n"
	_, mark := s.Get(t.Context(), other, tags)
	s.Set(t.Context(), other, tags, mark, []byte("another's"), time.Minute)
	for key := range strings.Lines(server.CLI("KEYS *:value:*")) {
		if key = strings.TrimSpace(key); key != mine {
			server.CLI("COPY " + key + " " + mine + " REPLACE")
		}
	}
	if got := get(t, s); got != "" {
		t.Errorf("the value of another identity: %q", got)
	}
	for _, forge := range []string{"SETRANGE " + mine + " 12 xxxx", "SET " + mine + " nonsense", "SET " + mine + ` ""`} {
		keep(t, s, "mine")
		if got := get(t, s); got != "mine" {
			t.Fatalf("before %s: %q", forge, got)
		}
		server.CLI(forge)
		if got := get(t, s); got != "" {
			t.Errorf("after %s: %q", forge, got)
		}
	}
}

// TestLongValues keeps no value that takes long to transfer.
func TestLongValues(t *testing.T) {
	t.Parallel()
	s := newStore(t, open(t, redistest.Run(t), redis.Options{}))
	keep(t, s, strings.Repeat("x", 1<<20))
	if n := len(get(t, s)); n != 1<<20 {
		t.Errorf("of a value of 1 MiB %d bytes are kept", n)
	}
	keep(t, s, strings.Repeat("y", 1<<20+1))
	if got := get(t, s); strings.HasPrefix(got, "y") {
		t.Error("a longer one is kept")
	}
}

// texts keeps nothing.
type texts struct{}
