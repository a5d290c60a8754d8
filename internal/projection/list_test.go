package projection_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// paged is a Close of a hundred users and lead statuses, whose pages have no more than so many rows, whatever is asked.
type paged struct {
	most  int
	calls []string
}

func (p *paged) RoundTrip(req *http.Request) (*http.Response, error) {
	p.calls = append(p.calls, req.URL.RequestURI())
	query := req.URL.Query()
	skip, _ := strconv.Atoi(query.Get("_skip"))
	limit := p.most
	if asked, err := strconv.Atoi(query.Get("_limit")); err == nil {
		limit = min(limit, asked)
	}
	prefix := map[bool]string{true: "user_", false: "stat_"}[strings.HasSuffix(req.URL.Path, "/user/")]
	var rows []string
	for i := skip; i < min(skip+limit, 100); i++ {
		rows = append(rows, fmt.Sprintf(`{"id":"%s%d"}`, prefix, i))
	}
	body := fmt.Sprintf(`{"data":[%s],"has_more":%t}`, strings.Join(rows, ","), skip+limit < 100)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestPages walks a list in pages of thirty, and reads one that has no pages: nothing is missed, and nothing comes twice.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		g     *graphUnderTest
		most  int
		first string // the first call
	}{
		"as asked":               {newGraph(t), 1000, "/api/v1/user/?_limit=30"},
		"kept":                   {newKeepingGraph(t), 1000, "/api/v1/user/?_limit=1000"},
		"in small pages":         {newGraph(t), 12, "/api/v1/user/?_limit=30"},
		"kept, in small pages":   {newKeepingGraph(t), 12, "/api/v1/user/?_limit=1000"},
		"kept, in pages of ours": {newKeepingGraph(t), 30, "/api/v1/user/?_limit=1000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &paged{most: tt.most}
			type object struct{ ID string }
			var answer struct {
				Users struct {
					Nodes    []object
					PageInfo struct {
						HasNextPage, HasPreviousPage bool
						EndCursor                    string
					}
				}
				LeadStatuses []object
			}
			ask := func(query string, vars map[string]any) {
				t.Helper()
				resp, _ := tt.g.do(t, p, query, vars)
				if resp == nil || len(resp.Errors) > 0 {
					t.Fatalf("%s: %+v", query, resp)
				}
				answer.Users.Nodes = nil
				if err := json.Unmarshal(resp.Data, &answer); err != nil {
					t.Fatal(err)
				}
			}
			var got []object
			const query = `query($after: String) { users(first: 30, after: $after) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } } }`
			for answer.Users.PageInfo.HasNextPage = true; answer.Users.PageInfo.HasNextPage; {
				ask(query, map[string]any{"after": answer.Users.PageInfo.EndCursor})
				if answer.Users.PageInfo.HasPreviousPage != (len(got) > 0) {
					t.Errorf("after %d: hasPreviousPage = %v", len(got), answer.Users.PageInfo.HasPreviousPage)
				}
				got = append(got, answer.Users.Nodes...)
			}
			if p.calls[0] != tt.first {
				t.Errorf("the first call is %s, want %s", p.calls[0], tt.first)
			}
			ask(`{ leadStatuses { id } }`, nil)
			for what, list := range map[string][]object{"user_": got, "stat_": answer.LeadStatuses} {
				if len(list) != 100 {
					t.Errorf("%d %s, want 100", len(list), what)
				}
				for i, o := range list {
					if o.ID != fmt.Sprint(what, i) {
						t.Fatalf("the %d. is %s", i, o.ID)
					}
				}
			}
		})
	}
}
