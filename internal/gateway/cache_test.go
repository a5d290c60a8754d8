package gateway

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

func TestQueryCache(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cache := newQueryCache(2)
	doc := &ast.QueryDocument{}
	cache.Add(ctx, "a", doc)
	cache.Add(ctx, "b", doc)
	if got, ok := cache.Get(ctx, "a"); !ok || got != doc {
		t.Error("a is not there")
	}
	cache.Add(ctx, "c", doc)
	for query, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, ok := cache.Get(ctx, query); ok != want {
			t.Errorf("Get(%q) = %t, want %t", query, ok, want)
		}
	}
	long := strings.Repeat("x", longestCachedQuery+1)
	cache.Add(ctx, long, doc)
	if _, ok := cache.Get(ctx, long); ok {
		t.Error("a very long query is kept")
	}
	if none := newQueryCache(0); none == nil {
		t.Error("no cache at all")
	} else if none.Add(ctx, "a", doc); true {
		if _, ok := none.Get(ctx, "a"); ok {
			t.Error("a cache of size 0 keeps queries")
		}
	}
}

func TestQueryCacheIsBoundedInText(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	cache := newQueryCache(1 << 20).(*textCache[*ast.QueryDocument])
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 100 {
				cache.Add(ctx, fmt.Sprintf("%d %d %s", worker, i, strings.Repeat("x", longestCachedQuery/2)), &ast.QueryDocument{})
			}
		})
	}
	wg.Wait()
	sum := 0
	for _, query := range cache.entries.Keys() {
		sum += len(query)
	}
	if sum != cache.text || sum > mostCachedText || sum < mostCachedText-longestCachedQuery {
		t.Errorf("%d bytes of queries are kept, %d counted, %d allowed", sum, cache.text, mostCachedText)
	}
	for range 3 {
		cache.Add(ctx, "again", nil) // counts once
	}
	before := cache.text
	cache.Add(ctx, "again", nil)
	if cache.text != before {
		t.Errorf("adding a query again counts %d bytes", cache.text-before)
	}
}
