package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

func TestDepthLimit(t *testing.T) {
	t.Parallel()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "tiny.graphqls", Input: tinySchema})
	if err != nil {
		t.Fatal(err)
	}
	exec := executor.New(tiny{schema})
	exec.Use(depthLimit(3))
	opts := tinyOptions(t)
	opts.Exec = exec
	handler := newHTTPHandler(opts)
	const ofType = "ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{name}}}}}}}}}"
	for _, tc := range []struct {
		name, query, want string // want is empty for what is within the limit
	}{
		{"at the limit", `{box{box{name}}}`, ""},
		{"above it", `{box{box{box{name}}}}`, "the operation is 4 levels deep; the depth limit is 3"},
		{"inline fragments add nothing", `{... on Query{box{... on Box{box{... on Box{name}}}}}}`, ""},
		{"fragments are followed", `{box{...a}} fragment a on Box{box{...b}} fragment b on Box{box{name}}`, "the operation is 4 levels deep; the depth limit is 3"},
		{"another operation does not count", `query A{hello} query B{box{box{box{name}}}}`, ""},
		{"__typename does not count", `{box{box{box{__typename}}}}`, ""},
		{"introspection has a depth of its own", `{__schema{types{fields{args{type{` + ofType + `}}}}}}`, ""},
		{"which is bounded", `{__type(name:"Box"){` + strings.Repeat("ofType{", 25) + "name" + strings.Repeat("}", 25) + `}}`, "the introspection is 27 levels deep; the depth limit is 20"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf(`{"query":%q,"operationName":null}`, tc.query)
			if strings.Contains(tc.query, "query A") {
				body = fmt.Sprintf(`{"query":%q,"operationName":"A"}`, tc.query)
			}
			w := ask(t, handler, http.MethodPost, graphqlPath, body, modern)
			if tc.want == "" {
				if w.Code != 200 {
					t.Errorf("refused: %s", w.Body)
				}
				return
			}
			checkRefusal(t, w.Body.String(), codeValidationFailed)
			if w.Code != 400 || !strings.Contains(w.Body.String(), tc.want) {
				t.Errorf("%d %s, want 400 and %q", w.Code, w.Body, tc.want)
			}
		})
	}
}

// TestDepthOfFragments wants the measure to come to an end, and soon, on fragments that spread themselves or each
// other many times over.
func TestDepthOfFragments(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("{...f0}")
	const n = 60
	for i := range n {
		fmt.Fprintf(&text, " fragment f%d on Box{box{...f%d ...f%d ...f0}}", i, i+1, i+1)
	}
	fmt.Fprintf(&text, " fragment f%d on Box{name}", n)
	doc, err := parser.ParseQuery(&ast.Source{Input: text.String()})
	if err != nil {
		t.Fatal(err)
	}
	link(doc)
	start := time.Now()
	var meter depthMeter
	if got := meter.of(doc.Operations[0].SelectionSet); got != n+1 {
		t.Errorf("depth = %d, want %d", got, n+1)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %s", took)
	}
}

// link does for spreads what validation would do, had it not refused the document.
func link(doc *ast.QueryDocument) {
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				s.Definition = doc.Fragments.ForName(s.Name)
			}
		}
	}
	walk(doc.Operations[0].SelectionSet)
	for _, f := range doc.Fragments {
		walk(f.SelectionSet)
	}
}

func TestErrorsAreBounded(t *testing.T) {
	t.Parallel()
	handler := newHTTPHandler(tinyOptions(t))
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, "x%d ", i)
	}
	w := ask(t, handler, http.MethodPost, graphqlPath, fmt.Sprintf(`{"query":"{%s}"}`, many.String()), modern)
	if n := strings.Count(w.Body.String(), `"message"`); n != mostErrors {
		t.Errorf("%d errors, want %d", n, mostErrors)
	}
	w = ask(t, handler, http.MethodPost, graphqlPath, fmt.Sprintf(`{"query":"{%s}"}`, strings.Repeat("y", 3000)), modern)
	if w.Body.Len() > 700 || !strings.Contains(w.Body.String(), "…") {
		t.Errorf("a long name came back: %s", w.Body)
	}
	if got := clip("ééé", 5); got != "é…" {
		t.Errorf("clip = %q", got)
	}
}

// TestDocumentLimits goes up to the limits of a document, and one beyond.
func TestDocumentLimits(t *testing.T) {
	t.Parallel()
	g := newGateway(t, testOptions(sandbox.RunT(t), "--max-aliases=3", "--max-directives=2"))
	for query, want := range map[string]string{
		`{a:__typename b:__typename c:__typename}`:                                                         "",
		`{a:__typename b:__typename c:__typename d:__typename}`:                                            "the document has 4 aliases; the limit is 3",
		`{...F ...F} fragment F on Query{a:__typename b:__typename c:__typename viewer{d:id}}`:             "the document has 4 aliases; the limit is 3",
		`query A{a:__typename b:__typename} query B{c:__typename d:__typename}`:                            "the document has 4 aliases; the limit is 3",
		`{__typename @skip(if:false) viewer @include(if:true){id}}`:                                        "",
		`{__typename @skip(if:false) viewer @include(if:true){id @skip(if:false)}}`:                        "the document has 3 directives; the limit is 2",
		`{...F @skip(if:false)} fragment F on Query{... @skip(if:false){__typename @include(if:true)}}`:    "the document has 3 directives; the limit is 2",
		`{__typename @skip(if:false) @include(if:true)} fragment F on Query @include(if:true){__typename}`: "the document has 3 directives; the limit is 2",
	} {
		got := string(post(t, g, map[string]any{"query": query}, nil))
		if want == "" && strings.Contains(got, "errors") || !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %q", query, got, want)
		}
	}
}

// TestFieldLimit spreads fragments that spread fragments, each twice: a short document that stands for very many fields.
func TestFieldLimit(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	var query strings.Builder
	query.WriteString("{viewer{...F0}}")
	for i := range 16 {
		fmt.Fprintf(&query, " fragment F%d on Viewer{id ...on Viewer{a%d:id} ...F%d ...F%d}", i, i, i+1, i+1)
	}
	query.WriteString(" fragment F16 on Viewer{" + series(20, "b%d:email ") + "}")
	for flag, want := range map[string]string{"--max-fields=37": "", "--max-fields=20": "selects more than 20 fields"} {
		got := string(post(t, newGateway(t, testOptions(s, flag)), map[string]any{"query": query.String()}, nil))
		if want == "" && strings.Contains(got, "errors") || !strings.Contains(got, want) {
			t.Errorf("%s: %.400s, want %q", flag, got, want)
		}
	}
}
