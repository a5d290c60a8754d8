package gateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestCommentsAfterWrite lists the comments on a note that says, late, that it has none: before anything was written that is
// believed, after it the list is asked for.
func TestCommentsAfterWrite(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	id := s.IDs("note")[0]
	s.Fault(sandbox.Fault{Match: "GET /activity/", Body: fmt.Sprintf(`{"data":[{"id":%q,"_type":"Note","comment_summary":null}]}`, id)})
	ask := func(query, want string, calls ...string) {
		t.Helper()
		s.ResetRequests()
		if got := string(post(t, g, map[string]any{"query": query}, nil)); !strings.Contains(got, want) {
			t.Errorf("answer %s, want %s", got, want)
		}
		if diff := cmp.Diff(calls, callPaths(s)); diff != "" {
			t.Errorf("calls (-want +got)\n%s", diff)
		}
	}
	list := fmt.Sprintf(`{ activity(id: %q) { ... on Note { comments { nodes { body } } } } }`, id)
	ask(list, `"nodes":[]`, "GET /activity/")
	ask(fmt.Sprintf(`mutation { commentCreate(input: {objectId: %q, body: "<body>Hi</body>"}) { userErrors { message } } }`, id),
		`"userErrors":[]`, "POST /comment/")
	ask(list, `"nodes":[{"body":"<body>Hi</body>"}]`, "GET /activity/", "GET /comment/")
}
