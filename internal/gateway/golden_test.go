package gateway

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

var update = flag.Bool("update", false, "rewrite the golden requests from what happens now")

// TestGolden runs each request of testdata against a sandbox of its own and compares the REST calls that it causes and
// the answer. A file holds query.graphql, if need be variables.json, headers and fault.json (what goes wrong in the sandbox),
// then rest and response.json. A file with before.graphql shows a gateway that was asked that before: what it keeps of it
// costs no call any more.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden requests: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, file)
		})
	}
}

func golden(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string) string {
		if i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name }); i >= 0 {
			return string(archive.Files[i].Data)
		}
		return ""
	}
	s := sandbox.RunT(t)
	if text := part("fault.json"); text != "" {
		var fault sandbox.Fault
		if err := json.Unmarshal([]byte(text), &fault); err != nil {
			t.Fatal(err)
		}
		s.Fault(fault)
	}
	body := map[string]any{"query": part("query.graphql")}
	if vars := part("variables.json"); vars != "" {
		body["variables"] = json.RawMessage(vars)
	}
	header := http.Header{}
	for line := range strings.Lines(part("headers")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		header.Set(name, value)
	}
	options := testOptions(s)
	if header.Get("Authorization") != "" { // the caller has a credential of its own
		options.Config.Passthrough, options.Transport = true, s.Transport()
	}
	g := newGateway(t, options)
	if before := part("before.graphql"); before != "" {
		post(t, g, map[string]any{"query": before}, header)
		s.ResetRequests()
	}
	response := post(t, g, body, header)
	want := map[string]string{"rest": part("rest"), "response.json": part("response.json")}
	got := map[string]string{"rest": restCalls(s), "response.json": indent(t, response)}
	if *update {
		archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { _, ok := got[f.Name]; return ok })
		for _, name := range []string{"rest", "response.json"} {
			archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
		}
		if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got); after a look at it, `make golden` keeps it:\n%s", file, diff)
	}
}

// restCalls are the calls that a sandbox got, in an order that does not hang on which of them came first.
func restCalls(s *sandbox.Server) string {
	var lines []string
	for _, r := range s.Requests() {
		line := r.String()
		if zone := r.Header.Get("X-Tz-Offset"); zone != "0" {
			line += " (x-tz-offset: " + zone + ")"
		}
		lines = append(lines, line+"\n")
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// newTestGateway is the whole gateway in front of a sandbox.
func newTestGateway(t testing.TB, s *sandbox.Server) *Gateway {
	t.Helper()
	return newGateway(t, testOptions(s))
}

func newGateway(t testing.TB, o Options) *Gateway {
	t.Helper()
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

// post sends a request to a gateway and returns the body of the answer.
func post(t testing.TB, g *Gateway, body any, header http.Header) []byte {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/graphql", bytes.NewReader(encoded))
	r.Header = header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	g.Handler().ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func indent(t testing.TB, doc []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, doc, "", "  "); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, doc)
	}
	return b.String() + "\n"
}
