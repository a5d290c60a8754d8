package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// hashOf is the hash by which clients name a query.
func hashOf(query string) string {
	sum := sha256.Sum256([]byte(query))
	return hex.EncodeToString(sum[:])
}

// persistedBy is the extension that names a query by a hash.
func persistedBy(hash string) map[string]any {
	return map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
}

// withConfig is a gateway on a sandbox with settings of its own.
func withConfig(t *testing.T, change func(c *config.Config)) *Gateway {
	t.Helper()
	o := testOptions(sandbox.RunT(t))
	change(&o.Config)
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

// TestAutomaticPersistedQueries goes through the protocol as a client does.
func TestAutomaticPersistedQueries(t *testing.T) {
	t.Parallel()
	const query = `{ viewer { __typename } }`
	const data = `"data":{"viewer":{"__typename":"Viewer"}}`
	g := withConfig(t, func(*config.Config) {})
	off := withConfig(t, func(c *config.Config) { c.PersistedQueries = 0 })
	for _, step := range []struct {
		name string
		g    *Gateway
		body map[string]any
		want string
	}{
		{"before it is known", g, map[string]any{"extensions": persistedBy(hashOf(query))}, `{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}`},
		{"with a wrong hash", g, map[string]any{"query": query, "extensions": persistedBy(hashOf("another"))}, `BAD_USER_INPUT`},
		{"which was not kept", g, map[string]any{"extensions": persistedBy(hashOf("another"))}, `PERSISTED_QUERY_NOT_FOUND`},
		{"with its text", g, map[string]any{"query": query, "extensions": persistedBy(hashOf(query))}, data},
		{"by its hash", g, map[string]any{"extensions": persistedBy(hashOf(query))}, data},
		{"of another version", g, map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 2, "sha256Hash": hashOf(query)}}}, `version must be 1`},
		{"without a hash", g, map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1}}}, `sha256Hash is missing`},
		{"of no shape", g, map[string]any{"extensions": map[string]any{"persistedQuery": 5}}, `version must be 1`},
		{"with a query that is not valid", g, map[string]any{"query": "{", "extensions": persistedBy(hashOf("{"))}, `GRAPHQL_PARSE_FAILED`},
		{"switched off", off, map[string]any{"extensions": persistedBy(hashOf(query))}, `PERSISTED_QUERY_NOT_SUPPORTED`},
		{"by an id without a list", g, map[string]any{"documentId": "viewer"}, `PERSISTED_QUERY_NOT_FOUND`},
		{"neither query nor name", g, map[string]any{"variables": map[string]any{}}, "`query` is missing"},
	} {
		if got := string(post(t, step.g, step.body, nil)); !strings.Contains(got, step.want) {
			t.Errorf("%s: %s\nwant %s", step.name, got, step.want)
		}
	}
	// By GET, as caches in between like it.
	extensions, err := json.Marshal(persistedBy(hashOf(query)))
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	g.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet,
		"http://localhost/graphql?extensions="+url.QueryEscape(string(extensions)), nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), data) {
		t.Errorf("by GET: %d %s", w.Code, w.Body)
	}
}

// TestPersistedQueriesAreBounded sends more queries than are kept.
func TestPersistedQueriesAreBounded(t *testing.T) {
	t.Parallel()
	g := withConfig(t, func(c *config.Config) { c.PersistedQueries = 3 })
	query := func(n int) string { return fmt.Sprintf("{ a%d: viewer { __typename } }", n) }
	for n := range 5 {
		post(t, g, map[string]any{"query": query(n), "extensions": persistedBy(hashOf(query(n)))}, nil)
	}
	for n := range 5 {
		got := string(post(t, g, map[string]any{"extensions": persistedBy(hashOf(query(n)))}, nil))
		if known := !strings.Contains(got, "PersistedQueryNotFound"); known != (n >= 2) {
			t.Errorf("query %d of 5: %s", n, got)
		}
	}
}

// TestTrustedDocuments runs operations by their ids, alone and beside others.
func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	const text = `query Viewer { viewer { __typename } }`
	const data = `"data":{"viewer":{"__typename":"Viewer"}}`
	apollo := fmt.Sprintf(`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": %q, "name": "Viewer", "type": "query", "body": %q}]}`, hashOf(text), text)
	relay := fmt.Sprintf(`{"doc.1": %q}`, text)
	const forbidden = `"code":"FORBIDDEN"`
	for name, tt := range map[string]struct {
		list string
		only bool
		body map[string]any
		want string
	}{
		"Relay's list":                {relay, false, map[string]any{"documentId": "doc.1"}, data},
		"Apollo's manifest":           {apollo, false, map[string]any{"extensions": persistedBy(hashOf(text))}, data},
		"others, beside":              {relay, false, map[string]any{"query": "{ __typename }"}, `"data":{"__typename":"Query"}`},
		"an id that is not listed":    {relay, false, map[string]any{"documentId": "doc.2"}, `PERSISTED_QUERY_NOT_FOUND`},
		"only those: by id":           {relay, true, map[string]any{"documentId": "doc.1"}, data},
		"only those: by hash":         {apollo, true, map[string]any{"extensions": persistedBy(hashOf(text))}, data},
		"only those: its text":        {relay, true, map[string]any{"query": text}, data},
		"only those: another text":    {relay, true, map[string]any{"query": "{ __typename }"}, forbidden},
		"only those: with its id":     {relay, true, map[string]any{"query": "{ __typename }", "documentId": "doc.1"}, data},
		"only those: another id":      {relay, true, map[string]any{"documentId": "doc.2"}, forbidden},
		"only those: no automatic":    {relay, true, map[string]any{"query": "{ __typename }", "extensions": persistedBy(hashOf("{ __typename }"))}, forbidden},
		"only those: introspection":   {relay, true, map[string]any{"query": "{ __schema { types { name } } }"}, forbidden},
		"only those: nothing at all":  {relay, true, map[string]any{"documentId": ""}, "`query` is missing"},
		"an operation that is listed": {relay, true, map[string]any{"documentId": "doc.1", "operationName": "Viewer"}, data},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "documents.json")
			if err := os.WriteFile(file, []byte(tt.list), 0o600); err != nil {
				t.Fatal(err)
			}
			g := withConfig(t, func(c *config.Config) { c.TrustedDocuments, c.OnlyTrustedDocuments = file, tt.only })
			if got := string(post(t, g, tt.body, nil)); !strings.Contains(got, tt.want) {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTrustedDocumentsThatAreNot tells an operator at start what is wrong with the list.
func TestTrustedDocumentsThatAreNot(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ list, want string }{
		"no JSON":              {"viewer", "neither"},
		"nothing":              {"{}", "neither"},
		"an operation of none": {`{"operations": [{"id": "x"}]}`, "operation 0 has no id or no body"},
		"a field of none":      {`{"doc.1": "{ viewer { nme } }"}`, `document "doc.1": input:1:12: Cannot query field "nme"`},
	} {
		file := filepath.Join(t.TempDir(), "documents.json")
		if err := os.WriteFile(file, []byte(tt.list), 0o600); err != nil {
			t.Fatal(err)
		}
		o := testOptions(sandbox.RunT(t))
		o.Config.TrustedDocuments = file
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}
