package projection

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// Value is a field of the answer that the projection writes: an object, a list of objects, or a connection. A resolver returns it before
// anything is loaded; when gqlgen writes the answer, all values of the query are loaded together.
type Value struct {
	run  *run
	root root
	more []root // of a mutation, whose payload may have the same field under several response keys; root is not used then
}

// at is the root at a response key, or nil.
func (v *Value) at(key string) *root {
	if v.root.key == key {
		return &v.root
	}
	for i := range v.more {
		if v.more[i].key == key {
			return &v.more[i]
		}
	}
	return nil
}

// root is what stands at a response key.
type root struct {
	key        string
	connection *connection // of a list; nil for objects
	document   *block      // of what an operation answers: the one row that holds the field
	kid        kid
	wrote      *atomic.Int64 // how many bytes the same root had the last time
}

// size is how many bytes the root most likely needs.
func (r *root) size() int { return min(int(r.wrote.Load())+512, 1<<20) }

// Size is how many bytes the value most likely takes in an answer.
func (v *Value) Size() int {
	if v.more != nil {
		return 0
	}
	return v.root.size()
}

// usualDepth is how many steps most paths below a root have at the most.
const usualDepth = 8

// paths is memory for the paths of values that are written.
var paths = sync.Pool{New: func() any { return new([usualDepth]step) }}

var errNoRoot = errors.New("projection: a value is written at a field that it was not made for")

// MarshalGQLContext loads what the value needs and writes it. What fails below it becomes errors of the answer.
func (v *Value) MarshalGQLContext(ctx context.Context, w io.Writer) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case tooLong:
			err = exceeds(LimitAnswer, "the answer would be longer than %d bytes, the most that one may be; ask for fewer objects, or for less of each", int(p))
		default:
			err = fmt.Errorf("panic while writing: %v\n%s", p, debug.Stack())
		}
	}()
	if err := v.run.all(ctx); err != nil {
		return err
	}
	fc := graphql.GetFieldContext(ctx)
	r := v.at(fc.Field.Alias)
	if r == nil {
		return errNoRoot
	}
	request := v.run.request
	path := paths.Get().(*[usualDepth]step)
	defer paths.Put(path)
	out := writer{
		ctx: ctx, request: request, root: fc, path: append(path[:0], step{field: fc.Field.Field}),
		most: request.engine.maxAnswer - int(request.written.Load()),
	}
	if buffer, ok := w.(*bytes.Buffer); ok {
		buffer.Grow(r.size())
		out.buf = buffer.AvailableBuffer()
	}
	switch t := fc.Field.Definition.Type; {
	case r.connection != nil:
		out.connection(r.connection, &r.kid, 0, false)
	case r.document != nil:
		out.document(r.document)
	case t.Elem != nil:
		out.objects(&r.kid, r.kid.links, t)
	default:
		out.object(&r.kid, r.kid.links[0], false)
	}
	r.wrote.Store(int64(len(out.buf)))
	request.written.Add(int64(len(out.buf)))
	_, err = w.Write(out.buf)
	return err
}

// UnmarshalGQLContext refuses: the objects of Close are not inputs. gqlgen wants it of every scalar.
func (v *Value) UnmarshalGQLContext(context.Context, any) error {
	return errors.New("projection: an object of Close is not an input")
}
