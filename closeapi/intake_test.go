package closeapi_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/closegraph/closegraph/closeapi"
)

// lead is an object with a name so long that its memory is worth something.
func lead(n int) string {
	return fmt.Sprintf(`{"id":"lead_%d","name":%q}`, n, strings.Repeat("x", 4000))
}

// TestReleased gives the memory of documents back while others are read into it, and looks at those that are still read.
func TestReleased(t *testing.T) {
	t.Parallel()
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		_, _ = fmt.Sscanf(r.URL.Path, "/api/v1/lead/lead_%d/", &n)
		body := lead(n)
		if n%2 == 0 { // of unknown length
			w.(http.Flusher).Flush()
		}
		_, _ = io.WriteString(w, body)
	})
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for i := range 50 {
				n := caller*1000 + i
				doc, err := client.Do(t.Context(), closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{fmt.Sprintf("lead_%d", n)}})
				if want := lead(n); err != nil || string(doc.Body) != want {
					t.Errorf("lead_%d is %.40q and %v, want %.40q", n, doc.Body, err, want)
				}
				if i%3 > 0 {
					doc.Release()
				}
			}
		})
	}
	callers.Wait()
}

// TestReleasedByOne gives back a document that another caller has too, who reads on.
func TestReleasedByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		upstream := &slow{answer: func(*http.Request, int) (*http.Response, error) { return answer(200, lead(1)), nil }}
		client := newClient(t, closeapi.Config{Transport: upstream})
		defer client.Close()
		first, second := start(t.Context(), client, getLead), start(t.Context(), client, getLead)
		mine, theirs := <-first, <-second
		if calls, _ := upstream.count(); calls != 1 {
			t.Fatalf("%d calls were made for two equal reads, want 1", calls)
		}
		mine.doc.Release()
		if string(theirs.doc.Body) != lead(1) {
			t.Errorf("the other has %.40q, want %.40q", theirs.doc.Body, lead(1))
		}
	})
}
