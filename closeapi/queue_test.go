package closeapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestQueueOrder lets calls go by rank, then by turns of the shares, then in the order in which they came. They are
// written as rank and share: "w.a" is a write of share a; with an exclamation mark it is to be the first.
func TestQueueOrder(t *testing.T) {
	t.Parallel()
	rankNamed := map[byte]rank{'w': rankWrite, 'r': rankRead, 'b': rankBackground}
	for name, tt := range map[string]struct{ calls, leave, want string }{
		"first in, first out":     {calls: "r.a r.a r.a", want: "0 1 2"},
		"by rank":                 {calls: "b.a r.a w.a b.a r.a w.a", want: "2 5 1 4 0 3"},
		"shares take turns":       {calls: "r.a r.a r.a r.b r.b r.c", want: "0 3 5 1 4 2"},
		"rank before turns":       {calls: "r.a r.b w.a w.a", want: "2 3 0 1"},
		"again, before all":       {calls: "r.a r.b r.b!", want: "2 0 1"},
		"some leave":              {calls: "r.a r.a r.b r.c w.a", leave: "0 3 4", want: "1 2"},
		"all leave":               {calls: "r.a b.b", leave: "0 1", want: ""},
		"one with many waits":     {calls: "r.a r.a r.a r.a r.a r.b", want: "0 5 1 2 3 4"},
		"a share in two ranks":    {calls: "b.a r.a b.b r.b", want: "1 3 0 2"},
		"no name is a share, too": {calls: "r. r. r.a", want: "0 2 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var q queue
			var calls []*waiting
			for call := range strings.FieldsSeq(tt.calls) {
				share, first := strings.CutSuffix(call[2:], "!")
				w := &waiting{rank: rankNamed[call[0]], share: share}
				before := q.ahead(w.rank, w.share)
				q.add(w, first)
				if place := slices.Index(slices.Collect(q.all()), w); !first && place != before {
					t.Errorf("%s is at place %d, and %d were to be ahead", call, place, before)
				}
				calls = append(calls, w)
			}
			for _, i := range indices(tt.leave) {
				if !q.remove(calls[i]) || q.remove(calls[i]) {
					t.Errorf("call %d does not leave once", i)
				}
			}
			planned := slices.Collect(q.all())
			var order []*waiting
			for w := q.next(); w != nil; w = q.next() {
				order = append(order, w)
			}
			got := []int{}
			for _, w := range order {
				got = append(got, slices.Index(calls, w))
			}
			if diff := cmp.Diff(indices(tt.want), got); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
			if !slices.Equal(planned, order) || q.length != 0 {
				t.Errorf("%d calls were planned, %d went and %d are left", len(planned), len(order), q.length)
			}
		})
	}
}

// indices reads numbers of one digit.
func indices(text string) []int {
	list := []int{}
	for number := range strings.FieldsSeq(text) {
		list = append(list, int(number[0]-'0'))
	}
	return list
}
