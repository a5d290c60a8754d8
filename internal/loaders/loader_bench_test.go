package loaders_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/loaders"
)

// lines is a Close that answers every call with the same ids, a line each, and the scanner of such answers.
type lines []byte

func (l lines) Do(context.Context, closeapi.Call) (closeapi.Document, error) {
	return closeapi.Document{Body: l}, nil
}

func (lines) List(doc []byte, give func(id []byte, row int)) (more bool, err error) {
	n := 0
	for id := range bytes.SplitSeq(doc, []byte("\n")) {
		give(id, n)
		n++
	}
	return false, nil
}

func (lines) One([]byte, string) (row int, same bool, err error) { return 0, true, nil }

// BenchmarkLoad loads the objects of a level: what naming them, gathering them and giving them back costs.
func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1, 6, 50, 250} {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			var doc lines
			texts := make([]string, n)
			for i := range texts {
				texts[i] = fmt.Sprintf("task_%043d", i)
				doc = append(append(doc, texts[i]...), '\n')
			}
			doc = bytes.TrimSuffix(doc, []byte("\n"))
			op, _ := closeapi.LookupOperation("GET /task/{id}/")
			observed := &loaders.Observed{}
			b.ReportAllocs()
			for b.Loop() {
				l := &loaders.Loader[int]{Close: doc, Type: "Task", One: op, Fields: []string{"id"}, Scan: doc, Observed: observed}
				var ids loaders.IDs
				ids.AddNew(texts)
				if r := l.Load(b.Context(), &ids); len(r.Rows) != n || n <= 100 && r.Errs != nil {
					b.Fatalf("%d rows, errors %v", len(r.Rows), r.Errs)
				}
			}
		})
	}
}
