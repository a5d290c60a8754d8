package gateway

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

// Bounds of the caches of queries beside the number of their entries. A parsed query takes some twenty times its text.
const (
	longestCachedQuery = 64 << 10
	mostCachedText     = 4 << 20
)

// textCache keeps what hangs on the texts of queries for those used last. Its size is bounded in entries and in text, so
// that a client that sends a new query each time can neither fill the memory nor keep anything for long.
type textCache[V any] struct {
	size    func(key string, value V) int // how much text an entry is
	mu      sync.Mutex
	entries *simplelru.LRU[string, V]
	text    int // bytes of all entries
}

// newQueryCache keeps the parsed and validated form of at most so many queries; none when size is zero.
func newQueryCache(size int) graphql.Cache[*ast.QueryDocument] {
	return newTextCache(size, func(query string, _ *ast.QueryDocument) int { return len(query) })
}

func newTextCache[V any](entries int, size func(key string, value V) int) graphql.Cache[V] {
	if entries <= 0 {
		return graphql.NoCache[V]{}
	}
	c := &textCache[V]{size: size}
	c.entries, _ = simplelru.NewLRU(entries, func(key string, value V) { c.text -= size(key, value) }) // fails on a size below 1 only
	return c
}

// Get looks up an entry.
func (c *textCache[V]) Get(_ context.Context, key string) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Get(key)
}

// Add keeps an entry, unless it is a very long one, and gives up the ones used longest ago when there are too many.
func (c *textCache[V]) Add(_ context.Context, key string, value V) {
	size := c.size(key, value)
	if size > longestCachedQuery {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.entries.Contains(key) {
		c.text += size
	}
	c.entries.Add(key, value)
	for c.text > mostCachedText {
		c.entries.RemoveOldest()
	}
}
