package gateway

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// TestExplain asks which REST calls a request caused.
func TestExplain(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		explain config.Switch
		header  string
		want    []explainedCall
	}{
		"asked": {explain: "auto", header: "1", want: []explainedCall{
			{Method: "GET", Path: "/lead/lead_gone/", Fields: []string{"id", "name"}, Status: 404},
			{Method: "GET", Path: "/me/", Status: 200}, // whole, since it is kept
		}},
		"not asked":     {explain: "auto"},
		"asked in vain": {explain: "off", header: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := testOptions(sandbox.RunT(t))
			o.Config.Explain = tt.explain
			g, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(g.Close)
			header := http.Header{}
			if tt.header != "" {
				header.Set(explainHeader, tt.header)
			}
			body := post(t, g, map[string]any{"query": `{ lead(id: "lead_gone") { name } viewer { id } }`}, header)
			var got struct {
				Extensions struct {
					Closegraph struct{ Calls []explainedCall }
				}
			}
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			calls := got.Extensions.Closegraph.Calls
			for i := range calls {
				if b := calls[i].Budget; b == nil || b.Limit != 1_000_000 || b.Remaining < 999_998 {
					t.Errorf("budget after %s = %+v", calls[i].Path, b)
				}
				calls[i].Milliseconds, calls[i].Budget = 0, nil
			}
			if len(calls) == 2 && calls[0].Path > calls[1].Path { // they run at the same time
				calls[0], calls[1] = calls[1], calls[0]
			}
			if diff := cmp.Diff(tt.want, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}
