package projection_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/projection"
)

// oneByOne makes one call at a time, so that no two are under way together and the client has nothing to join.
type oneByOne struct {
	mu    sync.Mutex
	close projection.Doer
}

func (o *oneByOne) Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.close.Do(ctx, call)
}

// TestEqualReads checks that what several fields of a level need is read once, and what differs is read for each.
func TestEqualReads(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query string
		want  []string // calls, without parameters
	}{
		"lists": {
			"{ a: leads(first: 3) { nodes { name } } b: leads(first: 3) { edges { node { name } } } }",
			[]string{"GET /lead/"},
		},
		"pages": {
			"{ a: leads(first: 3) { nodes { name } } b: leads(first: 4) { nodes { name } } }",
			[]string{"GET /lead/", "GET /lead/"},
		},
		"members": {
			"{ a: leads(first: 3) { nodes { name } } b: leads(first: 3) { nodes { name description } } }",
			[]string{"GET /lead/", "GET /lead/"},
		},
		"documents": {
			"{ a: viewer { id email } b: viewer { email id } }",
			[]string{"GET /me/"},
		},
		"searches": {
			`{ a: search(type: LEAD, where: {field: {name: "name", exists: true}}, first: 2) { nodes { __typename } }
			   b: search(type: LEAD, where: {field: {name: "name", exists: true}}, first: 2) { edges { node { __typename } } } }`,
			[]string{"POST /data/search/"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, s := newGraph(t), sandbox.RunT(t)
			resp, _ := g.doBy(t, &oneByOne{close: g.client(t, s.Transport())}, test.query, nil)
			if resp == nil || len(resp.Errors) > 0 {
				t.Fatalf("got %+v, want no errors", resp)
			}
			var got []string
			for _, r := range s.Requests() {
				got = append(got, fmt.Sprint(r.Method, " ", strings.TrimPrefix(r.Path, "/api/v1")))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
