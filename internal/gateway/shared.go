package gateway

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/cache"
	"github.com/closegraph/closegraph/internal/config"
	"github.com/closegraph/closegraph/internal/loaders"
	"github.com/closegraph/closegraph/internal/redis"
	"github.com/closegraph/closegraph/internal/session"
)

// shared is what replicas have in common through Redis. Without Redis all of it is nil, or in the memory of the process.
type shared struct {
	redis       *redis.Client
	identityKey []byte
	budgets     closeapi.Budgets
	writes      closeapi.Writes
	others      loaders.Others
}

// newShared finds what replicas have in common; nothing, without Redis.
func newShared(o Options) (shared, error) {
	if o.Config.RedisURL == "" {
		return shared{}, nil
	}
	world := worldOf(o.Config)
	o.Telemetry.WithRedis()
	client, err := redis.Open(redis.Options{
		URL:       o.Config.RedisURL.Reveal(),
		World:     world,
		Timeout:   o.Config.RedisTimeout,
		CacheSize: int64(o.Config.CacheSize),
		Log:       o.Log,
		Up:        o.Telemetry.RedisUp,
		Observe:   o.Telemetry.RedisOperation,
	})
	if err != nil {
		return shared{}, fmt.Errorf("--redis-url: %w", err)
	}
	// The key is the same for all replicas, and no secret. It need not be one: no identity leaves the process but as a
	// hash, and credentials are too long to be found by trying.
	key := sha256.Sum256([]byte("closegraph identities\x00" + world))
	return shared{redis: client, identityKey: key[:], budgets: client.Budgets(), writes: client.Writes(), others: client.Writes()}, nil
}

// worldOf names the Close that replicas have in common. A sandbox in the process is one that nobody else has.
func worldOf(c config.Config) string {
	if c.Mode() == config.ModeSandbox {
		return "sandbox " + rand.Text()
	}
	return c.CloseBaseURL
}

// close lets go of Redis.
func (s shared) close() {
	if s.redis != nil {
		s.redis.Close()
	}
}

// store keeps what Close answered; nil when nothing is to be kept.
func (s shared) store(c config.Config) closeapi.Store {
	if c.CacheSize == 0 {
		return nil
	}
	local := cache.NewMemory(int64(c.CacheSize))
	if s.redis == nil {
		return local
	}
	return s.redis.Store(local)
}

// sessions keeps what belongs to those who are logged in.
func (s shared) sessions(o Options) session.Store {
	near := session.NewMemory(o.Config.MaxSessions, o.Now)
	if s.redis == nil {
		return near
	}
	return session.WithCopies(s.redis.Sessions(), near)
}

// documents keeps persisted queries; nil when there are none.
func (s shared) documents(c config.Config) graphql.Cache[string] {
	near := newAutomatic(c.PersistedQueries)
	if s.redis == nil || near == nil {
		return near
	}
	return s.redis.Documents(near)
}
