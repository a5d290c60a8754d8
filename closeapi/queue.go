package closeapi

import (
	"container/list"
	"iter"
	"time"
)

// rank says which calls go before which, the smaller first.
type rank int

const (
	rankWrite      rank = iota // somebody has done something, and waits to see it done
	rankRead                   // somebody waits to see something
	rankBackground             // nobody waits
	ranks
)

// rankOf is the rank of a call.
func rankOf(x *exchange) rank {
	switch {
	case x.background:
		return rankBackground
	case x.op.Reads:
		return rankRead
	}
	return rankWrite
}

// queue holds the calls that wait, in the order in which they are to go: by rank; within a rank the shares take turns,
// so that one with many calls does not hold up one with few; within a share the first comes first.
type queue struct {
	length int
	ranks  [ranks]struct {
		shares map[string]*share
		turns  list.List // of *share: whose turn it is
	}
}

// share is the calls of one share and rank.
type share struct {
	calls list.List // of *waiting
	turn  *list.Element
}

// waiting is a call in a queue.
type waiting struct {
	rank     rank
	share    string
	deadline time.Time
	latest   func() (time.Time, bool) // the deadline as it is now: it moves when others join the call
	place    *list.Element            // in its share; nil when it waits no more

	done chan struct{} // closed when it waits no more because of pass or err
	pass pass
	err  error
}

// add puts a call behind all others of its rank and share, or before all others of its rank.
func (q *queue) add(w *waiting, first bool) {
	r := &q.ranks[w.rank]
	s := r.shares[w.share]
	if s == nil {
		s = &share{}
		s.turn = r.turns.PushBack(s)
		if r.shares == nil {
			r.shares = map[string]*share{}
		}
		r.shares[w.share] = s
	}
	if first {
		w.place = s.calls.PushFront(w)
		r.turns.MoveToFront(s.turn)
	} else {
		w.place = s.calls.PushBack(w)
	}
	q.length++
}

// next takes out the call whose turn it is; nil when none waits.
func (q *queue) next() *waiting {
	for i := range q.ranks {
		turn := q.ranks[i].turns.Front()
		if turn == nil {
			continue
		}
		q.ranks[i].turns.MoveToBack(turn)
		w := turn.Value.(*share).calls.Front().Value.(*waiting)
		q.remove(w)
		return w
	}
	return nil
}

// remove takes out a call, and reports whether it was still there.
func (q *queue) remove(w *waiting) bool {
	if w.place == nil {
		return false
	}
	r := &q.ranks[w.rank]
	s := r.shares[w.share]
	s.calls.Remove(w.place)
	w.place = nil
	q.length--
	if s.calls.Len() == 0 {
		r.turns.Remove(s.turn)
		delete(r.shares, w.share)
	}
	return true
}

// ahead counts the calls that would go before a new one of this rank and share.
func (q *queue) ahead(of rank, name string) int {
	n := 0
	for i := range q.ranks[:of] {
		for turn := q.ranks[i].turns.Front(); turn != nil; turn = turn.Next() {
			n += turn.Value.(*share).calls.Len()
		}
	}
	own := 0
	if s := q.ranks[of].shares[name]; s != nil {
		own = s.calls.Len()
	}
	for other, s := range q.ranks[of].shares {
		if other == name {
			n += own
		} else {
			n += min(s.calls.Len(), own+1)
		}
	}
	return n
}

// all goes through the calls in the order in which they are to go.
func (q *queue) all() iter.Seq[*waiting] {
	return func(yield func(*waiting) bool) {
		for i := range q.ranks {
			var round []*list.Element // the next call of each share
			for turn := q.ranks[i].turns.Front(); turn != nil; turn = turn.Next() {
				round = append(round, turn.Value.(*share).calls.Front())
			}
			for len(round) > 0 {
				following := round[:0]
				for _, place := range round {
					if !yield(place.Value.(*waiting)) {
						return
					}
					if place = place.Next(); place != nil {
						following = append(following, place)
					}
				}
				round = following
			}
		}
	}
}
