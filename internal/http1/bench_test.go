package http1

import (
	"bufio"
	"io"
	"net/http"
	"testing"
)

// BenchmarkServe answers small requests over one connection, by this package and by net/http.
func BenchmarkServe(b *testing.B) {
	answer := []byte(`{"data":{"task":{"id":"task_1"}}}`)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "33")
		_, _ = w.Write(answer)
	})
	for _, server := range []string{"http1", "net/http"} {
		b.Run("server="+server, func(b *testing.B) {
			l := listen(b)
			if server == "http1" {
				l = served(b, l, handler)
			} else {
				s := &http.Server{Handler: handler}
				go func() { _ = s.Serve(l) }()
				b.Cleanup(func() { s.Close() })
			}
			conn := dial(b, l)
			in, text := bufio.NewReader(conn), []byte(question)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(text); err != nil {
					b.Fatal(err)
				}
				for left := 4; left > 0; { // lines; the last two are the empty one and the body
					line, err := in.ReadSlice('\n')
					if err != nil {
						b.Fatal(err)
					}
					if len(line) == 2 {
						_, err := in.Discard(len(answer))
						if err != nil {
							b.Fatal(err)
						}
						left = 0
					}
				}
			}
		})
	}
}
