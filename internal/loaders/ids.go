package loaders

import (
	"hash/maphash"
	"slices"
)

// IDs are different ids in the order in which they were added. They find an id by a table of four bytes an entry, where a map
// would have the ids once more. The zero value has none; it is not safe for concurrent use.
type IDs struct {
	list   []string
	slots  []int32   // which id, counted from 1, has a hash, or one of the slots after it; nil while there are few
	shared bool      // others have the same slots
	first  [1]string // where the list begins: many have one id
}

// few is how many ids are looked through one by one, which takes no table.
const few = 8

// seed makes the hashes others than those that somebody could prepare ids for.
var seed = maphash.MakeSeed()

// Len is how many ids there are.
func (s *IDs) Len() int { return len(s.list) }

// List are the ids. They are not to be changed.
func (s *IDs) List() []string { return s.list }

// Grow makes room for n ids more.
func (s *IDs) Grow(n int) {
	if s.list == nil {
		s.list = s.first[:0]
	}
	s.list = slices.Grow(s.list, n)
	if n += len(s.list); n > few {
		s.index(n)
	}
}

// At is the index of an id, or -1.
func (s *IDs) At(id string) int {
	if s.slots == nil {
		return slices.Index(s.list, id)
	}
	return int(s.slots[slotOf(s, maphash.String(seed, id), id)]) - 1
}

// AtBytes is At for an id as it stands in a document, of which it makes no string.
func (s *IDs) AtBytes(id []byte) int {
	if s.slots == nil {
		return slices.IndexFunc(s.list, func(have string) bool { return have == string(id) })
	}
	return int(s.slots[slotOf(s, maphash.Bytes(seed, id), id)]) - 1
}

// slotOf is the slot of an id with a hash: where it stands, or the empty one where it would.
func slotOf[T string | []byte](s *IDs, hash uint64, id T) int {
	mask := len(s.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		if at := int(s.slots[i]) - 1; at < 0 || s.list[at] == string(id) {
			return i
		}
	}
}

// put puts the id with an index into the table.
func (s *IDs) put(at int) {
	id := s.list[at]
	s.slots[slotOf(s, maphash.String(seed, id), id)] = int32(at + 1)
}

// Add adds an id that is not there yet, and returns its index.
func (s *IDs) Add(id string) int {
	if s.list == nil {
		s.list = s.first[:0]
	}
	s.list = append(s.list, id)
	switch n := len(s.list); {
	case n <= few && s.slots == nil:
	case n > len(s.slots)/2:
		s.index(2 * n)
	default:
		if s.shared {
			s.slots, s.shared = slices.Clone(s.slots), false
		}
		s.put(n - 1)
	}
	return len(s.list) - 1
}

// AddNew adds those of the ids that are not there yet.
func (s *IDs) AddNew(ids []string) {
	for _, id := range ids {
		if s.At(id) < 0 {
			s.Add(id)
		}
	}
}

// index makes a table for n ids, unless there is one, of which at most half is used.
func (s *IDs) index(n int) {
	size := 2 * few
	for size < 2*n {
		size *= 2
	}
	if size <= len(s.slots) {
		return
	}
	s.slots, s.shared = make([]int32, size), false
	for at := range s.list {
		s.put(at)
	}
}

// Share are the same ids for another, to which he may add his own.
func (s *IDs) Share() IDs {
	s.list, s.shared = slices.Clip(s.list), true
	return *s
}
