package gateway

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestCompression wants the same bytes with and without compression, and far fewer of them on the way.
func TestCompression(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	handler := newTestGateway(t, s).Handler()
	large := `{"query":"{ tasks(first: 100) { nodes { id text dueDate lead { id name } } } nothing: task(id: \"task_none\") { id } }"}`
	accept := func(encodings string) map[string]string {
		return map[string]string{"Accept-Encoding": encodings, "Accept": mediaGraphQL}
	}
	want := ask(t, handler, http.MethodPost, graphqlPath, large, accept(""))
	if want.Body.Len() < worthCompressing || want.Header().Get("Content-Encoding") != "" {
		t.Fatalf("not asked for: %d bytes, %v", want.Body.Len(), want.Header())
	}
	for range 3 { // compressors are used again
		got := ask(t, handler, http.MethodPost, graphqlPath, large, accept("br, gzip;q=0.5"))
		if got.Code != want.Code || got.Header().Get("Content-Encoding") != "gzip" || !strings.Contains(strings.Join(got.Header()["Vary"], ","), "Accept-Encoding") {
			t.Fatalf("%d %v", got.Code, got.Header())
		}
		if got.Body.Len() > want.Body.Len()/2 {
			t.Errorf("%d bytes became %d", want.Body.Len(), got.Body.Len())
		}
		z, err := gzip.NewReader(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(z); err != nil || !bytes.Equal(text, want.Body.Bytes()) {
			t.Errorf("%v: %.300s, want %.300s", err, text, want.Body)
		}
	}
	for name, header := range map[string]map[string]string{
		"refused":         accept("gzip;q=0, br"),
		"something else":  accept("br, zstd"),
		"nothing said":    accept(""),
		"a longer name":   accept("gzipped"),
		"a quality of no": accept("gzip;q=none"),
	} {
		if w := ask(t, handler, http.MethodPost, graphqlPath, large, header); w.Header().Get("Content-Encoding") != "" || !bytes.Equal(w.Body.Bytes(), want.Body.Bytes()) {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
	if w := ask(t, handler, http.MethodPost, graphqlPath, `{"query":"{viewer{id}}"}`, accept("gzip")); w.Header().Get("Content-Encoding") != "" || !json.Valid(w.Body.Bytes()) {
		t.Errorf("a small answer: %v %s", w.Header(), w.Body)
	}
	off := newGateway(t, testOptions(s, "--no-compression")).Handler()
	if w := ask(t, off, http.MethodPost, graphqlPath, large, accept("gzip")); w.Header().Get("Content-Encoding") != "" {
		t.Errorf("switched off: %v", w.Header())
	}
}

// BenchmarkCompressedAnswer shows what compressing costs beside what it saves.
func BenchmarkCompressedAnswer(b *testing.B) {
	handler := newTestGateway(b, sandbox.New(sandbox.Options{})).Handler()
	for _, encoding := range []string{"identity", "gzip"} {
		b.Run(encoding, func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, graphqlPath,
					strings.NewReader(`{"query":"{ tasks(first: 100) { nodes { id text dueDate lead { id name } } } }"}`))
				r.Host = "localhost"
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Accept-Encoding", encoding)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "B/answer")
		})
	}
}
