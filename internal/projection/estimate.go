package projection

import (
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/internal/loaders"
)

// Before an operation makes its first call, the calls that it will need are estimated from its plan and its variables. A
// list at the root counts as full, since the client chose how much to ask for. Below that, full lists are so rare that
// counting them so would refuse what costs little: there a list counts as holding what lists of an object usually do. An
// estimate that is too low does no harm: calls are counted as they are made, too.

// What objects usually have below them.
const (
	usualList = 10 // objects of a list below an object, and of one that has no pages
	usualFew  = 3  // objects inside an object, and ids in a member
	usualKind = 20 // different objects of a type that can only be read one by one: an account has few of those
)

// Estimate is what an operation is likely to cost.
type Estimate struct {
	Calls   int // to Close
	Objects int // that its lists may hold, if all of them are full
}

// costs is what of a plan takes calls, in the order in which they are made.
type costs struct {
	steps  []costStep
	groups []costGroup
}

// stepKind says what a step does.
type stepKind int

const (
	callStep  stepKind = iota // one call
	idsStep                   // a root with ids: it counts those of each of its places, which are the steps after it
	placeStep                 // objects of a root with ids, all of one type
	edgeStep                  // objects by the ids that objects have
	rowsStep                  // objects that cost nothing
	listStep                  // lists, at the root or one for each object above
)

// costStep is a part of a plan that takes calls, or has some below it.
type costStep struct {
	kind   stepKind
	above  int     // the step below whose objects it stands; -1 at the root
	each   float64 // how many of its objects, or lists, an object above has
	group  int     // of placeStep and edgeStep
	field  *ast.Field
	target *target     // of idsStep
	list   *listSource // of listStep
	conn   *connection // of listStep, where it is a connection
	path   string      // of response keys
}

// costGroup is objects of one type that are read by their ids together.
type costGroup struct {
	layout *layout
	typ    string
	level  int
	root   string // the field of a mutation; a query reads for all its roots together
	first  int    // the step that needs them first
}

// tally is an estimate on its way.
type tally struct {
	engine *Engine
	costs  *costs
	vars   map[string]any
	n      []float64 // objects, by step
	most   []float64 // as many as there can be
	byID   []float64 // objects, by group
	named  []float64 // of those, the ones that the client named itself
	calls  float64
	object float64
	// worst is the step that takes most calls, and fullest the one with most objects.
	worst, fullest           int
	worstCalls, fullestCount float64
}

// estimate is what the operation is likely to cost with its variables. The error refuses an operation that would surely meet
// a limit, or as good as surely.
func (c *costs) estimate(e *Engine, vars map[string]any) (Estimate, error) {
	var space [64]float64 // enough for most plans
	numbers := space[:]
	if need := 2*len(c.steps) + 2*len(c.groups); need > len(numbers) {
		numbers = make([]float64, need)
	}
	part := func(n int) []float64 {
		taken := numbers[:n:n]
		numbers = numbers[n:]
		return taken
	}
	t := tally{
		engine: e, costs: c, vars: vars, worst: -1, fullest: -1,
		n: part(len(c.steps)), most: part(len(c.steps)), byID: part(len(c.groups)), named: part(len(c.groups)),
	}
	for i := range c.steps {
		t.step(i, &c.steps[i])
	}
	t.groups()
	return t.result(), t.check()
}

// step counts what a step takes.
func (t *tally) step(i int, s *costStep) {
	above, mostAbove := 1.0, 1.0
	if s.above >= 0 {
		above, mostAbove = t.n[s.above], t.most[s.above]
	}
	switch s.kind {
	case callStep:
		t.n[i], t.most[i] = 1, 1
		t.add(i, min(1, above))
	case rowsStep:
		t.n[i], t.most[i] = above*s.each, mostAbove*s.each
	case idsStep:
		t.ids(i, s)
	case placeStep: // counted by the idsStep before
		t.byID[s.group] += t.n[i]
		t.named[s.group] += t.n[i]
	case edgeStep:
		t.n[i], t.most[i] = above*s.each, mostAbove*s.each
		t.byID[s.group] += t.n[i]
	case listStep:
		first := firstOf(s.field, t.vars)
		t.n[i], t.most[i] = above*s.each*first, mostAbove*s.each*first
		if s.above >= 0 {
			t.n[i] = above * s.each * min(first, usualList)
		}
		calls := s.lists(above*s.each, first)
		if t.engine.whole(s.list.operation.String()) { // it is likely to be there already, and weighs as Do has it
			calls /= callWeight
		}
		t.add(i, calls)
		if s.field.Definition.Arguments.ForName("first") == nil {
			return // it is as long as it is
		}
		t.object += t.most[i]
		if t.most[i] > t.fullestCount {
			t.fullest, t.fullestCount = i, t.most[i]
		}
	}
}

