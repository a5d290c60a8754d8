package projection

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
)

var errComputed = errors.New("a computed field has not one value for each object")

// compute works out a field in Go: at once, or together with what else is asked for when that takes calls.
func (x *run) compute(ctx context.Context, b *block, it *item, k *kid) {
	rows, parents := b.parents()
	var values []any
	var err error
	work := func(ctx context.Context) {
		values, err = it.field.compute(ctx, Computation{
			Parents: parents, Args: it.ast.ArgumentMap(x.request.vars), Close: x.request,
		})
	}
	done := func(ctx context.Context) { x.computed(ctx, b, it, k, rows, values, err) }
	if it.field.calls {
		x.next.calls = append(x.next.calls, work)
		x.next.arrived = append(x.next.arrived, done)
		return
	}
	work(ctx)
	done(ctx)
}

// computed keeps the values of a computed field; rows are the indexes of their parents.
func (x *run) computed(ctx context.Context, b *block, it *item, k *kid, rows []int, values []any, err error) {
	if err == nil && len(values) != len(rows) {
		err = errComputed
	}
	doc, spans := []byte(nil), make([]span, len(b.rows))
	if err == nil {
		doc, err = encodeAll(values, func(n int, s span) { spans[rows[n]] = s })
	}
	if err != nil {
		k.err = err
		return
	}
	if it.below == nil {
		k.values = make([][]byte, len(b.rows))
		for i, s := range spans {
			k.values[i] = doc[s.from:s.to:s.to]
		}
		return
	}
	t := &table{doc: doc, layout: it.below.layout, alike: true}
	k.open(b, it, func(i int) (*table, span) { return t, spans[i] })
	for n, value := range values {
		if err, failed := value.(error); failed {
			k.fail(rows[n], err)
		}
	}
	x.expand(ctx, k.blocks[0])
}

// encodeAll writes values as JSON into one document and tells where each one stands. Errors stand nowhere.
func encodeAll(values []any, at func(n int, s span)) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for n, value := range values {
		from := out.Len()
		if _, failed := value.(error); value == nil || failed {
			continue
		}
		if err := encoder.Encode(value); err != nil {
			return nil, err
		}
		at(n, span{uint32(from), uint32(out.Len() - 1)}) // without the line break
	}
	return out.Bytes(), nil
}
