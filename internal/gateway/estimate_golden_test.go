package gateway

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestEstimatesOfGoldenRequests compares the estimate of every golden request with the calls that it makes. An estimate far
// above them would refuse what costs little, and one far below would let pass what costs much.
func TestEstimatesOfGoldenRequests(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	g, compared := newTestGateway(t, sandbox.RunT(t)), 0 // what is there makes no difference to estimates
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parts := map[string]string{}
		for _, f := range archive.Files {
			parts[f.Name] = string(f.Data)
		}
		if parts["fault.json"]+parts["before.graphql"]+parts["headers"] != "" || strings.Contains(parts["response.json"], `"errors"`) {
			continue // what goes wrong costs more or less, and what is kept costs less
		}
		body := map[string]any{"query": parts["query.graphql"]}
		if vars := parts["variables.json"]; vars != "" {
			body["variables"] = json.RawMessage(vars)
		}
		var got struct {
			Extensions struct{ Closegraph *estimated }
		}
		answer := post(t, g, body, http.Header{explainHeader: {"1"}})
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		if got.Extensions.Closegraph == nil {
			continue // refused
		}
		compared++
		calls := strings.Count(parts["rest"], "\n")
		if n := got.Extensions.Closegraph.Estimate.Calls; n > 4*calls+4 || calls > 2*n+2 {
			t.Errorf("%s: estimated %d, made %d", file, n, calls)
		}
	}
	if compared < 100 {
		t.Errorf("only %d were compared", compared)
	}
}
