package gateway

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// mistakes are operations that are not valid, each near to one that is.
var mistakes = []map[string]any{
	{"query": `{ task(id: "task_1") { txt } }`},
	{"query": `{ tasj(id: "task_1") { text } }`},
	{"query": `{ task(idd: "task_1") { text } }`},
	{"query": `{ tasks(filter: {leadIdd: "lead_1"}) { nodes { id } } }`},
	{"query": `{ tasks(orderBy: DATE_ASK) { nodes { id } } }`},
	{"query": `{ node(id: "task_1") { ... on Tasks { id } } }`},
	{"query": `{ node(id: "task_1") { text } }`},
	{"query": `{ search(type: LEAD) { nodes { nam } } }`},
	{"query": `{ task(id: "task_1") { text @onlyIf(if: true) } }`},
	{"query": `{ task(id: "task_1") { lead } }`},
	{"query": `query($x: TaskFiltr) { tasks(filter: $x) { nodes { id } } }`},
	{"query": `query($x: TaskFilter) { tasks(filter: $x) { nodes { id } } }`, "variables": map[string]any{"x": map[string]any{"leadIdd": "lead_1"}}},
	{"query": `query($x: TaskOrder) { tasks(orderBy: $x) { nodes { id } } }`, "variables": map[string]any{"x": "DATE_ASK"}},
	{"query": `mutation { taskCreat(input: {}) { task { id } } }`},
	{"query": `mutation { taskCreate(input: {textt: "x"}) { task { id } } }`},
	{"query": `{ ...Fragmnt } fragment Fragment on Query { viewer { id } }`},
}

// TestNoSuggestions wants a server whose schema is not to be asked for to say nothing of it in errors either.
func TestNoSuggestions(t *testing.T) {
	t.Parallel()
	g := newGateway(t, testOptions(sandbox.RunT(t), "--no-introspection"))
	open := newTestGateway(t, sandbox.RunT(t))
	suggested := false
	for _, mistake := range mistakes {
		got := string(post(t, g, mistake, nil))
		if !strings.Contains(got, `"errors"`) || strings.Contains(got, `"data"`) {
			t.Errorf("%v: %s", mistake, got)
		}
		if strings.Contains(got, "Did you mean") {
			t.Errorf("%v suggests: %s", mistake, got)
		}
		suggested = suggested || strings.Contains(string(post(t, open, mistake, nil)), "Did you mean")
	}
	if !suggested {
		t.Error("nothing is suggested where the schema may be asked for")
	}
	for _, query := range []string{`{ __schema { types { name } } }`, `{ __type(name: "Task") { fields { name } } }`, `{ a: __type(name: "Task") { name } }`, `query { ... on Query { ...F } } fragment F on Query { __schema { queryType { name } } }`} {
		if got := string(post(t, g, map[string]any{"query": query}, nil)); strings.Contains(got, `"name":`) || !strings.Contains(got, "introspection") {
			t.Errorf("%s: %s", query, got)
		}
	}
	if got := string(post(t, g, map[string]any{"query": `{ __typename viewer { __typename } }`}, nil)); got != `{"data":{"__typename":"Query","viewer":{"__typename":"Viewer"}}}` {
		t.Errorf("__typename: %s", got)
	}
}

// goNames are what only somebody who writes Go would understand.
var goNames = regexp.MustCompile(`interface ?\{\}|map\[|\[\]|json\.|strconv|\bmodel\.|\bstruct\b|\*ast|goroutine|\.go\b|runtime error|nil pointer|%!|int64|float64|graphql\.`)

// TestNoGoNames gives values of every wrong kind where texts, numbers, lists and inputs are wanted.
func TestNoGoNames(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	values := []any{nil, true, 1, -1, 2147483648, 1.5, 1e300, "", "x", []any{}, []any{nil}, []any{[]any{1}}, map[string]any{}, map[string]any{"x": 1}, map[string]any{"leadId": []any{1}}}
	for query, typ := range map[string]string{
		`query($x: ID!) { task(id: $x) { id } }`:                                              "ID!",
		`query($x: [ID!]!) { nodes(ids: $x) { id } }`:                                         "[ID!]!",
		`query($x: Int) { tasks(first: $x) { nodes { id } } }`:                                "Int",
		`query($x: String) { tasks(after: $x) { nodes { id } } }`:                             "String",
		`query($x: String) { tasks(timeZone: $x) { nodes { id } } }`:                          "String",
		`query($x: TaskFilter) { tasks(filter: $x) { nodes { id } } }`:                        "TaskFilter",
		`query($x: TaskOrder) { tasks(orderBy: $x) { nodes { id } } }`:                        "TaskOrder",
		`query($x: JSON) { search(type: LEAD, query: $x) { totalCount } }`:                    "JSON",
		`query($x: Boolean!) { viewer @include(if: $x) { id } }`:                              "Boolean!",
		`mutation($x: TaskCreateInput!) { taskCreate(input: $x) { userErrors { message } } }`: "TaskCreateInput!",
	} {
		for _, value := range values {
			got := string(post(t, g, map[string]any{"query": query, "variables": map[string]any{"x": value}}, nil))
			if name := goNames.FindString(regexp.MustCompile(`"data":.*?(,"errors"|$)`).ReplaceAllString(got, "")); name != "" {
				t.Errorf("%s = %v: %q in %.400s", typ, value, name, got)
			}
		}
	}
	for _, mistake := range mistakes {
		if got := string(post(t, g, mistake, nil)); goNames.MatchString(got) {
			t.Errorf("%v: %s", mistake, got)
		}
	}
}

