package loaders

import (
	"sync"
)

// results are what is known of objects, by their ids.
type results[R any] struct {
	ids IDs
	Results[R]
}

// fail keeps why there is no object with an index.
func (r *results[R]) fail(at int, err error) {
	if r.Errs == nil {
		r.Errs = make([]error, len(r.Rows))
	}
	r.Errs[at] = err
}

// merge adds the results of others, but for those that are there already, as when two have asked for one at the same time.
// What there is of the others may be used from then on, but not changed.
func (r *results[R]) merge(others *results[R]) {
	if r.ids.Len() == 0 {
		*r = results[R]{ids: others.ids.Share(), Results: others.Results}
		return
	}
	for i, id := range others.ids.List() {
		if r.ids.At(id) >= 0 {
			continue
		}
		r.ids.Add(id)
		r.Rows = append(r.Rows, others.Rows[i])
		if r.Errs != nil {
			r.Errs = append(r.Errs, nil)
		}
		if others.Errs != nil && others.Errs[i] != nil {
			r.fail(len(r.Rows)-1, others.Errs[i])
		}
	}
}

// of are the results of ids that are all there.
func (r *results[R]) of(ids *IDs) Results[R] {
	if ids.Len() == 1 {
		return r.one(r.ids.At(ids.List()[0]))
	}
	some := results[R]{Results: Results[R]{Rows: make([]R, ids.Len())}}
	for i, id := range ids.List() {
		at := r.ids.At(id)
		some.Rows[i] = r.Rows[at]
		if r.Errs != nil && r.Errs[at] != nil {
			some.fail(i, r.Errs[at])
		}
	}
	return some.Results
}

// one is the result with an index.
func (r *results[R]) one(at int) Results[R] {
	one := Results[R]{Rows: r.Rows[at : at+1 : at+1]}
	if r.Errs != nil && r.Errs[at] != nil {
		one.Errs = r.Errs[at : at+1 : at+1]
	}
	return one
}

// found gathers results of calls that run at once.
type found[R any] struct {
	mu sync.Mutex
	results[R]
	open []bool    // by index, whether nothing was found yet, nor why not
	left int       // how many are open
	room [few]bool // for open, where it is enough
}

func newFound[R any](ids IDs) *found[R] {
	n := ids.Len()
	f := &found[R]{results: results[R]{ids: ids, Results: Results[R]{Rows: make([]R, n)}}, left: n}
	if f.open = f.room[:min(n, few)]; n > few {
		f.open = make([]bool, n)
	}
	for i := range f.open {
		f.open[i] = true
	}
	return f
}

// set keeps the object with an id that was asked for, or why there is none.
func (f *found[R]) set(id string, row R, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keep(f.ids.At(id), row, err)
}

func (f *found[R]) keep(at int, row R, err error) {
	f.Rows[at] = row
	if err != nil || f.Errs != nil {
		f.results.fail(at, err)
	}
	if f.open[at] {
		f.open[at] = false
		f.left--
	}
}

// setRow keeps a row. It reports whether the id is one that was asked for.
func (f *found[R]) setRow(id []byte, row R) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.ids.AtBytes(id)
	if at >= 0 {
		f.keep(at, row, nil)
	}
	return at >= 0
}

// fail keeps an error for ids.
func (f *found[R]) fail(ids []string, err error) {
	var none R
	for _, id := range ids {
		f.set(id, none, err)
	}
}

// missing are those of the ids of which nothing was found yet, nor why not.
func (f *found[R]) missing(ids []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return nil
	}
	var missing []string
	for _, id := range ids {
		if f.open[f.ids.At(id)] {
			missing = append(missing, id)
		}
	}
	return missing
}

// end ends the gathering: what was not found is not there.
func (f *found[R]) end() {
	f.fail(f.missing(f.ids.List()), ErrNotFound)
}
