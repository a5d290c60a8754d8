package projection

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// Value is a field of the answer that the projection writes: an object, or a connection. A resolver returns it before
// anything is loaded; when gqlgen writes the answer, all values of the query are loaded together.
type Value struct {
	run   *run
	roots map[string]*root // by response key
	index int              // of an element of a list; -1 otherwise
}

// root is what stands at a response key.
type root struct {
	target     *target
	connection *connection
	kid        kid
	wrote      *atomic.Int64 // how many bytes the same root had the last time
}

// size is how many bytes the root most likely needs.
func (r *root) size() int { return min(int(r.wrote.Load())+512, 1<<20) }

var errNoRoot = errors.New("projection: a value is written at a field that it was not made for")

// MarshalGQLContext loads what the value needs and writes it. What fails below it becomes errors of the answer.
func (v *Value) MarshalGQLContext(ctx context.Context, w io.Writer) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while writing: %v\n%s", p, debug.Stack())
		}
	}()
	if err := v.run.all(ctx); err != nil {
		return err
	}
	fc := graphql.GetFieldContext(ctx)
	r := v.roots[fc.Field.Alias]
	if r == nil {
		return errNoRoot
	}
	out := writer{ctx: ctx, request: v.run.request, root: fc.Path(), path: []step{{field: fc.Field.Field}}}
	if buffer, ok := w.(*bytes.Buffer); ok {
		buffer.Grow(r.size())
		out.buf = buffer.AvailableBuffer()
	}
	if v.index >= 0 {
		out.path = append(out.path, step{index: v.index})
	}
	if r.connection != nil {
		out.connection(r.connection, &r.kid, 0, false)
	} else {
		out.object(&r.kid, r.kid.links[max(v.index, 0)], false)
	}
	r.wrote.Store(int64(len(out.buf)))
	_, err = w.Write(out.buf)
	return err
}

// UnmarshalGQLContext refuses: the objects of Close are not inputs. gqlgen wants it of every scalar.
func (v *Value) UnmarshalGQLContext(context.Context, any) error {
	return errors.New("projection: an object of Close is not an input")
}
