package projection

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
)

var errComputed = errors.New("a computed field has not one value for each object")

// compute works out a field in Go.
func (x *run) compute(ctx context.Context, b *block, it *item, k *kid) {
	rows, parents := b.parents()
	values, err := it.field.compute(ctx, Computation{
		Parents: parents, Args: it.ast.ArgumentMap(x.request.vars), Close: x.request,
	})
	if err == nil && len(values) != len(parents) {
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
	if it.below != nil {
		t := &table{doc: doc, layout: it.below.layout}
		k.open(b, it, func(i int) (*table, span) { return t, spans[i] })
		x.expand(ctx, k.blocks[0])
		return
	}
	k.values = make([][]byte, len(b.rows))
	for i, s := range spans {
		k.values[i] = doc[s.from:s.to:s.to]
	}
}

// encodeAll writes values as JSON into one document and tells where each one stands.
func encodeAll(values []any, at func(n int, s span)) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for n, value := range values {
		from := out.Len()
		if value == nil {
			continue
		}
		if err := encoder.Encode(value); err != nil {
			return nil, err
		}
		at(n, span{uint32(from), uint32(out.Len() - 1)}) // without the line break
	}
	return out.Bytes(), nil
}
