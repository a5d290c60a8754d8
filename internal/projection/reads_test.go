package projection_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/projection"
)

// oneByOne makes one call at a time, so that no two are under way together and the client has nothing to join, and remembers which.
type oneByOne struct {
	mu    sync.Mutex
	close projection.Doer
	made  []string
}

func (o *oneByOne) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.made = append(o.made, call.Operation)
	return o.close.Do(ctx, call)
}

// TestEqualReads checks that what several fields of a level need is read once, and what differs is read for each.
func TestEqualReads(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query string
		want  []string // calls, without parameters
		keeps bool     // definitions, which are read whole
	}{
		"lists": {
			"{ a: leads(first: 3) { nodes { name } } b: leads(first: 3) { edges { node { name } } } }",
			[]string{"GET /lead/"}, false,
		},
		"pages": {
			"{ a: leads(first: 3) { nodes { name } } b: leads(first: 4) { nodes { name } } }",
			[]string{"GET /lead/", "GET /lead/"}, false,
		},
		"members": {
			"{ a: leads(first: 3) { nodes { name } } b: leads(first: 3) { nodes { name description } } }",
			[]string{"GET /lead/", "GET /lead/"}, false,
		},
		"documents": {
			"{ a: viewer { id email } b: viewer { email id } }",
			[]string{"GET /me/"}, false,
		},
		"searches": {
			`{ a: search(type: LEAD, where: {field: {name: "name", exists: true}}, first: 2) { nodes { __typename } }
			   b: search(type: LEAD, where: {field: {name: "name", exists: true}}, first: 2) { edges { node { __typename } } } }`,
			[]string{"POST /data/search/"}, false,
		},
		"a list and one of it": {
			`{ roles { id editable } role(id: "admin") { name permissions } }`,
			[]string{"GET /role/"}, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGraph(t)
			if test.keeps {
				g = newKeepingGraph(t)
			}
			calls := &oneByOne{close: g.client(t, sandbox.RunT(t).Transport())}
			resp, _ := g.doBy(t, calls, test.query, nil)
			if resp == nil || len(resp.Errors) > 0 {
				t.Fatalf("got %+v, want no errors", resp)
			}
			if !slices.Equal(calls.made, test.want) {
				t.Errorf("got %q, want %q", calls.made, test.want)
			}
		})
	}
}
