package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// estimated is what an answer says of its cost.
type estimated struct {
	Estimate struct{ Calls, Objects int }
	Calls    []explainedCall
}

func estimateOf(t *testing.T, g *Gateway, query string, variables map[string]any) (estimated, string) {
	t.Helper()
	body := post(t, g, map[string]any{"query": query, "variables": variables}, http.Header{explainHeader: {"1"}})
	var got struct {
		Extensions struct{ Closegraph estimated }
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	return got.Extensions.Closegraph, string(body)
}

// TestEstimate compares what operations are thought to cost with the calls that they make. No estimate may be far above, or
// what costs little would be refused.
func TestEstimate(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	for name, tt := range map[string]struct {
		query          string
		calls, objects int // as estimated
		atMost         int // times the calls that are made
	}{
		"one object":                     {`{ task(id: "` + s.IDs("task")[0] + `") { text } }`, 1, 0, 1},
		"the same under many names":      {`{ ` + series(10, `t%d: task(id: "`+s.IDs("task")[0]+`") { text } `) + `}`, 1, 0, 1},
		"a list":                         {`{ tasks(first: 50) { nodes { text lead { name } } } }`, 1, 50, 1},
		"a list of several pages":        {`{ leads(first: 1000) { nodes { id } } }`, 5, 1000, 5},
		"with edges":                     {`{ tasks(first: 50) { nodes { lead { description } assignee { email } creator { email } } } }`, 3, 50, 1},
		"edges of edges":                 {`{ tasks(first: 50) { nodes { lead { createdBy: creator { email } status { label } description } assignee { email } } } }`, 3, 50, 1},
		"lists below a list":             {`{ leads(first: 20) { nodes { tasks(first: 10) { nodes { text } } } } }`, 21, 220, 1},
		"lists below a list, shared":     {`{ leads(first: 20) { nodes { activities(first: 5) { nodes { id } } } } }`, 3, 120, 1},
		"what is inside of objects":      {`{ leads(first: 20) { nodes { contacts { name } opportunities { note } } } }`, 1, 20, 1},
		"edges of what is inside":        {`{ leads(first: 20) { nodes { opportunities { user { email } contact { title } } } } }`, 3, 20, 1},
		"a lead's page":                  {`{ lead(id: "` + lead + `") { status { label } openTasks { assignee { email } } customFields { field { name } } activities(first: 20) { nodes { user { email } } } } }`, 4, 20, 2},
		"a search":                       {`{ search(type: LEAD, first: 300) { nodes { __typename } } }`, 2, 300, 2},
		"definitions and oneself":        {`{ viewer { name } leadStatuses { label } pipelines { name statuses { label } } }`, 2, 0, 2},
		"objects of any kind":            {`{ nodes(ids: ["` + strings.Join(append(s.IDs("task")[:3], s.IDs("lead")[:3]...), `", "`) + `"]) { id ... on Task { text } ... on Lead { name } } }`, 2, 0, 1},
		"a change, and what comes of it": {`mutation { taskCreate(input: {type: LEAD, leadId: "` + lead + `", text: "x"}) { task { lead { description } } } }`, 2, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, body := estimateOf(t, newTestGateway(t, s), tt.query, nil)
			if strings.Contains(body, `"errors"`) {
				t.Fatal(body)
			}
			if got.Estimate.Calls != tt.calls || got.Estimate.Objects != tt.objects {
				t.Errorf("estimate = %+v, want %d calls and %d objects", got.Estimate, tt.calls, tt.objects)
			}
			if n := len(got.Calls); got.Estimate.Calls > tt.atMost*n || n > 2*got.Estimate.Calls {
				t.Errorf("estimate = %d calls, and %d were made", got.Estimate.Calls, n)
			}
		})
	}
}

// TestRefusedByEstimate wants operations that would need too many calls to be refused before the first, with the field that
// is to blame.
func TestRefusedByEstimate(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	for name, tt := range map[string]struct{ query, want string }{
		"a list below a long list": {`query($first: Int!) { leads(first: $first) { nodes { name tasks(first: 10) { nodes { id } } } } }`,
			"is likely to need 1005 calls to Close, 1000 of them for leads.nodes.tasks; the limit is 250"},
		"lists below lists": {`{ ls: leads(first: 30) { edges { l: node { t: tasks(first: 20) { nodes { id lead { n: tasks(first: 2) { nodes { id } } } } } } } } }`,
			"is likely to need 334 calls to Close, 300 of them for ls.edges.l.t.nodes.lead.n;"},
		"lists of lists that are full": {`{ leads(first: 1000) { nodes { activities(first: 1000) { nodes { id } } } } }`,
			"the lists of the operation may hold 1001000 objects, most of them in leads.nodes.activities; the limit is 100000"},
		"many names": {`{ ` + series(51, `a%d: leads(first: 1000) { nodes { id } } `) + `}`, "is likely to need 255 calls to Close, 5 of them for a0;"},
	} {
		got := post(t, g, map[string]any{"query": tt.query, "variables": map[string]any{"first": 1000}}, nil)
		var a answer
		if err := json.Unmarshal(got, &a); err != nil || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, tt.want) || a.Errors[0].Extensions.Code != codeBadInput {
			t.Errorf("%s: %.300s", name, got)
		}
	}
	if calls := s.Requests(); len(calls) > 0 {
		t.Errorf("calls to Close: %v", calls)
	}
}
