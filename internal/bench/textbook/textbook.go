// Package textbook is the server to compare with: the same schema served in the way that gqlgen's documentation shows.
// Models are structs, edges are resolvers, and loaders batch them within a request. It answers what the benchmarks ask.
package textbook

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:generate go run ./gen

// Batch says after how many distinct ids a batch leaves.
//
// A server that does not know how many ids will come waits instead, 16 ms a level by default, and a benchmark would
// measure the clock; shorter waits split batches, and cost more work than they save. Told the numbers of the canned
// documents, a batch leaves with its last id: no time passes by waiting, which is the best that the loaders can do.
type Batch struct {
	Leads, Users int
}

// New makes a server that asks Close through the transport.
func New(transport http.RoundTripper, key string, batch Batch) http.Handler {
	c := &client{http: http.Client{Transport: transport}, key: key}
	return withLoaders(c, batch, newServer(c))
}

func newServer(c *client) *handler.Server {
	server := handler.New(NewExecutableSchema(Config{Resolvers: &resolver{c}}))
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	return server
}
