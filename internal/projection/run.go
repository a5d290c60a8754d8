package projection

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/loaders"
)

// maxAtOnce is how many lists of one level are read at a time.
const maxAtOnce = 8

// run loads what some roots of an operation need, level by level: all roots of a query, or one field of a mutation.
type run struct {
	request  *request
	entities map[*objectType]*layout
	loaders  []typeLoader
	names    naming

	mu        sync.Mutex // guards next and lones while the resolvers of roots run, and variables
	next      level
	variables map[string]*variable // of paths, by name; nil while none was asked for
	lones     []lone               // for roots to come

	once sync.Once
	err  error // a fault of ours that stopped the run
}

// level is what is asked for at one time: objects by id, and other calls. Once all of it has come, arrived goes on below.
type level struct {
	blocks  []*block
	calls   []func(ctx context.Context)
	asks    []*ask // lists that may share calls
	arrived []func(ctx context.Context)
}

// typeLoader is the loader of a type.
type typeLoader struct {
	typ    *objectType
	loader *loaders.Loader[row]
}

// load asks for the objects that a kid names.
func (x *run) load(k *kid) {
	for _, b := range k.blocks {
		if b.ids.Len() > 0 && !b.place.idOnly {
			x.next.blocks = append(x.next.blocks, b)
		}
	}
}

// all loads everything, once. A panic becomes the error of the run.
func (x *run) all(ctx context.Context) error {
	x.once.Do(func() {
		defer func() {
			if p := recover(); p != nil {
				x.err = fmt.Errorf("panic while loading: %v\n%s", p, debug.Stack())
			}
		}()
		for {
			now := x.next
			x.next = level{}
			if len(now.blocks) == 0 && len(now.calls) == 0 && len(now.arrived) == 0 {
				return
			}
			x.fetch(ctx, now)
			for _, b := range now.blocks {
				x.expand(ctx, b)
			}
			for _, arrived := range now.arrived {
				arrived(ctx)
			}
		}
	})
	return x.err
}

// fetch makes the calls of a level, at the same time.
func (x *run) fetch(ctx context.Context, now level) {
	calls := now.calls
	if len(now.asks) > 0 {
		calls = append(calls, x.share(now.asks)...)
	}
	if len(calls) == 0 && ofOneType(now.blocks) {
		loadBlocks(ctx, x.loader(now.blocks[0].place.typ), now.blocks)
		return
	}
	for i, b := range now.blocks {
		t := b.place.typ
		if slices.ContainsFunc(now.blocks[:i], func(b *block) bool { return b.place.typ == t }) {
			continue // it goes with the first of its type
		}
		another := func(b *block) bool { return b.place.typ != t }
		loader, blocks := x.loader(t), slices.DeleteFunc(slices.Clone(now.blocks), another)
		calls = append(calls, func(ctx context.Context) { loadBlocks(ctx, loader, blocks) })
	}
	if len(calls) > 1 {
		x.request.reads.begin()
		defer x.request.reads.end()
	}
	atOnce(ctx, calls)
}

// ofOneType reports whether there are blocks, all with objects of one type.
func ofOneType(blocks []*block) bool {
	return len(blocks) > 0 && !slices.ContainsFunc(blocks, func(b *block) bool { return b.place.typ != blocks[0].place.typ })
}

// atOnce makes calls, some at a time. A panic in one of them is a panic here.
func atOnce(ctx context.Context, calls []func(ctx context.Context)) {
	switch len(calls) {
	case 0:
		return
	case 1:
		calls[0](ctx)
		return
	}
	var (
		group  sync.WaitGroup
		slots  = make(chan struct{}, maxAtOnce)
		faults = make(chan any, len(calls))
		last   = len(calls) - 1
	)
	perform := func(call func(ctx context.Context)) {
		defer func() {
			if p := recover(); p != nil {
				faults <- fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
			<-slots
		}()
		call(ctx)
	}
	for _, call := range calls[:last] {
		slots <- struct{}{}
		group.Go(func() { perform(call) })
	}
	slots <- struct{}{}
	perform(calls[last]) // here, where the stack has grown already
	group.Wait()
	if len(faults) > 0 {
		panic(<-faults)
	}
}

// loader loads objects of a type for this run.
func (x *run) loader(t *objectType) *loaders.Loader[row] {
	for _, l := range x.loaders {
		if l.typ == t {
			return l.loader
		}
	}
	loader := x.newLoader(t, x.entities[t])
	x.loaders = append(x.loaders, typeLoader{t, loader})
	return loader
}

// newLoader loads objects of a type into rows of a layout.
func (x *run) newLoader(t *objectType, l *layout) *loaders.Loader[row] {
	return &loaders.Loader[row]{
		Close: x.request, Type: t.name, One: t.entity.operation, Fields: l.fields(),
		Scan:     scanner{&x.request.memory, l},
		Observed: x.request.engine.observed,
		Whole:    x.request.engine.whole,
	}
}

// scanner reads documents for a loader, into rows of a layout with an id.
type scanner struct {
	memory *memory
	layout *layout
}

// List implements loaders.Scanner.
func (s scanner) List(doc []byte, give func(id []byte, r row)) (more bool, err error) {
	t := s.memory.table()
	if _, err := t.scanList(doc, s.layout, noHead); err != nil {
		return false, malformed(err)
	}
	id := s.layout.slots["id"]
	for i := range t.rows {
		r := row{t, i}
		if r.missing() {
			give(nil, r)
		} else {
			give(textOf(r.raw(id)), r)
		}
	}
	return t.more, nil
}

// One implements loaders.Scanner.
func (s scanner) One(doc []byte, id string) (r row, same bool, err error) {
	t := s.memory.table()
	if err := t.scanObject(doc, s.layout); err != nil {
		return row{}, false, malformed(err)
	}
	r = row{t, 0}
	return r, string(textOf(r.raw(s.layout.slots["id"]))) == id, nil
}

// noHead is the layout of lists of which only the rows matter.
var noHead = newLayout()

// loadBlocks loads the objects of one type that blocks name.
func loadBlocks(ctx context.Context, loader *loaders.Loader[row], blocks []*block) {
	if len(blocks) == 1 {
		blocks[0].loaded(loader.Load(ctx, &blocks[0].ids))
		return
	}
	var ids loaders.IDs
	n := 0
	for _, b := range blocks {
		n += b.ids.Len()
	}
	ids.Grow(n)
	for _, b := range blocks {
		ids.AddNew(b.ids.List())
	}
	loader.Load(ctx, &ids)
	for _, b := range blocks {
		b.loaded(loader.Load(ctx, &b.ids)) // they are all known
	}
}

// loaded fills a block with the objects that its ids name. The rows are the loader's too.
func (b *block) loaded(objects loaders.Results[row]) {
	b.rows = objects.Rows
	if objects.Errs == nil {
		return
	}
	b.errs = make([]error, len(objects.Errs))
	for i, err := range objects.Errs {
		if err != nil {
			b.errs[i] = loadError(b.place.typ, b.ids.List()[i], err)
		}
	}
}

// fetchObject makes a call that answers one object.
func (x *run) fetchObject(ctx context.Context, call closeapi.Call, l *layout) (row, error) {
	doc, err := x.request.Do(ctx, call)
	if err != nil {
		return row{}, err
	}
	t := x.request.memory.table()
	if err := t.scanObject(doc.Body, l); err != nil {
		return row{}, malformed(err)
	}
	return row{t, 0}, nil
}
