package closeapi_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/closegraph/closegraph/closeapi"
)

// compress returns text as gzip.
func compress(t testing.TB, text string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	if _, err := io.WriteString(writer, text); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestAnswersOnTheWire(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	zipped := string(compress(t, `{"id":"lead_1"}`))
	for name, test := range map[string]struct {
		answer string
		body   string // the document, or
		want   string // the message of the error
		status int
	}{
		"whole":               {answer: head + "Content-Length: 15\r\n\r\n" + `{"id":"lead_1"}`, body: `{"id":"lead_1"}`},
		"until closed":        {answer: head + "\r\n" + `{"id":"lead_1"}`, body: `{"id":"lead_1"}`},
		"chunked":             {answer: head + "Transfer-Encoding: chunked\r\n\r\n7\r\n{\"id\":\"\r\n8\r\nlead_1\"}\r\n0\r\n\r\n", body: `{"id":"lead_1"}`},
		"gzip":                {answer: head + fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(zipped)) + zipped, body: `{"id":"lead_1"}`},
		"no type":             {answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", body: `{}`},
		"blanks":              {answer: head + "Content-Length: 3\r\n\r\n \r\n", body: ""},
		"cut":                 {answer: head + "Content-Length: 15\r\n\r\n{\"id\"", want: "the answer was cut short", status: 200},
		"cut before all":      {answer: head + "Content-Length: 15\r\n\r\n", want: "the answer was cut short", status: 200},
		"cut chunk":           {answer: head + "Transfer-Encoding: chunked\r\n\r\nff\r\n{\"id\"", want: "the answer was cut short", status: 200},
		"no last chunk":       {answer: head + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", want: "the answer was cut short", status: 200},
		"bad chunk":           {answer: head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", want: "the answer cannot be read", status: 200},
		"cut gzip":            {answer: head + "Content-Encoding: gzip\r\n\r\n" + zipped[:len(zipped)-4], want: "the answer was cut short", status: 200},
		"cut gzip header":     {answer: head + "Content-Encoding: gzip\r\n\r\n" + zipped[:5], want: "the answer was cut short", status: 200},
		"no gzip at all":      {answer: head + "Content-Encoding: gzip\r\n\r\n{\"id\":\"lead_1\"}", want: "the answer cannot be read", status: 200},
		"unknown compression": {answer: head + "Content-Encoding: br\r\n\r\n\x1b\x0e\x00", want: "the answer is not JSON", status: 200},
		"HTML":                {answer: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>secret</html>", want: "the answer is not JSON", status: 200},
		"text":                {answer: "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nOK", want: "the answer is not JSON", status: 200},
		"HTML of a proxy":     {answer: "HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\n\r\n<html>secret</html>", want: "internal server error", status: 500},
		"cut error":           {answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{\"error\":\"x", want: "not found", status: 404},
		"not HTTP":            {answer: "SSH-2.0-OpenSSH_9.2\r\n", want: "no answer"},
		"cut header":          {answer: "HTTP/1.1 200 OK\r\nContent-Le", want: "no answer"},
		"endless header":      {answer: "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n{}", want: "no answer"},
		"negative length":     {answer: "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", want: "no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{BaseURL: serveRaw(t, test.answer)})
			doc, err := client.Do(t.Context(), getLead)
			if test.want == "" {
				if err != nil || string(doc.Body) != test.body {
					t.Errorf("Do = %q, %v, want %q", doc.Body, err, test.body)
				}
				return
			}
			e := asError(t, err)
			if e.Status != test.status || !strings.Contains(e.Message, test.want) || doc.Body != nil {
				t.Errorf("Do = %q, %v (status %d), want %q (status %d)", doc.Body, err, e.Status, test.want, test.status)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%v repeats the body", err)
			}
		})
	}
}

func TestAnswerSize(t *testing.T) {
	t.Parallel()
	const limit = 1000
	body := func(size int) string { return `"` + strings.Repeat("x", size-2) + `"` }
	for name, test := range map[string]struct {
		size     int
		known    bool
		gzip     bool
		tooLarge bool
	}{
		"fits":                  {limit, true, false, false},
		"fits, unknown length":  {limit, false, false, false},
		"fits, gzip":            {limit, false, true, false},
		"one more":              {limit + 1, true, false, true},
		"one more, unknown":     {limit + 1, false, false, true},
		"one more, gzip":        {limit + 1, false, true, true},
		"a bomb":                {64 << 20, false, true, true},
		"a bomb, small outside": {900 * limit, true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, closeapi.Config{
				MaxResponseBytes: limit,
				Transport: inProcess(func(*http.Request) (*http.Response, error) {
					text := body(test.size)
					resp := answer(200, text)
					if test.gzip {
						zipped := compress(t, text)
						resp = answer(200, string(zipped), "Content-Encoding", "gzip")
					}
					if !test.known {
						resp.ContentLength = -1
					}
					return resp, nil
				}),
			})
			doc, err := client.Do(t.Context(), getLead)
			if closeapi.IsTooLarge(err) != test.tooLarge {
				t.Errorf("IsTooLarge(%v) = %v, want %v", err, !test.tooLarge, test.tooLarge)
			}
			if test.tooLarge {
				if e := asError(t, err); e.Status != 200 || doc.Body != nil {
					t.Errorf("status %d and %d bytes, want 200 and none", e.Status, len(doc.Body))
				}
			} else if string(doc.Body) != body(test.size) {
				t.Errorf("%d bytes, want %d", len(doc.Body), test.size)
			}
		})
	}
}

// TestGzipAtOnce would mix answers up, or trip the race detector, if a reader were used twice.
func TestGzipAtOnce(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(compress(t, `"`+r.URL.Path+`"`))
	})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 20 {
				id := fmt.Sprintf("lead_%d_%d", i, j)
				doc, err := client.Do(t.Context(), closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{id}})
				if want := `"/api/v1/lead/` + id + `/"`; err != nil || string(doc.Body) != want {
					t.Errorf("Do = %s, %v, want %s", doc.Body, err, want)
				}
			}
		})
	}
	group.Wait()
}

func TestGzipError(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write(compress(t, `{"error":"No such field."}`))
	})
	_, err := client.Do(t.Context(), getLead)
	if got := asError(t, err).Message; got != "No such field." {
		t.Errorf("Message = %q", got)
	}
}