// TestInt32 holds Int to 32 bits, in the document and in variables.
func TestInt32(t *testing.T) {
	t.Parallel()
	g := newTestGateway(t, sandbox.RunT(t))
	for _, number := range []string{"2147483648", "-2147483649", "1e3", "1.0", "1.5", `"5"`, "9223372036854775808", "1e999"} {
		for name, body := range map[string]string{
			"document": `{"query":"{ tasks(first: ` + strings.ReplaceAll(number, `"`, `\"`) + `) { nodes { id } } }"}`,
			"variable": `{"query":"query($n: Int) { tasks(first: $n) { nodes { id } } }","variables":{"n":` + number + `}}`,
		} {
			if name == "variable" && (number == "1.0" || number == "1e3") {
				continue // in JSON these are whole numbers
			}
			w := ask(t, g.Handler(), http.MethodPost, graphqlPath, body, modern)
			if w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), `"data"`) || !strings.Contains(w.Body.String(), `"message"`) {
				t.Errorf("%s in a %s: %d %.300s", number, name, w.Code, w.Body)
			}
		}
	}
}

// TestStrictValues gives values of the wrong kind deep in variables, and wants to be told where they are.
func TestStrictValues(t *testing.T) {
	t.Parallel()
	g := newTestGateway(t, sandbox.RunT(t))
	for _, tt := range []struct{ query, variables, want string }{
		{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": "5"}`, "variable $n: Int wants a whole number of 32 bits"},
		{`query($n: Int) { tasks(first: $n) { nodes { id } } }`, `{"n": 2147483648}`, "variable $n: Int wants a whole number of 32 bits"},
		{`query($a: String) { tasks(after: $a) { nodes { id } } }`, `{"a": 5}`, "variable $a: String wants a text"},
		{`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": ["task_1", 1.5]}`, "variable $ids.1: ID wants a text or a whole number"},
		{`query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }`, `{"f": {"ids": ["task_1", 0.5]}}`, "variable $f.ids.1: ID wants"},
		{`query($x: Boolean!) { viewer @include(if: $x) { id } }`, `{"x": "true"}`, "variable $x: cannot use string as Boolean"},
	} {
		body := `{"query":"` + tt.query + `","variables":` + tt.variables + `}`
		w := ask(t, g.Handler(), http.MethodPost, graphqlPath, body, modern)
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: %d %s, want %q", tt.variables, w.Code, w.Body, tt.want)
		}
	}
	w := ask(t, g.Handler(), http.MethodPost, graphqlPath, `{"query":"query($n: Int, $ids: [ID!]!) { tasks(first: $n) { nodes { __typename } } nodes(ids: $ids) { id } }","variables":{"n":1,"ids":"task_none"}}`, modern)
	if w.Code != 200 {
		t.Errorf("one value for a list: %d %s", w.Code, w.Body)
	}
}

// TestSecurityHeaders looks at the answer of every path, refused or not.
func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	l := newLoginServer(t, "--admin-listen=127.0.0.1:0")
	handlers := map[string]http.Handler{"sandbox": newTestGateway(t, sandbox.RunT(t)).Handler(), "session": l.Config.Handler}
	for name, handler := range handlers {
		for _, target := range []string{
			"GET /", "GET /graphql", "GET /graphql?query={__typename}", "POST /graphql", "OPTIONS /graphql", "DELETE /graphql", "GET /healthz", "GET /readyz", "GET /metrics",
			"GET /playground/config.json", "GET /playground/nothing", "GET /nothing", "GET /oauth/login", "GET /oauth/callback", "GET /oauth/logout", "POST /oauth/logout", "GET //evil.example/",
		} {
			method, path, _ := strings.Cut(target, " ")
			for _, accept := range []string{"text/html", "*/*"} {
				r := httptest.NewRequestWithContext(t.Context(), method, "/", nil)
				r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
				r.Host = l.Listener.Addr().String()
				r.Header.Set("Accept", accept)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				header := w.Header()
				policy := header.Get("Content-Security-Policy")
				if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Referrer-Policy") != "no-referrer" || header.Get("Cross-Origin-Resource-Policy") != "same-origin" ||
					!strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") ||
					header.Get("Server") != "" || header.Get("X-Powered-By") != "" || header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s, %s for %s: %d %v", name, target, accept, w.Code, header)
				}
				if location := header.Get("Location"); location != "" && !strings.HasPrefix(location, l.authorize) && (location[0] != '/' || strings.HasPrefix(location, "//")) {
					t.Errorf("%s, %s: sent to %s", name, target, location)
				}
			}
		}
	}
}
