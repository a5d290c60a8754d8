package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
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

// TestAnswersKeepApart asks for many different things at once, and gives up some of them on the way: what answers are written
// in, and what Close's are read into, is used again and again, and each answer is still its own.
func TestAnswersKeepApart(t *testing.T) {
	t.Parallel()
	g := newTestGateway(t, sandbox.RunT(t))
	const different = 24
	bodies, want := make([]map[string]any, different), make([][]byte, different)
	for i := range bodies {
		bodies[i] = map[string]any{
			"query": `query($n: Int!) {
				tasks(first: $n) { nodes { id text dueDate lead { name description } assignee { email } } }
				leads(first: $n) { nodes { id name contacts { name emails { email } } } }
			}`,
			"variables": map[string]any{"n": i + 1},
		}
		want[i] = post(t, g, bodies[i], nil)
	}
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for round := range different {
				i := (caller + round*(caller+1)) % different
				if round%3 == 0 { // somebody who has gone before his answer comes
					text, err := json.Marshal(bodies[i])
					if err != nil {
						t.Error(err)
					}
					ctx, cancel := context.WithCancel(t.Context())
					r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://localhost"+graphqlPath, bytes.NewReader(text))
					r.Header.Set("Content-Type", mediaJSON)
					go cancel()
					g.Handler().ServeHTTP(httptest.NewRecorder(), r)
				}
				if got := post(t, g, bodies[i], nil); !bytes.Equal(got, want[i]) {
					t.Errorf("%d rows: got\n%.300q, want\n%.300q", i+1, got, want[i])
				}
			}
		})
	}
	callers.Wait()
}
