package loaders_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/closegraph/closegraph/internal/loaders"
)

// TestIDs adds ids, few and many, and finds each of them and no other.
func TestIDs(t *testing.T) {
	t.Parallel()
	for _, grown := range []int{0, 1, 60, 600} {
		var ids loaders.IDs
		ids.Grow(grown)
		var want []string
		for i := range 500 {
			id := fmt.Sprintf("lead_%043d", i)
			if at := ids.At(id); at >= 0 {
				t.Fatalf("grown by %d: %s is at %d before it is added", grown, id, at)
			}
			if at := ids.Add(id); at != i {
				t.Fatalf("grown by %d: %s is added at %d, want %d", grown, id, at, i)
			}
			want = append(want, id)
		}
		for i, id := range want {
			if at, bytes := ids.At(id), ids.AtBytes([]byte(id)); at != i || bytes != i {
				t.Errorf("grown by %d: %s is at %d and %d, want %d", grown, id, at, bytes, i)
			}
		}
		if !slices.Equal(ids.List(), want) || ids.Len() != len(want) {
			t.Errorf("grown by %d: %d ids, want those that were added, in their order", grown, ids.Len())
		}
		if at := ids.AtBytes([]byte("lead_x")); at >= 0 {
			t.Errorf("grown by %d: an id that was not added is at %d", grown, at)
		}
	}
}

// TestShareIDs adds to ids that are shared: neither side sees what the other adds.
func TestShareIDs(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 8, 20} {
		var first loaders.IDs
		for i := range n {
			first.Add(fmt.Sprint("lead_", i))
		}
		second := first.Share()
		first.Add("lead_first")
		second.Add("lead_second")
		if first.At("lead_second") >= 0 || second.At("lead_first") >= 0 {
			t.Errorf("of %d ids, one side has what the other added", n)
		}
		for i := range n {
			if id := fmt.Sprint("lead_", i); first.At(id) != i || second.At(id) != i {
				t.Errorf("%s is at %d and %d, want %d", id, first.At(id), second.At(id), i)
			}
		}
		if first.At("lead_first") != n || second.At("lead_second") != n {
			t.Errorf("of %d ids, a side does not have what it added", n)
		}
	}
}

// TestIDsTakeNoMemoryToFind finds ids as they stand in documents without making texts of them.
func TestIDsTakeNoMemoryToFind(t *testing.T) {
	var ids loaders.IDs
	for i := range 50 {
		ids.Add(fmt.Sprintf("lead_%043d", i))
	}
	id := fmt.Appendf(nil, "lead_%043d", 49)
	if n := testing.AllocsPerRun(100, func() { ids.AtBytes(id) }); n > 0 {
		t.Errorf("finding an id takes %v allocations, want none", n)
	}
}