// ids counts the ids that the client gave, by the type that each is of.
func (t *tally) ids(i int, s *costStep) {
	for _, arg := range s.field.Arguments {
		if arg.Name != "id" && arg.Name != "ids" {
			continue
		}
		value, _ := arg.Value.Value(t.vars) // what is no value is refused later
		switch value := value.(type) {
		case string:
			t.id(i, s, value)
		case []any:
			for _, id := range value[:min(len(value), maxIDs)] {
				if id, ok := id.(string); ok {
					t.id(i, s, id)
				}
			}
		}
	}
}

func (t *tally) id(i int, s *costStep, id string) {
	place := 0
	if len(s.target.types) > 1 {
		var err error
		if place, err = s.target.placeOf(id); err != nil {
			return // it is refused later
		}
	}
	t.n[i+1+place]++
	t.most[i+1+place]++
}

// groups counts the calls for objects that are read by their ids.
func (t *tally) groups() {
	for i := range t.costs.groups {
		g := &t.costs.groups[i]
		n := int(math.Ceil(t.byID[i]))
		if n == 0 {
			continue
		}
		calls, _, each := loaders.Cost(g.typ, g.layout.names, n)
		if each {
			calls = min(calls, max(usualKind, int(t.named[i])))
		}
		t.add(g.first, float64(calls))
	}
}

// add counts calls that a step takes.
func (t *tally) add(i int, calls float64) {
	t.calls += calls
	if calls > t.worstCalls {
		t.worst, t.worstCalls = i, calls
	}
}

// lists is how many calls so many lists take, of which so many objects are asked for.
func (s *costStep) lists(n, first float64) float64 {
	page := float64(max(1, s.list.operation.MaxLimit))
	if s.list.operation.String() == searchOperation {
		page = searchPageSize
	}
	if s.above >= 0 && s.conn != nil && s.conn.shared != nil {
		want := first
		if s.conn.next {
			want++
		}
		return min(n, rounds*math.Ceil(n/max(1, math.Floor(page/want))))
	}
	return n * math.Ceil(first/page)
}

// firstOf is how many objects a list is asked for.
func firstOf(field *ast.Field, vars map[string]any) float64 {
	if field.Definition.Arguments.ForName("first") == nil {
		return usualList
	}
	first := 50.0 // as listArgs has it
	if arg := field.Arguments.ForName("first"); arg != nil {
		if value, err := arg.Value.Value(vars); err == nil && value != nil {
			if n, err := firstArg(value); err == nil {
				first = float64(n)
			}
		}
	}
	return first
}

// check says which limit the operation goes beyond.
func (t *tally) check() error {
	maxCalls, maxObjects := t.engine.maxCalls, t.engine.maxObjects
	if t.object > float64(maxObjects) {
		return exceeds(LimitObjects, "the lists of the operation may hold %s objects, most of them in %s; the limit is %d: ask for fewer with first",
			inWhole(t.object), t.costs.steps[t.fullest].path, maxObjects)
	}
	if t.calls > float64(maxCalls) {
		return exceeds(LimitCalls, "the operation is likely to need %s calls to Close, %s of them for %s; the limit is %d: ask for fewer objects, or for less below them",
			inWhole(t.calls), inWhole(t.worstCalls), t.costs.steps[t.worst].path, maxCalls)
	}
	return nil
}

// inWhole is a count as text, rounded up.
func inWhole(n float64) string { return strconv.FormatFloat(math.Ceil(n), 'f', 0, 64) }

// result is the estimate in whole numbers.
func (t *tally) result() Estimate {
	const most = math.MaxInt32
	return Estimate{Calls: int(min(math.Ceil(t.calls), most)), Objects: int(min(math.Ceil(t.object), most))}
}
