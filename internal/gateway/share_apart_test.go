package gateway

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// TestNotShared wants a run for each who asks for something else, however little differs.
func TestNotShared(t *testing.T) {
	t.Parallel()
	bearer := func(token string) map[string]string { return map[string]string{"Authorization": "Bearer " + token} }
	named := `{"query":"query A($n: Int = 3) { leads(first: $n) { nodes { id } } } query B($n: Int = 3) { leads(first: $n) { nodes { id } } }",`
	for name, two := range map[string]struct {
		bodies  [2]string
		headers [2]map[string]string
	}{
		"credentials":     {[2]string{leadsQuery, leadsQuery}, [2]map[string]string{bearer("first"), bearer("second")}},
		"zones":           {[2]string{leadsQuery, leadsQuery}, [2]map[string]string{{"X-Tz-Offset": "1"}, {"X-Tz-Offset": "2"}}},
		"variables":       {[2]string{named + `"operationName":"A","variables":{"n":2}}`, named + `"operationName":"A","variables":{"n":3}}`}, [2]map[string]string{}},
		"operation names": {[2]string{named + `"operationName":"A"}`, named + `"operationName":"B"}`}, [2]map[string]string{}},
		"documents":       {[2]string{leadsQuery, strings.Replace(leadsQuery, "displayName", "name", 1)}, [2]map[string]string{}},
		"explained":       {[2]string{leadsQuery, leadsQuery}, [2]map[string]string{{explainHeader: "1"}, {explainHeader: "1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var flags []string
				if name == "credentials" {
					flags = []string{"--passthrough"}
				}
				g, way, _ := gated(t, flags...)
				var all []*asker
				for i := range two.bodies {
					header := map[string]string{}
					if len(flags) > 0 {
						header["Authorization"] = "Bearer x"
					}
					maps.Copy(header, two.headers[i])
					all = append(all, asks(t, g, two.bodies[i], header))
				}
				close(way.shut)
				for _, a := range all {
					a.answer()
				}
				if run, joined := executed(t, g); run != "2" || joined != "0" {
					t.Errorf("%s runs, %s joined, want 2 and 0", run, joined)
				}
			})
		})
	}
}

// TestMutationsAreNotShared sends the same mutation twice at the same time: it is done twice.
func TestMutationsAreNotShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, s := gated(t)
		before := len(s.IDs("lead"))
		create := `{"query":"mutation { leadCreate(input: {name: \"Twice\"}) { lead { id } userErrors { message } } }"}`
		first, second := asks(t, g, create, nil), asks(t, g, create, nil)
		close(way.shut)
		if a, b := first.answer(), second.answer(); a == b || !strings.Contains(a, "lead_") || !strings.Contains(b, "lead_") {
			t.Errorf("%s\n%s", a, b)
		}
		if made := len(s.IDs("lead")) - before; made != 2 {
			t.Errorf("%d leads were made, want 2", made)
		}
	})
}

// TestReadAfterWrite wants a query that begins after a write to see it, although an equal one began before.
func TestReadAfterWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, way, s := gated(t)
		id := s.IDs("lead")[0]
		read := fmt.Sprintf(`{"query":"{ lead(id: \"%s\") { name } }"}`, id)
		early := asks(t, g, read, nil)
		asks(t, g, fmt.Sprintf(`{"query":"mutation { leadUpdate(id: \"%s\", input: {name: \"Renamed\"}) { userErrors { message } } }"}`, id), nil).answer()
		late := asks(t, g, read, nil)
		if calls, _ := way.seen(); calls != 3 {
			t.Errorf("%d calls, want 3: the late query reads anew", calls)
		}
		close(way.shut)
		early.answer()
		if got := late.answer(); got != `{"data":{"lead":{"name":"Renamed"}}}` {
			t.Errorf("%s", got)
		}
		if _, joined := executed(t, g); joined != "0" {
			t.Errorf("%s joined, want 0", joined)
		}
	})
}

// TestTimeIsEachOnesOwn lets Close hang: who came second has as much time as who came first, and not less, nor more.
func TestTimeIsEachOnesOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g, _, _ := gated(t)
		begun := time.Now()
		first := asks(t, g, leadsQuery, nil)
		<-time.After(joinable / 2)
		second := asks(t, g, leadsQuery, nil)
		<-time.After(joinable)
		third := asks(t, g, leadsQuery, nil)
		for _, tt := range []struct {
			*asker
			ends time.Duration
		}{{first, 10 * time.Second}, {second, 10*time.Second + joinable/2}, {third, 10*time.Second + joinable*3/2}} {
			if got := tt.answer(); !strings.Contains(got, codeUpstreamTimeout) {
				t.Errorf("%s", got)
			}
			if took := time.Since(begun); took != tt.ends {
				t.Errorf("a request ended after %v, want %v", took, tt.ends)
			}
		}
		if _, joined := executed(t, g); joined != "0" {
			t.Errorf("%s joined, want 0: a timeout is nobody else's", joined)
		}
	})
}

// TestErrorsThatAreShared tells errors about what was asked from errors about who asked first.
func TestErrorsThatAreShared(t *testing.T) {
	t.Parallel()
	for code, shared := range map[string]bool{
		codeNotFound: true, codeForbidden: true, codeBadInput: true, codeUpstreamError: true,
		codeRateLimited: false, codeUpstreamTimeout: false,
	} {
		f := found{resp: &graphql.Response{Errors: (&refusal{Code: code, Message: "it failed"}).errors()}}
		if got := f.isForAll(); got != shared {
			t.Errorf("%s: shared = %v, want %v", code, got, shared)
		}
	}
	if (found{resp: &graphql.Response{}, late: true}).isForAll() {
		t.Error("what ran out of time is shared")
	}
}
