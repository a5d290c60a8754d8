package gateway

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestMaxConcurrent holds the operations of one caller at Close, until there are as many as it may have.
func TestMaxConcurrent(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	o := testOptions(nil, "--passthrough", "--max-concurrent=2")
	way := &counted{next: s.Transport(), came: make(chan struct{}, 10), release: make(chan struct{})}
	o.Transport = way
	handler := newGateway(t, o).Handler()
	query := func(key, task string) (int, string, http.Header) {
		w := ask(t, handler, http.MethodPost, graphqlPath, `{"query":"{task(id:\"`+task+`\"){id}}"}`,
			map[string]string{"Authorization": "Bearer " + key, "Accept": mediaGraphQL})
		return w.Code, w.Body.String(), w.Header()
	}
	tasks := s.IDs("task")
	done := make(chan string, 2)
	for _, task := range tasks[:2] {
		go func() {
			_, body, _ := query("one", task)
			done <- body
		}()
		<-way.came
	}
	status, body, header := query("one", tasks[2])
	if status != http.StatusTooManyRequests || header.Get("Retry-After") != "1" ||
		!strings.Contains(body, "2 operations of this caller are under way") || !strings.Contains(body, `"code":"RATE_LIMITED","retryAfter":1`) {
		t.Errorf("a third: %d %v %s", status, header, body)
	}
	other := make(chan string, 1)
	go func() {
		_, body, _ := query("two", tasks[2])
		other <- body
	}()
	<-way.came // another caller gets through to Close
	close(way.release)
	for range 2 {
		if body := <-done; !strings.HasPrefix(body, `{"data":{"task":{"id":"task_`) {
			t.Error(body)
		}
	}
	if body := <-other; !strings.HasPrefix(body, `{"data":{"task":{"id":"task_`) {
		t.Error(body)
	}
	if status, body, _ := query("one", tasks[3]); status != 200 {
		t.Errorf("when they have ended: %d %s", status, body)
	}
	g := newAdmission(1)
	if err := g.enter("x"); err != nil {
		t.Fatal(err)
	}
	if g.leave("x"); len(g.running) != 0 {
		t.Errorf("kept: %v", g.running)
	}
}

// counted is a way to Close that tells of calls and holds them until it is released.
type counted struct {
	next    http.RoundTripper
	came    chan struct{}
	release chan struct{}
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.came <- struct{}{}
	select {
	case <-c.release:
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	return c.next.RoundTrip(r)
}

// untouched is a body that nobody may read.
type untouched struct{ t *testing.T }

func (u untouched) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// TestStrangersAreNotRead wants whoever is turned away for who it is to be so before its body costs any memory.
func TestStrangersAreNotRead(t *testing.T) {
	t.Parallel()
	handler := newGateway(t, testOptions(nil, "--passthrough")).Handler()
	for name, tt := range map[string]struct {
		header map[string]string
		want   int
	}{
		"nobody":          {nil, http.StatusUnauthorized},
		"another's page":  {map[string]string{"Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		"a strange proof": {map[string]string{"Authorization": "Digest x"}, http.StatusUnauthorized},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+graphqlPath, untouched{t})
		r.Header.Set("Content-Type", "application/json")
		for key, value := range tt.header {
			r.Header.Set(key, value)
		}
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != tt.want {
			t.Errorf("%s: %d %s, want %d", name, w.Code, w.Body, tt.want)
		}
	}
}
