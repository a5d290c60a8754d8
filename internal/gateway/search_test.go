package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// searchPage is a page of a search as a client reads it.
type searchPage struct {
	Edges []struct {
		Cursor string
		Node   struct{ ID string }
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		EndCursor                    string
	}
	TotalCount int
}

func (p searchPage) ids() []string {
	var ids []string
	for _, edge := range p.Edges {
		ids = append(ids, edge.Node.ID)
	}
	return ids
}

// ask asks for a page of a search; errors fail the test.
func askSearch(t *testing.T, g *Gateway, arguments string) searchPage {
	t.Helper()
	query := `{ search(` + arguments + `) {
		edges { cursor node { ... on Node { id } } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } }`
	var a answer
	if err := json.Unmarshal(post(t, g, map[string]any{"query": query}, nil), &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Errors) > 0 {
		t.Fatalf("%s: %v", arguments, a.Errors)
	}
	var p searchPage
	if err := json.Unmarshal(a.Data["search"], &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// walk goes through a search page by page and returns the ids in the order in which they came.
func walk(t *testing.T, g *Gateway, s *sandbox.Server, arguments string, first int) []string {
	t.Helper()
	var ids []string
	after, now := "", time.Now()
	for {
		p := askSearch(t, g, fmt.Sprintf("%s, first: %d, after: %q", arguments, first, after))
		if p.PageInfo.HasPreviousPage != (after != "") {
			t.Fatalf("%s: hasPreviousPage = %v after %q", arguments, p.PageInfo.HasPreviousPage, after)
		}
		ids = append(ids, p.ids()...)
		switch {
		case !p.PageInfo.HasNextPage:
			return ids
		case len(p.Edges) == 0 || len(ids) > 20_000:
			t.Fatalf("%s: the pages do not end", arguments)
		case p.Edges[len(p.Edges)-1].Cursor != p.PageInfo.EndCursor:
			t.Fatalf("%s: endCursor is not the cursor of the last edge", arguments)
		}
		after = p.PageInfo.EndCursor
		now = now.Add(time.Minute) // twice as long as a cursor of Close lives
		s.SetTime(now)
	}
}

// TestSearchPages walks searches in all kinds of orders in small pages: they give the same as one large page, and what has
// no value to order by comes last.
func TestSearchPages(t *testing.T) {
	t.Parallel()
	number := `customFieldId: "` + customFieldNamed(t, "number") + `"`
	for name, tt := range map[string]struct {
		arguments string
		first     int
	}{
		"newest first":               {`type: CONTACT`, 7},
		"oldest first":               {`type: CONTACT, orderBy: {field: "date_created"}`, 7},
		"last change":                {`type: LEAD, orderBy: {field: "date_updated", direction: DESC}`, 3},
		"a number, many equal":       {`type: OPPORTUNITY, orderBy: {field: "confidence"}`, 2},
		"a number, backwards":        {`type: OPPORTUNITY, orderBy: {field: "value", direction: DESC}`, 3},
		"a day that many have not":   {`type: OPPORTUNITY, orderBy: {field: "date_won"}`, 4},
		"a day, backwards":           {`type: OPPORTUNITY, orderBy: {field: "date_won", direction: DESC}`, 1},
		"a custom field":             {`type: LEAD, orderBy: {` + number + `}`, 3},
		"a custom field, backwards":  {`type: LEAD, orderBy: {` + number + `, direction: DESC}`, 3},
		"a text":                     {`type: LEAD, orderBy: {field: "name"}`, 6},
		"a count":                    {`type: LEAD, orderBy: {field: "num_emails", direction: DESC}`, 6},
		"tasks by their date":        {`type: LEAD_TASK, orderBy: {field: "date"}`, 5},
		"calls":                      {`type: CALL`, 9},
		"with a limit":               {`type: CONTACT, limit: 20`, 7},
		"Close's own query":          {`query: {type: "object_type", object_type: "contact"}`, 7},
		"a query that says no type":  {`query: {type: "match_all"}, limit: 40`, 7},
		"with conditions":            {`type: CONTACT, where: {related: {type: LEAD, where: {field: {name: "name", exists: true}}}}`, 7},
		"with a page of many calls":  {`type: CALL`, 450},
		"a page that ends with them": {`type: OPPORTUNITY, orderBy: {field: "date_won"}, where: {field: {name: "date_won", exists: true}}`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.RunT(t)
			g := newTestGateway(t, s)
			all := askSearch(t, g, tt.arguments+", first: 1000")
			if len(all.Edges) < 2 {
				t.Fatalf("found %d", len(all.Edges))
			}
			if all.TotalCount != len(all.Edges) {
				t.Errorf("totalCount = %d, found %d", all.TotalCount, len(all.Edges))
			}
			if diff := cmp.Diff(all.ids(), walk(t, g, s, tt.arguments, tt.first)); diff != "" {
				t.Errorf("pages (-one large +small ones):\n%s", diff)
			}
		})
	}
}

// customFieldNamed is the id of a custom field of leads of a type.
func customFieldNamed(t *testing.T, kind string) string {
	t.Helper()
	var list struct{ Data []struct{ ID, Type string } }
	rest(t, sandbox.RunT(t), http.MethodGet, "/custom_field/lead/", "", &list)
	for _, field := range list.Data {
		if field.Type == kind {
			return field.ID
		}
	}
	t.Fatalf("no custom field of type %s", kind)
	return ""
}

// rest makes a REST call to a sandbox.
func rest(t *testing.T, s *sandbox.Server, method, path, body string, answer any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://close/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(sandbox.DemoKey, "")
	r.Header.Set("Content-Type", "application/json")
	resp, err := s.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: status %d", method, path, resp.StatusCode)
	}
	if err := json.NewDecoder(resp.Body).Decode(answer); err != nil {
		t.Fatal(err)
	}
}

// TestSearchBeyondWalk follows a search of more objects than Close's cursors lead to.
func TestSearchBeyondWalk(t *testing.T) {
	t.Parallel()
	const n = 10_050
	s := sandbox.New(sandbox.Options{Strict: true, Empty: true, RateLimit: 1_000_000})
	g := newTestGateway(t, s)
	var lead struct{ ID string }
	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		if i%50 == 0 { // a lead of its own for some of them, since the sandbox's journal keeps a lead with all its contacts
			rest(t, s, http.MethodPost, "/lead/", `{"name": "Large"}`, &lead)
		}
		s.SetTime(begun.Add(time.Duration(i) * 10 * time.Millisecond)) // a hundred within the same second
		rest(t, s, http.MethodPost, "/contact/", fmt.Sprintf(`{"lead_id": %q, "name": "Contact %d"}`, lead.ID, i), &struct{}{})
	}
	ids := walk(t, g, s, "type: CONTACT", 1000)
	slices.Sort(ids)
	if len(ids) != n || len(slices.Compact(ids)) != n {
		t.Errorf("found %d, want each of %d once", len(ids), n)
	}
	var a answer
	cursor := askSearch(t, g, `type: CONTACT, orderBy: {field: "name"}, first: 1`).PageInfo.EndCursor
	if err := json.Unmarshal(post(t, g, map[string]any{
		"query": fmt.Sprintf(`{ search(type: CONTACT, orderBy: {field: "title"}, after: %q) { nodes { __typename } } }`, cursor),
	}, nil), &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "belongs to another list") {
		t.Errorf("a cursor of another order: %v", a.Errors)
	}
}
