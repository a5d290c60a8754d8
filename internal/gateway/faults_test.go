package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// answer is a GraphQL answer as a client reads it.
type answer struct {
	Data   map[string]json.RawMessage `json:"data"`
	Errors []struct {
		Message    string `json:"message"`
		Path       []any  `json:"path"`
		Extensions struct {
			Code       string  `json:"code"`
			RetryAfter float64 `json:"retryAfter"`
		} `json:"extensions"`
	} `json:"errors"`
}

// TestFaultsOfClose breaks the calls for leads: the edge to the lead fails with a code and a text that say why, and the
// rest of the answer is there.
func TestFaultsOfClose(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault      sandbox.Fault
		code       string
		message    string
		retryAfter bool
	}{
		"502 with HTML": {
			fault: sandbox.Fault{Status: 502, ContentType: "text/html", Body: "<html><b>secret stack</b></html>"},
			code:  "UPSTREAM_ERROR", message: "Close answered with an error (status 502)",
		},
		"200 cut short": {
			fault: sandbox.Fault{Truncate: 20},
			code:  "UPSTREAM_ERROR", message: "Close sent an answer that cannot be read",
		},
		"200 with broken JSON": {
			fault: sandbox.Fault{CutJSON: 30},
			code:  "UPSTREAM_ERROR", message: "Close sent an answer that cannot be read: not valid JSON at byte",
		},
		"200 with HTML": {
			fault: sandbox.Fault{Status: 200, ContentType: "text/html", Body: "<html>maintenance</html>"},
			code:  "UPSTREAM_ERROR", message: "Close sent an answer that cannot be read",
		},
		"200 with another shape": {
			fault: sandbox.Fault{Status: 200, ContentType: "application/json", Body: `[1,2]`},
			code:  "UPSTREAM_ERROR", message: "Close sent an answer that cannot be read",
		},
		"429": {
			fault: sandbox.Fault{RateLimited: true},
			code:  "RATE_LIMITED", message: "Close's rate limit is used up", retryAfter: true,
		},
		"401": {
			fault: sandbox.Fault{Status: 401, ContentType: "application/json", Body: `{"error":"Unauthorized"}`},
			code:  "UNAUTHENTICATED", message: "Close does not accept the credential",
		},
		"403": {
			fault: sandbox.Fault{Status: 403, ContentType: "application/json", Body: `{"error":"no"}`},
			code:  "FORBIDDEN", message: "Close does not permit this",
		},
		"connection lost": {
			fault: sandbox.Fault{Drop: true},
			code:  "UPSTREAM_ERROR", message: "Close cannot be reached",
		},
		"no answer in time": {
			fault: sandbox.Fault{Delay: time.Hour},
			code:  "UPSTREAM_TIMEOUT", message: "Close did not answer in time",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.RunT(t)
			tt.fault.Match = "GET /lead/"
			s.Fault(tt.fault)
			o := testOptions(s)
			o.Config.RequestTimeout = 300 * time.Millisecond
			g, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(g.Close)

			const query = `{ tasks(first: 3, filter: {types: [LEAD]}) { nodes { id lead { id url } } } viewer { id } }`
			body := post(t, g, map[string]any{"query": query}, nil)
			var got answer
			if err := json.Unmarshal(body, &got); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			if strings.Contains(string(body), "secret") || strings.Contains(string(body), "_fields") {
				t.Errorf("the answer tells too much: %s", body)
			}
			var tasks struct {
				Nodes []struct {
					ID   string
					Lead *struct{}
				}
			}
			if err := json.Unmarshal(got.Data["tasks"], &tasks); err != nil || len(tasks.Nodes) != 3 || tasks.Nodes[0].ID == "" {
				t.Errorf("the tasks did not survive: %s", body)
			}
			if len(got.Data["viewer"]) < 10 {
				t.Errorf("the viewer did not survive: %s", body)
			}
			if len(got.Errors) != 3 {
				t.Fatalf("want an error for each lead: %s", body)
			}
			for i, e := range got.Errors {
				if diff := cmp.Diff([]any{"tasks", "nodes", float64(i), "lead"}, e.Path); diff != "" {
					t.Errorf("path (-want +got): %s", diff)
				}
				if e.Extensions.Code != tt.code || !strings.HasPrefix(e.Message, tt.message) {
					t.Errorf("error = %s %q, want %s %q", e.Extensions.Code, e.Message, tt.code, tt.message)
				}
				if (e.Extensions.RetryAfter > 0) != tt.retryAfter {
					t.Errorf("retryAfter = %v", e.Extensions.RetryAfter)
				}
			}
		})
	}
}

