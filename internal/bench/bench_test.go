// Package bench compares the gateway with a textbook gqlgen server of the same schema, each through its whole HTTP
// handler, before the same canned documents of Close:
//
//	go test -run '^$' -bench . -benchmem -count 6 ./internal/bench | tee new.txt
//	benchstat -col /server new.txt
//
// What is not in it are sockets and Close's own time, which cost a server that makes fewer calls less still.
package bench

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// BenchmarkHandler asks both servers each of the queries.
func BenchmarkHandler(b *testing.B) {
	ours, theirs, asked := newServers(b)
	for _, q := range asked {
		for _, s := range []*server{ours, theirs} {
			if s == theirs && q.textbooks == 0 {
				continue
			}
			b.Run(q.name+"/server="+s.name, func(b *testing.B) {
				s.ask(b, q.text) // has both the query and the documents at hand from now on
				s.close.taken()
				c := newClient(b, s, q.text)
				b.ReportAllocs()
				before := cpu()
				for b.Loop() {
					c.do()
				}
				b.ReportMetric(float64((cpu()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(s.close.taken())/float64(b.N), "calls/op")
				if c.status != http.StatusOK {
					b.Errorf("status = %d, want 200: %s", c.status, c.body.Bytes())
				}
			})
		}
	}
}

// TestSameAnswers says that nobody wins by doing less: both servers give the same data, each with the calls it should.
func TestSameAnswers(t *testing.T) {
	t.Parallel()
	ours, theirs, asked := newServers(t)
	for _, q := range asked {
		if q.textbooks == 0 {
			continue
		}
		data := func(s *server, calls int) any {
			var answer struct{ Data any }
			if err := json.Unmarshal(s.ask(t, q.text), &answer); err != nil {
				t.Fatal(err)
			}
			if got := s.close.taken(); got != calls {
				t.Errorf("%s: %s makes %d calls, want %d", q.name, s.name, got, calls)
			}
			return answer.Data
		}
		want, got := data(theirs, q.textbooks), data(ours, q.ours)
		if diff := cmp.Diff(want, got, moments); diff != "" {
			t.Errorf("%s (-textbook +closegraph):\n%s", q.name, diff)
		}
	}
}

// moments compares texts that are moments as such: the textbook writes them as Close does, with an offset and a fraction.
var moments = cmp.Comparer(func(a, b string) bool {
	first, err1 := time.Parse(time.RFC3339, a)
	second, err2 := time.Parse(time.RFC3339, b)
	if err1 != nil || err2 != nil {
		return a == b
	}
	return first.Equal(second)
})

// leastRatio is how many allocations of the textbook stand against one of ours, at the least, for the names of the edges.
const leastRatio = 20

// TestAllocations holds the gateway to what the projection is for. Other than time, allocations hardly depend on the
// machine.
func TestAllocations(t *testing.T) {
	ours, theirs, _ := newServers(t)
	allocations := func(s *server) float64 {
		s.ask(t, names)
		s.close.seal()
		c := newClient(t, s, names)
		n := testing.AllocsPerRun(50, c.do)
		if c.status != http.StatusOK {
			t.Fatalf("%s: status = %d: %s", s.name, c.status, c.body.Bytes())
		}
		return n
	}
	our, their := allocations(ours), allocations(theirs)
	t.Logf("allocations: %.0f, the textbook's %.0f", our, their)
	if ratio := their / our; ratio < leastRatio {
		t.Errorf("the textbook allocates %.1f times as often (%.0f against %.0f), want %d times", ratio, their, our, leastRatio)
	}
}
