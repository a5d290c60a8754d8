package sandbox_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestHide hides a lead from one user, and from no other.
func TestHide(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	do := func(key, method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "https://api.close.com/api/v1"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.SetBasicAuth(key, "")
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		resp, err := s.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text)
	}
	_, body := do("api_other", http.MethodGet, "/task/?lead_id="+lead+"&_fields=id&_type=all", "")
	_, id, _ := strings.Cut(body, `"id":"`)
	task, _, found := strings.Cut(id, `"`)
	if !found {
		t.Fatalf("the lead has no task: %s", body)
	}
	s.Hide(userOf(t, s), lead)

	search := `{"query":{"type":"and","queries":[{"type":"object_type","object_type":"lead"},{"type":"id","value":"` + lead + `"}]},"_fields":{"lead":["id"]}}`
	for _, tt := range []struct{ method, path, body string }{
		{http.MethodGet, "/lead/" + lead + "/?_fields=id", ""},
		{http.MethodGet, "/lead/?id__in=" + lead + "&_fields=id", ""},
		{http.MethodGet, "/task/" + task + "/?_fields=id", ""},
		{http.MethodGet, "/task/?_fields=id,lead_id&_type=all&_limit=1000", ""},
		{http.MethodGet, "/activity/?_fields=id,lead_id&lead_id=" + lead, ""},
		{http.MethodGet, "/event/?lead_id=" + lead, ""},
		{http.MethodPost, "/data/search/", search},
		{http.MethodPut, "/task/" + task + "/", `{"is_complete":true}`},
		{http.MethodDelete, "/task/" + task + "/", ""},
	} {
		status, hidden := do(sandbox.DemoKey, tt.method, tt.path, tt.body)
		if status == http.StatusOK && (strings.Contains(hidden, lead) || strings.Contains(hidden, task)) {
			t.Errorf("%s %s: %d %s", tt.method, tt.path, status, hidden)
		}
		status, shown := do("api_other", tt.method, tt.path, tt.body)
		if status != http.StatusOK || tt.method != http.MethodDelete && !strings.Contains(shown, lead) && !strings.Contains(shown, task) {
			t.Errorf("%s %s, for another user: %d %.300s", tt.method, tt.path, status, shown)
		}
	}
}

// userOf is the user whom the demo key stands for.
func userOf(t *testing.T, s *sandbox.Server) string {
	t.Helper()
	return s.IDs("user")[0]
}
