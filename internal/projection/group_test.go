package projection_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestGroupsOfManyPages asks for more opportunities than one call answers: a group that the border between two calls cuts
// is whole again, and each opportunity is there once.
func TestGroupsOfManyPages(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for len(s.IDs("opportunity")) < 260 {
		body := `{"lead_id":"` + s.IDs("lead")[0] + `","user_id":"` + s.IDs("user")[len(s.IDs("opportunity"))%3] + `"}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://api.close.com/api/v1/opportunity/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(sandbox.DemoKey, "")
		req.Header.Set("Content-Type", "application/json")
		resp, err := s.Transport().RoundTrip(req)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%v, %v", resp, err)
		}
		resp.Body.Close()
	}
	s.ResetRequests()
	resp, _ := newGraph(t).do(t, s.Transport(), `{ opportunityGroups(groupBy: USER_ASC, first: 1000) {
		totalCount groups { key totalCount opportunities { id user { id } } } pageInfo { hasNextPage }
	} }`, nil)
	var answer struct {
		OpportunityGroups struct {
			TotalCount int
			PageInfo   struct{ HasNextPage bool }
			Groups     []struct {
				Key           string
				TotalCount    int
				Opportunities []struct {
					ID   string
					User struct{ ID string }
				}
			}
		}
	}
	if err := json.Unmarshal(resp.Data, &answer); err != nil || len(resp.Errors) > 0 {
		t.Fatalf("%s: %v, %v", resp.Data, err, resp.Errors)
	}
	if calls := s.Requests(); len(calls) != 2 || calls[1].Query.Get("_skip") != "250" {
		t.Errorf("calls %v, want two", calls)
	}
	seen, keys := map[string]bool{}, map[string]bool{}
	for _, group := range answer.OpportunityGroups.Groups {
		if keys[group.Key] || len(group.Opportunities) != group.TotalCount {
			t.Errorf("group %s has %d opportunities, want all %d, in one place", group.Key, len(group.Opportunities), group.TotalCount)
		}
		keys[group.Key] = true
		for _, o := range group.Opportunities {
			if seen[o.ID] || o.User.ID != group.Key {
				t.Errorf("opportunity %s of %s is in group %s, seen before: %v", o.ID, o.User.ID, group.Key, seen[o.ID])
			}
			seen[o.ID] = true
		}
	}
	if all := answer.OpportunityGroups; len(seen) != 260 || all.TotalCount != 260 || all.PageInfo.HasNextPage {
		t.Errorf("%d opportunities of %d, more: %v; want 260 and no more", len(seen), all.TotalCount, all.PageInfo.HasNextPage)
	}
}
