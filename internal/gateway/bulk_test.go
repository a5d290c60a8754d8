package gateway

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestBulkEditToItsEnd waits for a bulk action as an app would: begin, pause, resume, ask again until it is done.
func TestBulkEditToItsEnd(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	now := time.Date(2026, 3, 18, 10, 0, 0, 0, time.UTC)
	type state struct {
		ID       string  `json:"id"`
		Status   string  `json:"status"`
		IsDone   bool    `json:"isDone"`
		Progress float64 `json:"progress"`
	}
	ask := func(query string) state {
		t.Helper()
		var answer struct {
			Data struct {
				Change struct{ BulkEdit state }
				Look   state
			}
			Errors []any
		}
		body := post(t, g, map[string]any{"query": query}, nil)
		if err := json.Unmarshal(body, &answer); err != nil || len(answer.Errors) > 0 {
			t.Fatalf("%v: %s", err, body)
		}
		if answer.Data.Look.ID != "" {
			return answer.Data.Look
		}
		return answer.Data.Change.BulkEdit
	}
	const fields = ` { bulkEdit { id status isDone progress } } }`
	begun := ask(`mutation { change: bulkEditCreate(input: { search: { query: { type: "object_type", object_type: "lead" } }, type: SET_LEAD_STATUS, leadStatusId: "` +
		s.IDs("lead_status")[2] + `" })` + fields)
	look := `{ look: bulkAction(id: "` + begun.ID + `") { id status isDone progress } }`
	change := func(verb string) string {
		return `mutation { change: bulkEdit` + verb + `(id: "` + begun.ID + `")` + fields
	}
	steps := []struct {
		pass  time.Duration
		query string
		want  state
	}{
		{0, look, state{Status: "CREATED"}},
		{2400 * time.Millisecond, look, state{Status: "PROCESSING", Progress: 0.5}},
		{0, change("Pause"), state{Status: "PAUSED", Progress: 0.5}},
		{time.Hour, look, state{Status: "PAUSED", Progress: 0.5}},
		{0, change("Resume"), state{Status: "RESUMING", Progress: 0.5}},
		{time.Minute, look, state{Status: "DONE", IsDone: true, Progress: 1}},
	}
	for _, step := range steps {
		now = now.Add(step.pass)
		s.SetTime(now)
		step.want.ID = begun.ID
		if diff := cmp.Diff(step.want, ask(step.query)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step.query, diff)
		}
	}
}
