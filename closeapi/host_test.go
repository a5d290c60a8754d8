package closeapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi"
)

// hostile are values that would lead elsewhere if they were put into an address as they are.
var hostile = []string{
	"", ".", "..", "../me", "..%2fme", "%2e%2e", "a/b", `a\b`, "//evil.example/x", "@evil.example", "http://evil.example", "a?b=c", "a&b=c", "a#b",
	"a,b", "a;b", ":80", "[::1]", "a\r\nHost: evil.example", "a\nb", "a\x00b", "a b", "\u202e", "é", "％2e", strings.Repeat("x", 1<<20),
}

// TestEveryCallStaysAtClose gives every operation hostile values for its path and its parameters. Whatever is sent goes to the
// one host, below the one path, with as many segments and parameters as the operation has, and no header of the values.
func TestEveryCallStaysAtClose(t *testing.T) {
	t.Parallel()
	var segments int
	var name, value string
	sent := 0
	client := newClient(t, closeapi.Config{
		BaseURL: "https://close.example/api/v1",
		Transport: inProcess(func(r *http.Request) (*http.Response, error) {
			sent++
			path := r.URL.EscapedPath()
			if r.URL.Scheme != "https" || r.URL.Host != "close.example" || r.Host != "" && r.Host != "close.example" || r.URL.User != nil || r.URL.Fragment != "" {
				t.Errorf("%s of %.60q goes to %s", name, value, r.URL)
			}
			if !strings.HasPrefix(path, "/api/v1/") || strings.Count(path, "/") != segments || strings.Contains(path, "/../") || strings.Contains(path, "/./") {
				t.Errorf("%s of %.60q asks for %.200s, want %d segments", name, value, path, segments)
			}
			if query := r.URL.Query(); len(query) > 1 || len(query) == 1 && query.Get("q") != value {
				t.Errorf("%s of %.60q asks with %v", name, value, query)
			}
			for header := range r.Header {
				if header == "Host" || strings.Contains(strings.Join(r.Header[header], ""), "evil") {
					t.Errorf("%s of %.60q sends %s: %s", name, value, header, r.Header[header])
				}
			}
			return answer(200, `{}`), nil
		}),
	})
	for _, op := range closeapi.Operations() {
		name = op.String()
		segments = strings.Count("/api/v1"+op.Path, "/")
		for _, hostileValue := range hostile {
			value = hostileValue
			call := closeapi.Call{Operation: name, Params: map[string]string{"q": value}}
			for range strings.Count(op.Path, "{") {
				call.Vars = append(call.Vars, value)
			}
			if len(value) > 1000 && op.Method == http.MethodGet {
				call.Params = nil // long ones go into a body
			}
			_, _ = client.Do(t.Context(), call) // to be refused is as good
		}
	}
	if sent < 1000 {
		t.Errorf("only %d calls were made", sent)
	}
}
