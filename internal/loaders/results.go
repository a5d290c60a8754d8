package loaders

import (
	"errors"
	"slices"
	"sync"
)

// results are what is known of objects by their ids, in the order in which they were added.
type results[R any] struct {
	ids   []string
	list  []Result[R]    // by the index of the id
	index map[string]int // of the ids; nil while there are few
}

// few is how many ids are looked through one by one, which takes no map.
const few = 8

func newResults[R any](size int) results[R] {
	r := results[R]{ids: make([]string, 0, size), list: make([]Result[R], 0, size)}
	if size > few {
		r.index = make(map[string]int, size)
	}
	return r
}

// at is the index of an id, or -1.
func (r *results[R]) at(id string) int {
	if r.index == nil {
		return slices.Index(r.ids, id)
	}
	if i, ok := r.index[id]; ok {
		return i
	}
	return -1
}

// atBytes is at for an id as it stands in a document, of which it makes no string.
func (r *results[R]) atBytes(id []byte) int {
	if r.index == nil {
		return slices.IndexFunc(r.ids, func(have string) bool { return have == string(id) })
	}
	if i, ok := r.index[string(id)]; ok {
		return i
	}
	return -1
}

// add adds the result of an id that is not there yet.
func (r *results[R]) add(id string, result Result[R]) {
	if r.index == nil && len(r.ids) == few {
		r.index = make(map[string]int, 2*few)
		for i, have := range r.ids {
			r.index[have] = i
		}
	}
	if r.index != nil {
		r.index[id] = len(r.ids)
	}
	r.ids, r.list = append(r.ids, id), append(r.list, result)
}

// merge adds the results of others, whose ids are not there yet unless two have asked for one at the same time. What there
// is of the others may be used from then on, but not changed.
func (r *results[R]) merge(others *results[R]) {
	if len(r.ids) == 0 {
		*r = *others
		return
	}
	for i, id := range others.ids {
		if at := r.at(id); at >= 0 {
			r.list = slices.Clone(r.list)
			r.list[at] = others.list[i]
		} else {
			r.add(id, others.list[i])
		}
	}
}

// found gathers results of calls that run at once.
type found[R any] struct {
	mu sync.Mutex
	results[R]
}

// set keeps a result of an id that was asked for.
func (f *found[R]) set(id string, result Result[R]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list[f.at(id)] = result
}

// setRow keeps a row. It reports whether the id is one that was asked for.
func (f *found[R]) setRow(id []byte, row R) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.atBytes(id)
	if at >= 0 {
		f.list[at] = Result[R]{Row: row}
	}
	return at >= 0
}

// fail keeps an error for ids.
func (f *found[R]) fail(ids []string, err error) {
	for _, id := range ids {
		f.set(id, Result[R]{Err: err})
	}
}

// missing are those of the ids that were not found.
func (f *found[R]) missing(ids []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var missing []string
	for _, id := range ids {
		if errors.Is(f.list[f.at(id)].Err, ErrNotFound) {
			missing = append(missing, id)
		}
	}
	return missing
}
