package sandbox

import (
	"crypto/sha256"
	"math/big"
	"slices"
	"strconv"
)

// maxObjects bounds the store.
const maxObjects = 100_000

// A store holds the objects, a table for each resource.
type store struct {
	tables       map[string]*table
	organization string // the id of the only one
	size         int
	hidden       map[string]map[string]bool // leads by the user who does not see them

	journal    *journal           // of the call that writes now; nil when nobody does
	lastEvents map[string]*object // the last event about each object, by the object's id
	requests   int                // how many requests made events
	steps      int                // how many steps of sequences were ever made
	jobs       []*job             // that are not done yet
}

// A table holds the objects of one resource.
type table struct {
	res    *resource
	made   int       // how many were ever made: the next id depends on it
	all    []*object // oldest first
	byID   map[string]*object
	byLead map[string][]*object // oldest first
}

// An object is one thing in Close: its stored members by name. What Close derives is not stored.
type object struct {
	res    *resource
	id     string
	seq    int
	values map[string]any
}

func newStore(a *api) *store {
	st := &store{tables: map[string]*table{}, lastEvents: map[string]*object{}}
	for name, r := range a.resources {
		if !r.virtual {
			st.tables[name] = &table{res: r, byID: map[string]*object{}, byLead: map[string][]*object{}}
		}
	}
	return st
}

// add makes an object with a new id.
func (st *store) add(resource, prefix string, values map[string]any) *object {
	t := st.tables[resource]
	return st.insert(resource, makeID(resource, prefix, t.made, t.res.idLength), values)
}

// insert makes an object with an id of the caller's choice.
func (st *store) insert(resource, id string, values map[string]any) *object {
	t := st.tables[resource]
	o := &object{res: t.res, id: id, seq: t.made, values: values}
	st.touchLead(o)
	t.made++
	t.all = append(t.all, o)
	t.byID[o.id] = o
	if lead := o.str("lead_id"); lead != "" && !t.res.apart {
		t.byLead[lead] = append(t.byLead[lead], o)
	}
	st.size++
	st.made(o)
	return o
}

// remove takes objects of one resource away.
func (st *store) remove(resource string, gone ...*object) {
	t := st.tables[resource]
	st.gone(gone)
	for _, o := range gone {
		delete(t.byID, o.id)
		t.unlink(o)
		st.size--
	}
	t.all = slices.DeleteFunc(t.all, func(o *object) bool { return t.byID[o.id] == nil })
	st.removeThreads(gone)
}

// set changes one member and keeps the index true.
func (st *store) set(o *object, name string, v any) {
	st.touch(o)
	if name == "lead_id" {
		st.touchLead(o)
		t := st.tables[o.res.name]
		t.unlink(o)
		if lead, _ := v.(string); lead != "" {
			if o.res.name == "contact" {
				st.touch(st.get("lead", lead))
			}
			t.byLead[lead] = append(t.byLead[lead], o)
			slices.SortFunc(t.byLead[lead], func(a, b *object) int { return a.seq - b.seq })
		}
	}
	o.values[name] = v
}

func (t *table) unlink(o *object) {
	lead := o.str("lead_id")
	left := slices.DeleteFunc(t.byLead[lead], func(other *object) bool { return other == o })
	if len(left) == 0 {
		delete(t.byLead, lead)
		return
	}
	t.byLead[lead] = left
}

func (st *store) get(resource, id string) *object {
	if t := st.tables[resource]; t != nil {
		return t.byID[id]
	}
	return nil
}

// of are the objects of a resource at a lead, oldest first.
func (st *store) of(resource, lead string) []*object { return st.tables[resource].byLead[lead] }

func (o *object) str(name string) string {
	s, _ := o.values[name].(string)
	return s
}

func (o *object) is(name string) bool {
	b, _ := o.values[name].(bool)
	return b
}

func (o *object) moment(name string) (moment, bool) {
	m, ok := o.values[name].(moment)
	return m, ok
}

// makeID makes the nth id of a resource: the same on every start, and not changed by what else there is.
func makeID(resource, prefix string, n, length int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256([]byte(resource + "/" + strconv.Itoa(n)))
	number, base, digit := new(big.Int).SetBytes(sum[:]), big.NewInt(int64(len(digits))), new(big.Int)
	id := make([]byte, length)
	for i := range id {
		number.DivMod(number, base, digit)
		id[i] = digits[digit.Int64()]
	}
	return prefix + string(id)
}
