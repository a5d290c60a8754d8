package redis

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/redis/rueidis"

	"github.com/closegraph/closegraph/closeapi"
)

// Local is a store in the memory of the process. DropAll ends all values.
type Local interface {
	closeapi.Store
	DropAll()
}

// store keeps values in Redis, as closeapi.Store has it; while Redis is away, in the process.
//
// The mark of a tag is a random text in Redis, made when it is asked for and there is none. To drop is to delete it. So a
// mark that Redis has lost, to its limit of memory or to FLUSHALL, is another one afterwards, and no value from before is
// good any more; nor is one that comes back with an older mark from a disk, since the mark of values depends on the run of
// the server as well.
//
// The marks are asked of Redis for each value, in one step. The values themselves are kept here too, for as long as Redis
// does not say that they have changed: as a rule all that travels is a few marks.
type store struct {
	c     *Client
	local Local
}

const (
	// noMark is a mark under which nothing is kept, for when the marks could not be had.
	noMark = 1 << 63
	// markLasts is how long a mark is kept. It may be forgotten any time, at the price of a call to Close.
	markLasts = 24 * time.Hour
	// longestValue is the longest value that is kept in Redis, so that no transfer takes long.
	longestValue = 1 << 20
	// valueHead is the size of what stands before a sealed value: its mark.
	valueHead = 8
)

// marksScript returns the marks with the names, and makes those that are not there.
var marksScript = rueidis.NewLuaScript(`
local marks = redis.call('MGET', unpack(KEYS))
for i, key in ipairs(KEYS) do
  if not marks[i] then
    marks[i] = ARGV[i + 1]
    redis.call('SET', key, marks[i], 'PX', ARGV[1])
  end
end
return marks`)

// Store keeps values in Redis and, while it is away, in local.
func (c *Client) Store(local Local) closeapi.Store {
	c.whenChanged(local.DropAll) // others may have dropped what is there, since it was last used
	return &store{c: c, local: local}
}

// Get looks up a value.
func (s *store) Get(ctx context.Context, key string, tags []string) ([]byte, uint64) {
	var value []byte
	mark := uint64(noMark)
	err := s.c.do(ctx, "cache get", func(ctx context.Context, l *link) error {
		var err error
		if mark, err = s.mark(ctx, l, tags); err != nil {
			return err
		}
		kept, err := l.DoCache(ctx, l.B().Get().Key(s.c.key("value", key)).Cache(), time.Minute).AsBytes()
		if err == nil {
			value = unseal(key, mark, kept)
		}
		return err
	})
	switch {
	case errors.Is(err, errAway):
		return s.local.Get(ctx, key, tags)
	case err != nil && !rueidis.IsRedisNil(err):
		return nil, noMark
	}
	return value, mark
}

// Set keeps a value. That the tags have another mark by now need not be looked at: nobody would get the value.
func (s *store) Set(ctx context.Context, key string, tags []string, mark uint64, value []byte, ttl time.Duration) {
	if mark == noMark || len(value) > longestValue || ttl < time.Millisecond {
		return
	}
	err := s.c.do(ctx, "cache set", func(ctx context.Context, l *link) error {
		sealed := rueidis.BinaryString(seal(key, mark, value))
		return l.Do(ctx, l.B().Set().Key(s.c.key("value", key)).Value(sealed).Px(ttl).Build()).Error()
	})
	if errors.Is(err, errAway) {
		s.local.Set(ctx, key, tags, mark, value, ttl)
	}
}

// Drop ends all values that have one of the tags, for all replicas.
func (s *store) Drop(ctx context.Context, tags []string) {
	s.local.Drop(ctx, tags)
	marks := s.names(tags)
	err := s.c.do(ctx, "cache drop", func(ctx context.Context, l *link) error {
		return l.Do(ctx, l.B().Del().Key(marks...).Build()).Error()
	})
	if err != nil {
		s.c.owe(marks)
	}
}

func (s *store) names(tags []string) []string {
	names := make([]string, len(tags))
	for i, tag := range tags {
		names[i] = s.c.key("mark", tag)
	}
	return names
}

// allMark is the name of the mark that all values have.
func (c *Client) allMark() string { return c.prefix + "mark:all" }

// mark is one number for the marks of the tags, and for the run of the server.
func (s *store) mark(ctx context.Context, l *link, tags []string) (uint64, error) {
	names := append(s.names(tags), s.c.allMark())
	marks, err := l.Do(ctx, l.B().Mget().Key(names...).Build()).ToArray()
	if err != nil {
		return noMark, err
	}
	texts := make([]string, len(marks))
	for i := range marks {
		if texts[i], err = marks[i].ToString(); err != nil {
			if texts, err = s.newMarks(ctx, l, names); err != nil {
				return noMark, err
			}
			break
		}
	}
	hash := sha256.New()
	hash.Write([]byte(l.run))
	for _, text := range texts {
		hash.Write([]byte{'\n'})
		hash.Write([]byte(text))
	}
	return binary.BigEndian.Uint64(hash.Sum(nil)) &^ noMark, nil
}

// newMarks is the marks with the names, of which some are made now.
func (s *store) newMarks(ctx context.Context, l *link, names []string) ([]string, error) {
	args := []string{millis(markLasts)}
	for range names {
		args = append(args, rand.Text())
	}
	return marksScript.Exec(ctx, l.Client, names, args).AsStrSlice()
}

// sealer seals the value of a key. Keys begin with the identity of the caller, which is a hash of the credential that
// never leaves the process as it is: so the key of the seal is known to those who have the credential, and to nobody else.
func sealer(key string) cipher.AEAD {
	sum := sha256.Sum256([]byte("closegraph seal\x00" + key))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err) // the size of the key is a good one
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // and so is that of the block
	}
	return aead
}

// seal seals a value together with its mark.
func seal(key string, mark uint64, value []byte) []byte {
	head := binary.BigEndian.AppendUint64(make([]byte, 0, valueHead+len(value)+64), mark)
	return sealer(key).Seal(head, nil, value, head) //nolint:gosec // it takes a random nonce by itself
}

// unseal is the value that was sealed under a mark; nil when it was another one, or is none of ours.
func unseal(key string, mark uint64, kept []byte) []byte {
	if len(kept) < valueHead || binary.BigEndian.Uint64(kept) != mark {
		return nil
	}
	value, err := sealer(key).Open(nil, nil, kept[valueHead:], kept[:valueHead])
	if err != nil {
		return nil
	}
	return value
}
