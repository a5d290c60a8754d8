package closeapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi"
)

// listOf serves a list of so many rows and notes the queries. Row number broken answers 500.
func listOf(t *testing.T, rows, broken int, queries *[]string) *closeapi.Client {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		*queries = append(*queries, r.URL.RawQuery)
		skip, _ := strconv.Atoi(r.URL.Query().Get("_skip"))
		limit, _ := strconv.Atoi(r.URL.Query().Get("_limit"))
		var page []string
		for i := skip; i < min(skip+limit, rows); i++ {
			if i == broken {
				http.Error(w, `{"error":"broken"}`, http.StatusInternalServerError)
				return
			}
			page = append(page, strconv.Itoa(i))
		}
		fmt.Fprintf(w, `{"data":[%s],"has_more":%v}`, strings.Join(page, ","), skip+limit < rows)
	})
}

func TestPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call    closeapi.Call
		rows    int
		broken  int
		size    int
		stop    int // leave after so many pages
		want    []string
		queries []string
		failed  bool
	}{
		"three pages": {
			call: closeapi.Call{Operation: "GET /lead/", Fields: []string{"id"}}, rows: 5, broken: -1, size: 2,
			want:    []string{"[0,1]", "[2,3]", "[4]"},
			queries: []string{"_fields=id&_limit=2", "_fields=id&_limit=2&_skip=2", "_fields=id&_limit=2&_skip=4"},
		},
		"the maximum by default": {
			call: closeapi.Call{Operation: "GET /contact/"}, rows: 1, broken: -1,
			want: []string{"[0]"}, queries: []string{"_limit=100"},
		},
		"more than the maximum": {
			call: closeapi.Call{Operation: "GET /opportunity/"}, rows: 1, broken: -1, size: 9999,
			want: []string{"[0]"}, queries: []string{"_limit=250"},
		},
		"from a row on": {
			call: closeapi.Call{Operation: "GET /task/", Params: map[string]string{"_skip": "3"}}, rows: 5, broken: -1, size: 1,
			want: []string{"[3]", "[4]"}, queries: []string{"_limit=1&_skip=3", "_limit=1&_skip=4"},
		},
		"left early": {
			call: closeapi.Call{Operation: "GET /task/"}, rows: 5, broken: -1, size: 1, stop: 2,
			want: []string{"[0]", "[1]"}, queries: []string{"_limit=1", "_limit=1&_skip=1"},
		},
		"until it breaks": {
			call: closeapi.Call{Operation: "GET /task/"}, rows: 5, broken: 1, size: 1, failed: true,
			want: []string{"[0]"}, queries: []string{"_limit=1", "_limit=1&_skip=1"},
		},
		"empty": {
			call: closeapi.Call{Operation: "GET /task/"}, broken: -1, size: 1, want: []string{"[]"}, queries: []string{"_limit=1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var queries, got []string
			client := listOf(t, test.rows, test.broken, &queries)
			pages := client.Pages(t.Context(), test.call, test.size)
			if len(queries) > 0 {
				t.Fatal("something is asked before anybody ranges")
			}
			for range 2 { // a walk can be made again
				queries, got = nil, nil
				failed := false
				for page, err := range pages {
					if failed {
						t.Fatal("it goes on after an error")
					}
					if failed = err != nil; failed {
						continue
					}
					var envelope struct{ Data []int }
					if err := page.Decode(&envelope); err != nil {
						t.Fatal(err)
					}
					got = append(got, strings.ReplaceAll(fmt.Sprint(envelope.Data), " ", ","))
					if len(got) == test.stop {
						break
					}
				}
				if failed != test.failed {
					t.Errorf("it failed: %v, want %v", failed, test.failed)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("pages (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(test.queries, queries); diff != "" {
					t.Errorf("queries (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestPagesRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		call closeapi.Call
		size int
	}{
		"unknown":      {closeapi.Call{Operation: "GET /nothing/"}, 0},
		"one object":   {closeapi.Call{Operation: "GET /lead/{id}/", Vars: []string{"lead_1"}}, 0},
		"a write":      {closeapi.Call{Operation: "POST /lead/"}, 0},
		"a cursor":     {closeapi.Call{Operation: "GET /event/"}, 0},
		"a search":     {closeapi.Call{Operation: "POST /data/search/"}, 0},
		"size below 0": {closeapi.Call{Operation: "GET /lead/"}, -1},
		"skip":         {closeapi.Call{Operation: "GET /lead/", Params: map[string]string{"_skip": "-1"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var queries []string
			var errs []error
			for _, err := range listOf(t, 5, -1, &queries).Pages(t.Context(), test.call, test.size) {
				errs = append(errs, err)
			}
			if len(errs) != 1 || !closeapi.IsInvalidCall(errs[0]) || len(queries) > 0 {
				t.Errorf("Pages yields %v after %d queries, want one refusal after none", errs, len(queries))
			}
		})
	}
}

func TestPagesIgnoresLaterChanges(t *testing.T) {
	t.Parallel()
	var queries []string
	client := listOf(t, 2, -1, &queries)
	call := closeapi.Call{Operation: "GET /lead/", Fields: []string{"id"}, Params: map[string]string{"query": "a"}}
	pages := client.Pages(t.Context(), call, 1)
	call.Params["query"] = "b"
	call.Fields[0] = "name"
	for _, err := range pages {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"_fields=id&_limit=1&query=a", "_fields=id&_limit=1&_skip=1&query=a"}
	if !slices.Equal(queries, want) {
		t.Errorf("queries = %q, want %q", queries, want)
	}
}

func TestPagesOfAListWithoutEnd(t *testing.T) {
	t.Parallel()
	client := newClient(t, closeapi.Config{
		Transport: inProcess(func(*http.Request) (*http.Response, error) {
			return answer(200, `{"data":[],"has_more":true}`), nil
		}),
	})
	pages := 0
	for _, err := range client.Pages(t.Context(), closeapi.Call{Operation: "GET /lead/"}, 0) {
		pages++
		if err == nil {
			t.Fatal("an empty page that claims to have more passes for a page")
		}
	}
	if pages != 1 {
		t.Errorf("%d pages, want 1", pages)
	}
}
