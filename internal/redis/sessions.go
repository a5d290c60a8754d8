package redis

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/redis/rueidis"
)

// Sessions keeps what belongs to sessions in Redis, as session.Store has it. What it is given is sealed already. While
// Redis is away, all that it is asked but to forget is an error.
type Sessions struct{ c *Client }

// Sessions are those of all replicas.
func (c *Client) Sessions() *Sessions { return &Sessions{c} }

const (
	// longestSession bounds what is kept of a session; tokens are some hundred bytes.
	longestSession = 16 << 10
	// lockLasts is when a holder that has died loses its lock: longer than a renewal may take.
	lockLasts = time.Minute
	// lockPause is how long to wait before a lock is asked for again that another one has.
	lockPause = 50 * time.Millisecond
)

// Get looks up a value.
func (s *Sessions) Get(ctx context.Context, id string) ([]byte, error) {
	var value []byte
	err := s.c.do(ctx, "session get", func(ctx context.Context, l *link) error {
		var err error
		value, err = l.Do(ctx, l.B().Get().Key(s.c.key("session", id)).Build()).AsBytes()
		return err
	})
	if rueidis.IsRedisNil(err) {
		return nil, nil
	}
	return value, s.c.hidden(err)
}

// Put keeps a value for a while.
func (s *Sessions) Put(ctx context.Context, id string, value []byte, lifetime time.Duration) error {
	if len(value) > longestSession {
		return fmt.Errorf("a session of %d bytes is too long to keep", len(value))
	}
	if lifetime < time.Millisecond {
		return s.Delete(ctx, id)
	}
	return s.c.hidden(s.c.do(ctx, "session put", func(ctx context.Context, l *link) error {
		return l.Do(ctx, l.B().Set().Key(s.c.key("session", id)).Value(rueidis.BinaryString(value)).Px(lifetime).Build()).Error()
	}))
}

// Delete forgets a value: while Redis is away, as soon as it is back.
func (s *Sessions) Delete(ctx context.Context, id string) error {
	name := s.c.key("session", id)
	err := s.c.do(ctx, "session delete", func(ctx context.Context, l *link) error {
		return l.Do(ctx, l.B().Del().Key(name).Build()).Error()
	})
	if err != nil {
		s.c.owe([]string{name})
	}
	return nil
}

// unlockScript gives a lock back, unless it was lost to another holder.
var unlockScript = rueidis.NewLuaScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0`)

// Lock takes the lock of an id when nobody has it, in any replica.
func (s *Sessions) Lock(ctx context.Context, id string) (unlock func(), err error) {
	name, holder := s.c.key("lock", id), rand.Text()
	for {
		err := s.c.do(ctx, "session lock", func(ctx context.Context, l *link) error {
			return l.Do(ctx, l.B().Set().Key(name).Value(holder).Nx().Px(lockLasts).Build()).Error()
		})
		switch {
		case err == nil:
			return func() { s.unlock(context.WithoutCancel(ctx), name, holder) }, nil
		case !rueidis.IsRedisNil(err): // it may have been taken all the same
			s.unlock(context.WithoutCancel(ctx), name, holder)
			return nil, s.c.hidden(err)
		}
		pause := time.NewTimer(lockPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil, ctx.Err()
		}
	}
}

func (s *Sessions) unlock(ctx context.Context, name, holder string) {
	_ = s.c.do(ctx, "session unlock", func(ctx context.Context, l *link) error { // else it ends by itself
		return unlockScript.Exec(ctx, l.Client, []string{name}, []string{holder}).Error()
	})
}
