package gateway

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

func playgroundHandler(t *testing.T) http.Handler {
	t.Helper()
	opts := tinyOptions(t)
	opts.Playground = &playgroundOptions{Mode: "sandbox"}
	return newHTTPHandler(opts)
}

var browser = map[string]string{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

func TestPlayground(t *testing.T) {
	t.Parallel()
	handler := playgroundHandler(t)
	page := ask(t, handler, http.MethodGet, "/", "", browser)
	if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Fatalf("/: %d %s", page.Code, page.Header().Get("Content-Type"))
	}
	if got := page.Header().Get("Content-Security-Policy"); got != pagePolicy {
		t.Errorf("Content-Security-Policy = %q", got)
	}
	if got := page.Header().Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control = %q", got)
	}
	html := page.Body.String()
	if strings.Contains(html, "//") && regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(html) {
		t.Error("the page refers to another place")
	}
	if regexp.MustCompile(`<script>|<style|style=|onclick=`).MatchString(html) {
		t.Error("the page holds a script or a style, which its policy forbids")
	}
	refs := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(html, -1)
	if len(refs) < 8 {
		t.Fatalf("the page refers to %d files", len(refs))
	}
	for _, ref := range refs {
		w := ask(t, handler, http.MethodGet, ref[1], "", nil)
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d, %v", ref[1], w.Code, w.Header())
		}
		again := ask(t, handler, http.MethodGet, ref[1], "", map[string]string{"If-None-Match": w.Header().Get("Etag")})
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: %d, want 304", ref[1], again.Code)
		}
		packed := ask(t, handler, http.MethodGet, ref[1], "", map[string]string{"Accept-Encoding": "br, gzip;q=0.5"})
		if w.Body.Len() > 1<<10 {
			if packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("Etag") == w.Header().Get("Etag") {
				t.Errorf("%s is not compressed, or under the same tag: %v", ref[1], packed.Header())
				continue
			}
			reader, err := gzip.NewReader(packed.Body)
			if err != nil {
				t.Fatal(err)
			}
			if content, err := io.ReadAll(reader); err != nil || !bytes.Equal(content, w.Body.Bytes()) {
				t.Errorf("%s: compressed is another file (%v)", ref[1], err)
			}
		}
	}
	for _, path := range []string{"/playground/", "/playground/0000000000000000/app.js", "/playground/../routes.go", "/favicon.ico"} {
		if w := ask(t, handler, http.MethodGet, path, "", nil); w.Code == 200 {
			t.Errorf("%s: 200", path)
		}
	}
	if w := ask(t, handler, http.MethodGet, "/playground/config.json", "", nil); w.Body.String() != `{"endpoint":"/graphql","explain":false,"mode":"sandbox"}` {
		t.Errorf("config.json = %s", w.Body)
	}
}

func TestRoot(t *testing.T) {
	t.Parallel()
	with, without := playgroundHandler(t), newHTTPHandler(tinyOptions(t))
	for _, tc := range []struct {
		name    string
		handler http.Handler
		path    string
		header  map[string]string
		status  int
		want    string
	}{
		{"a tool at the root", with, "/", nil, 200, "Send queries to /graphql"},
		{"a browser at the root, no playground", without, "/", browser, 200, "Send queries to /graphql"},
		{"a browser at the API", with, "/graphql", browser, 303, ""},
		{"a browser at the API with a query", with, get("query", "{hello}"), browser, 200, "world"},
		{"a browser at the API, no playground", without, "/graphql", browser, 400, "missing"},
		{"the playground's files, no playground", without, "/playground/config.json", nil, 404, "NOT_FOUND"},
		{"elsewhere", with, "/nowhere", nil, 404, "NOT_FOUND"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := ask(t, tc.handler, http.MethodGet, tc.path, "", tc.header)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) {
				t.Errorf("%d %s, want %d and %q", w.Code, w.Body, tc.status, tc.want)
			}
		})
	}
}

// TestPublishedFiles wants the files of others unchanged, each with a sum.
func TestPublishedFiles(t *testing.T) {
	t.Parallel()
	sums, err := os.ReadFile("playground/npm/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := playgroundFiles.ReadDir("playground/npm")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := playgroundFiles.ReadFile("playground/npm/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(content)
		if line := hex.EncodeToString(sum[:]) + "  ./" + entry.Name(); !strings.Contains(string(sums), line) {
			t.Errorf("SHA256SUMS lacks %s", line)
		}
	}
}
