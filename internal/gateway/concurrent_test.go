package gateway

import (
	"bytes"
	"sync"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestEqualRequestsAtOnce runs one operation many times at once: its plan is shared by all of them, so that the race
// detector sees whoever changes it.
func TestEqualRequestsAtOnce(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	body := map[string]any{"query": `{
		tasks(first: 5) { nodes { lead { description } assignee { email } } }
		activities(first: 5) { nodes { id ... on Note { note user { email } } } }
		search(type: LEAD, first: 3) { edges { cursor node { ... on Lead { name contacts { name } } } } }
		opportunityGroups(groupBy: USER_ASC, first: 5) { groups { opportunities { contact { title } } } }
		activityReport(input: {type: COMPARISON, metrics: ["calls.all.all.count"], range: {relative: TODAY}}) { rows { user { email } values { value } } }
		leadStatusReport { overview { status { label } ended } }
		opportunityStatusReport { overview { ended } }
	}`}
	want := post(t, g, body, nil)
	if bytes.Contains(want, []byte(`"errors"`)) {
		t.Fatalf("%s", want)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got := post(t, g, body, nil); !bytes.Equal(got, want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	group.Wait()
}
