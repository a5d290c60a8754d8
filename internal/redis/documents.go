package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Documents keeps persisted queries in Redis under their hashes, beside those that the process has in memory.
type Documents struct {
	c    *Client
	near Texts
}

// Texts keeps texts by a key for a while.
type Texts interface {
	Get(ctx context.Context, key string) (string, bool)
	Add(ctx context.Context, key, text string)
}

const (
	// documentLasts is how long a persisted query is kept after it was last sent; who names it later sends it once more.
	documentLasts = 24 * time.Hour
	// longestDocument is the longest that is kept.
	longestDocument = 64 << 10
)

// Documents keeps persisted queries in near and in Redis.
func (c *Client) Documents(near Texts) *Documents { return &Documents{c, near} }

// Get looks up the text of a hash. Whoever can write to Redis cannot put another text in its place.
func (d *Documents) Get(ctx context.Context, hash string) (string, bool) {
	if text, ok := d.near.Get(ctx, hash); ok {
		return text, true
	}
	var text string
	err := d.c.do(ctx, "document get", func(ctx context.Context, l *link) error {
		var err error
		text, err = l.Do(ctx, l.B().Get().Key(d.c.key("document", hash)).Build()).ToString()
		return err
	})
	if sum := sha256.Sum256([]byte(text)); err != nil || hex.EncodeToString(sum[:]) != hash {
		return "", false
	}
	d.near.Add(ctx, hash, text)
	return text, true
}

// Add keeps the text of a hash.
func (d *Documents) Add(ctx context.Context, hash, text string) {
	d.near.Add(ctx, hash, text)
	if len(text) > longestDocument {
		return
	}
	_ = d.c.do(ctx, "document add", func(ctx context.Context, l *link) error {
		return l.Do(ctx, l.B().Set().Key(d.c.key("document", hash)).Value(text).Px(documentLasts).Build()).Error()
	})
}
