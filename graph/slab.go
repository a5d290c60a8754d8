package graph

// slab lays values side by side, so that many are one object to the garbage collector.
type slab[T any] struct{ room []T }

// slabSize is how many values lie together.
const slabSize = 512

// keep is a copy of a value among the others.
func (s *slab[T]) keep(v *T) *T { return &s.keepAll([]T{*v})[0] }

// keepAll is a copy of a list among the others; nobody may add to it.
func (s *slab[T]) keepAll(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	if len(s.room) < len(list) {
		s.room = make([]T, max(slabSize, len(list)))
	}
	kept := s.room[:len(list):len(list)]
	s.room = s.room[len(list):]
	copy(kept, list)
	return kept
}
