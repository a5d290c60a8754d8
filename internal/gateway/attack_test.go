package gateway

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// series is n texts, each with its number in it.
func series(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// most is how many bytes a refusal may allocate: what the largest body takes to be read and parsed up to its limits.
const most = 32 << 20

// allocated is how many bytes a function allocates, garbage included. Nothing else may run beside it.
func allocated(f func()) uint64 {
	before, after := new(runtime.MemStats), new(runtime.MemStats)
	runtime.ReadMemStats(before)
	f()
	runtime.ReadMemStats(after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestHostileDocuments sends documents that are made to take long, or to come back large. Each is refused without a call,
// within little memory, and in few words.
func TestHostileDocuments(t *testing.T) { //nolint:paralleltest // it measures memory
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	for name, query := range map[string]string{
		"10,000 aliases":               "{" + series(10_000, "a%d: __typename ") + "}",
		"10,000 levels":                strings.Repeat("{viewer", 10_000) + strings.Repeat("}", 10_000),
		"levels of inline fragments":   "{" + strings.Repeat("...{", 1_500) + "__typename" + strings.Repeat("}", 1_501),
		"levels of a value":            `{search(query:` + strings.Repeat("[", 2_000) + strings.Repeat("]", 2_000) + `){totalCount}}`,
		"a field over and over":        "{viewer{" + strings.Repeat("id ", 4_900) + "}}",
		"in inline fragments":          "{viewer{" + strings.Repeat("...{id}", 1_200) + "}}",
		"in fragments":                 "{" + series(300, "...F%d ") + "} " + series(300, "fragment F%d on Query{viewer{id}} ") + "#",
		"circular fragments":           "{...A} fragment A on Query{...B} fragment B on Query{...A}",
		"a flood of directives":        "{__typename" + strings.Repeat(" @include(if:true)", 700) + "}",
		"a flood of unknown ones":      "{__typename" + strings.Repeat(" @x", 2_000) + "}",
		"unknown fields":               "{" + series(2_400, "x%d ") + "}",
		"unused variables":             "query(" + series(1_200, "$a%d:Int ") + "){__typename}",
		"the schema over and over":     "{" + series(90, "a%d:__schema{types{name fields{name description type{name}}}}") + "}",
		"the types over and over":      "{__schema{" + series(120, "a%d:types{name fields{name args{name}}}") + "}}",
		"the schema, through itself":   "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}",
		"more ids than are taken":      `{nodes(ids:[` + strings.Repeat(`"task_1" `, 1_001) + `]){id}}`,
		"a text of a megabyte":         `{task(id:"task_` + strings.Repeat("x", 1<<20) + `"){id}}`,
		"a name of a hundred thousand": "{" + strings.Repeat("x", 100_000) + "}",
		"an unterminated string":       `{task(id:"` + strings.Repeat(`\"`, 10_000),
		"comments without end":         "{__typename}" + strings.Repeat("#", 100_000) + "\n{",
	} {
		var got []byte
		took := allocated(func() { got = post(t, g, map[string]any{"query": query}, nil) })
		var a answer
		if err := json.Unmarshal(got, &a); err != nil || len(a.Errors) == 0 {
			t.Errorf("%s: not refused: %.200s", name, got)
		}
		if len(got) > 16<<10 {
			t.Errorf("%s: answered with %d bytes", name, len(got))
		}
		if took > most {
			t.Errorf("%s: took %d bytes", name, took)
		}
	}
	if calls := s.Requests(); len(calls) > 0 {
		t.Errorf("calls to Close: %v", calls)
	}
}

// TestLargeAnswer asks for the same text under many names: the answer ends at its limit.
func TestLargeAnswer(t *testing.T) {
	t.Parallel()
	g := withConfig(t, func(c *config.Config) { c.MaxResponse = 100_000 })
	const few = `{ tasks(first: 10) { nodes { text } } }`
	if got := post(t, g, map[string]any{"query": few}, nil); strings.Contains(string(got), "errors") {
		t.Errorf("a small answer: %s", got)
	}
	many := `{ tasks(first: 200) { nodes { ` + series(50, "t%d: text ") + `} } viewer { id } }`
	got := post(t, g, map[string]any{"query": many}, nil)
	var a answer
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatal(err)
	}
	if len(got) > 2000 || len(a.Errors) != 1 || !strings.Contains(a.Errors[0].Message, "longer than 100000 bytes") || string(a.Data["tasks"]) != "null" {
		t.Errorf("%d bytes: %.500s", len(got), got)
	}
	if string(a.Data["viewer"]) == "null" {
		t.Error("what is small is gone too")
	}
}

// TestHostileIDs gives texts as ids that would lead elsewhere if they were taken as they are. None reaches Close.
func TestHostileIDs(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	for _, id := range []string{
		"", "task_", "../me", "task_/../../me", "task_x/../../me/", "task_x?_fields=_all", "task_x&_limit=1", "task_x#", "task_a,task_b",
		"%2e%2e", "task_%2e%2e", "task_x%2f", "task_x\r\nX-Evil: 1", "task_x\x00", "task_x\n", "task_x ", " task_x", "task_é", "task_\u202e", "TASK_x",
		"lead_x", "task_" + strings.Repeat("x", 1<<16),
	} {
		for name, query := range map[string]string{
			"one":      `query($id: ID!) { task(id: $id) { text } }`,
			"node":     `query($id: ID!) { node(id: $id) { ... on Task { text } } }`,
			"filter":   `query($id: ID!) { tasks(filter: {ids: [$id, "task_1"]}) { nodes { text } } }`,
			"mutation": `mutation($id: ID!) { taskUpdate(id: $id, input: {text: "x"}) { task { text } userErrors { message } } }`,
			"delete":   `mutation($id: ID!) { taskDelete(id: $id) { deletedId userErrors { message } } }`,
		} {
			if id == "lead_x" && name == "node" || name == "filter" && (id == "lead_x" || id == "TASK_x") {
				continue // it may be one
			}
			got := string(post(t, g, map[string]any{"query": query, "variables": map[string]any{"id": id}}, nil))
			if !strings.Contains(got, `"message"`) {
				t.Errorf("%s of %.40q: %s", name, id, got)
			}
			if len(got) > 1500 {
				t.Errorf("%s of %.40q: answered with %d bytes", name, id, len(got))
			}
		}
	}
	for _, call := range s.Requests() {
		t.Errorf("a call to Close: %s", call)
	}
}

// TestHostileRequests sends requests that are none of GraphQL. Each is refused within little memory, without a call.
func TestHostileRequests(t *testing.T) { //nolint:paralleltest // it measures memory
	s := sandbox.RunT(t)
	handler := newTestGateway(t, s).Handler()
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	if _, err := io.Copy(zip, io.LimitReader(zeros{}, 100<<20)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	mutation := `{"query": "mutation { taskDelete(id: \"task_1\") { deletedId } }"}`
	for name, tt := range map[string]struct {
		method, target string
		body           io.Reader
		header         map[string]string
		want           int
	}{
		"a body of 100 MB":             {http.MethodPost, "/graphql", io.LimitReader(zeros{}, 100<<20), nil, http.StatusRequestEntityTooLarge},
		"a bomb":                       {http.MethodPost, "/graphql", &bomb, map[string]string{"Content-Encoding": "gzip"}, http.StatusUnsupportedMediaType},
		"a thousand operations":        {http.MethodPost, "/graphql", strings.NewReader("[" + strings.Repeat(`{"query":"{__typename}"},`, 999) + `{"query":"{__typename}"}]`), nil, http.StatusBadRequest},
		"a form":                       {http.MethodPost, "/graphql", strings.NewReader("query={__typename}"), map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		"a form with files":            {http.MethodPost, "/graphql", strings.NewReader("--x\r\n"), map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, http.StatusUnsupportedMediaType},
		"plain text":                   {http.MethodPost, "/graphql", strings.NewReader(mutation), map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType},
		"a mutation by GET":            {http.MethodGet, "/graphql?query=mutation%7BtaskDelete(id:%22task_1%22)%7BdeletedId%7D%7D", nil, nil, http.StatusMethodNotAllowed},
		"a mutation from another site": {http.MethodPost, "/graphql", strings.NewReader(mutation), map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		"a query from another site":    {http.MethodGet, "/graphql?query=%7B__typename%7D", nil, map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		"a mutation by GET from there": {http.MethodGet, "/graphql?query=mutation%7BtaskDelete(id:%22task_1%22)%7BdeletedId%7D%7D", nil, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, http.StatusForbidden},
		"an id of a megabyte":          {http.MethodPost, "/graphql", strings.NewReader(`{"query":"query($id: ID!) { task(id: $id) { id } }","variables":{"id":"task_` + strings.Repeat("x", 1<<20) + `"}}`), nil, http.StatusRequestEntityTooLarge},
		"a thousand batched, in JSON":  {http.MethodPost, "/graphql", strings.NewReader(`{"query":["` + strings.Repeat(`{__typename}","`, 1000) + `"]}`), nil, http.StatusBadRequest},
		"chunks without end":           {http.MethodPost, "/graphql", io.MultiReader(strings.NewReader(`{"query":"`), zeros{}), nil, http.StatusRequestEntityTooLarge},
		"a megabyte of Accept":         {http.MethodPost, "/graphql", strings.NewReader(mutation), map[string]string{"Accept": strings.Repeat("a/b,", 1<<18)}, http.StatusNotAcceptable},
		"from another origin":          {http.MethodPost, "/graphql", strings.NewReader(mutation), map[string]string{"Origin": "https://evil.example"}, http.StatusForbidden},
		"for another host":             {http.MethodPost, "http://evil.example/graphql", strings.NewReader(mutation), nil, http.StatusMisdirectedRequest},
		"a query string of a megabyte": {http.MethodGet, "/graphql?query=" + strings.Repeat("x", 1<<20), nil, nil, http.StatusRequestURITooLong},
		"objects within objects":       {http.MethodPost, "/graphql", strings.NewReader(`{"query":"{__typename}","variables":` + strings.Repeat(`{"a":`, 100_000) + `1` + strings.Repeat("}", 100_000) + `}`), nil, http.StatusBadRequest},
	} {
		target := tt.target
		if strings.HasPrefix(target, "/") {
			target = "http://localhost" + target
		}
		r := httptest.NewRequestWithContext(t.Context(), tt.method, target, tt.body)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", mediaGraphQL)
		for key, value := range tt.header {
			r.Header.Set(key, value)
		}
		w := httptest.NewRecorder()
		if took := allocated(func() { handler.ServeHTTP(w, r) }); took > most {
			t.Errorf("%s: took %d bytes", name, took)
		}
		if w.Code != tt.want || w.Body.Len() > 1000 || strings.Contains(w.Body.String(), `"data"`) {
			t.Errorf("%s: %d %.300s, want %d", name, w.Code, w.Body, tt.want)
		}
	}
	if calls := s.Requests(); len(calls) > 0 {
		t.Errorf("calls to Close: %v", calls)
	}
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