// TestFallbacks takes away ways to read that Close does not document, or may give up: the answer stays the same, by others.
// What was seen to be gone is not tried again in the next request.
func TestFallbacks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		query string
		fault sandbox.Fault
		calls []string // by round
	}{
		"leads by id, ignored": {
			query: `{ tasks(first: 4, filter: {types: [LEAD]}) { nodes { id lead { id url } } } }`,
			fault: sandbox.Fault{Match: "GET /lead/", Ignore: []string{"id__in"}},
			calls: []string{"GET /lead/ GET /task/", "GET /task/ POST /data/search/"},
		},
		"activities of many leads, ignored": {
			query: `{ leads(first: 3) { nodes { activities(first: 1) { nodes { id } pageInfo { hasNextPage endCursor } } } } }`,
			fault: sandbox.Fault{Match: "GET /activity/", Ignore: []string{"lead_id__in"}},
			calls: []string{"GET /activity/ GET /activity/ GET /activity/ GET /activity/ GET /lead/", "GET /activity/ GET /activity/ GET /activity/ GET /lead/"},
		},
		"activities of many leads, refused": {
			query: `{ leads(first: 3) { nodes { activities(first: 1) { nodes { id } } } } }`,
			fault: sandbox.Fault{Match: "GET /activity/", Times: 1, Status: 400, Body: `{"error":"lead_id__in?"}`},
			calls: []string{"GET /activity/ GET /activity/ GET /activity/ GET /activity/ GET /lead/"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := sandbox.RunT(t)
			want := post(t, newTestGateway(t, whole), map[string]any{"query": tt.query}, nil)
			s := sandbox.RunT(t)
			s.Fault(tt.fault)
			g := newTestGateway(t, s)
			for round, calls := range tt.calls {
				s.ResetRequests()
				if got := post(t, g, map[string]any{"query": tt.query}, nil); string(got) != string(want) {
					t.Errorf("round %d: got %s\nwant %s", round, got, want)
				}
				if diff := cmp.Diff(calls, strings.Join(callPaths(s), " ")); diff != "" {
					t.Errorf("round %d: calls (-want +got)\n%s", round, diff)
				}
			}
		})
	}
}

// TestSharedCallFails breaks the one call for the activities of three leads: each list has the error, and the leads are there.
func TestSharedCallFails(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	s.Fault(sandbox.Fault{Match: "GET /activity/", Status: 502, ContentType: "text/html", Body: "<html>"})
	var got answer
	query := `{ leads(first: 3) { nodes { id activities(first: 1) { nodes { id } } } } }`
	if err := json.Unmarshal(post(t, newTestGateway(t, s), map[string]any{"query": query}, nil), &got); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(got.Data["leads"]), `"activities":null`); n != 3 || len(got.Errors) != 3 {
		t.Errorf("%d lists are null, with %d errors, want 3 and 3: %s", n, len(got.Errors), got.Data["leads"])
	}
	for _, e := range got.Errors {
		if e.Extensions.Code != "UPSTREAM_ERROR" || e.Path[len(e.Path)-1] != "activities" {
			t.Errorf("error %s at %v", e.Extensions.Code, e.Path)
		}
	}
}

// callPaths are the methods and paths of the calls that a sandbox got, sorted.
func callPaths(s *sandbox.Server) []string {
	var paths []string
	for line := range strings.Lines(restCalls(s)) {
		method, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		path, _, _ := strings.Cut(rest, "?")
		path, _, _ = strings.Cut(path, " ")
		paths = append(paths, method+" "+path)
	}
	return paths
}

// TestCallLimit asks for lists of leads that are busier than most, so that they take more calls than was to be expected: what
// one operation may make is counted as it is made, too.
func TestCallLimit(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	o := testOptions(s)
	o.Config.MaxCalls = 3
	g := newGateway(t, o)
	query := `{ leads(first: 20) { nodes { id activities(first: 5) { nodes { id } } } } }`
	var got answer
	if err := json.Unmarshal(post(t, g, map[string]any{"query": query}, nil), &got); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Requests()); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
	if len(got.Errors) == 0 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" || !strings.Contains(got.Errors[0].Message, "more than 3 calls") {
		t.Errorf("errors = %+v", got.Errors)
	}
	if n := strings.Count(string(got.Data["leads"]), `"activities":{`); n == 0 {
		t.Error("what was there in time is gone too")
	}
}

// TestBodyThatIsNotJSON is refused before anything is done.
func TestBodyThatIsNotJSON(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/graphql", strings.NewReader("query=1"))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	newTestGateway(t, s).Handler().ServeHTTP(w, r)
	var got answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if w.Code != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" || got.Data != nil {
		t.Errorf("answer = %d %s", w.Code, w.Body)
	}
}
