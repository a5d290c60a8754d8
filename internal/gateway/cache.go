package gateway

import (
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
)

// Bounds of the query cache beside the number of its entries. A parsed query takes some twenty times its text.
const (
	longestCachedQuery = 64 << 10
	mostCachedText     = 4 << 20
)

// queryCache keeps the parsed and validated form of the queries used last. Its size is bounded in entries and in
// text, so that a client that sends a new query each time can neither fill the memory nor keep anything for long.
type queryCache struct {
	mu      sync.Mutex
	entries *simplelru.LRU[string, *ast.QueryDocument]
	text    int // bytes of all keys
}

// newQueryCache keeps at most size queries; none when size is zero.
func newQueryCache(size int) graphql.Cache[*ast.QueryDocument] {
	if size <= 0 {
		return graphql.NoCache[*ast.QueryDocument]{}
	}
	c := &queryCache{}
	c.entries, _ = simplelru.NewLRU(size, func(query string, _ *ast.QueryDocument) { c.text -= len(query) }) // fails on a size below 1 only
	return c
}

// Get looks up a query.
func (c *queryCache) Get(_ context.Context, query string) (*ast.QueryDocument, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Get(query)
}

// Add keeps a query, unless it is a very long one, and gives up the ones used longest ago when there are too many.
func (c *queryCache) Add(_ context.Context, query string, doc *ast.QueryDocument) {
	if len(query) > longestCachedQuery {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.entries.Contains(query) {
		c.text += len(query)
	}
	c.entries.Add(query, doc)
	for c.text > mostCachedText {
		c.entries.RemoveOldest()
	}
}
