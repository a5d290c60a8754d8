package projection_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
)

// canned is a Close that answers each operation with one document.
type canned map[string][]byte

func (c canned) Do(_ context.Context, call closeapi.Call) (closeapi.Document, error) {
	return closeapi.Document{Body: c[call.Operation]}, nil
}

// page is a list of so many rows.
func page(rows int, row func(i int) string) []byte {
	texts := make([]string, rows)
	for i := range texts {
		texts[i] = row(i)
	}
	return []byte(`{"has_more":true,"data":[` + strings.Join(texts, ",") + `]}`)
}

// taskRow is a task as Close writes it, with the members of a list view.
const taskRow = `{"_type":"lead","assigned_to":"user_%043d","assigned_to_name":"Ada Rowe","created_by":"user_%043d","created_by_name":"Ann Lee",` +
	`"date":"2026-03-18","date_created":"2026-01-15T09:30:00.000000+00:00","date_updated":"2026-01-15T09:35:00.927415+00:00",` +
	`"id":"task_%043d","is_complete":false,"lead_id":"lead_%043d","lead_name":"Borealis Shipping","text":"Call Ann about the \"dashboard\" offer, no. %d","view":"inbox"}`

// scalarRow is one of which only scalars are asked for.
const scalarRow = `{"_type":"lead","date":"2026-03-18","date_created":"2026-01-15T09:30:00.000000+00:00","date_updated":"2026-01-15T09:35:00.927415+00:00",` +
	`"id":"task_%043d","is_complete":false,"text":"Call Ann about the \"dashboard\" offer, no. %d","view":"inbox"}`

// BenchmarkProjection answers a root field from a document that is there: plan and parsed operation are at hand, and nothing
// of HTTP, gqlgen or the calls to Close is in it. The difference between two lengths is what a row costs.
func BenchmarkProjection(b *testing.B) {
	scalars := func(i int) string { return fmt.Sprintf(scalarRow, i, i) }
	edges := func(i int) string { return fmt.Sprintf(taskRow, i%5, i%7, i, i%20, i) }
	for _, bench := range []struct {
		name, query string
		rows        int
		row         func(i int) string
	}{
		{"one", fmt.Sprintf(`{ task(id: "task_%043d") { id text dueDate isComplete } }`, 0), 1, scalars},
		{"scalars", `{ tasks(first: 1) { nodes { id type text dueDate isComplete view dateCreated dateUpdated } } }`, 1, scalars},
		{"filter", `{ tasks(first: 1, filter: {dateCreated: {gte: "2026-01-15T00:00:00Z"}}) { nodes { id type text dueDate isComplete view dateCreated dateUpdated } } }`, 1, scalars},
		{"scalars", `{ tasks(first: 100) { nodes { id type text dueDate isComplete view dateCreated dateUpdated } } }`, 100, scalars},
		{"edges", `{ tasks(first: 50) { nodes { id text dueDate isComplete lead { id name } assignee { id name } creator { id name } } } }`, 50, edges},
		{"leads", `{ tasks(first: 50) { nodes { id lead { id url } } } }`, 50, edges},
	} {
		b.Run(fmt.Sprintf("%s/rows=%d", bench.name, bench.rows), func(b *testing.B) {
			answers := canned{
				"GET /task/{id}/": []byte(bench.row(0)), "GET /task/": page(bench.rows, bench.row),
				"GET /lead/": page(20, func(i int) string { return fmt.Sprintf(`{"id":"lead_%043d","url":"https://lead.example/"}`, i) }),
			}
			g := newGraph(b)
			ctx := graphql.StartOperationTrace(b.Context())
			op, errs := g.exec.CreateOperationContext(ctx, &graphql.RawParams{Query: bench.query})
			if errs != nil {
				b.Fatal(errs)
			}
			ctx = graphql.WithOperationContext(graphql.WithResponseContext(ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover), op)
			field := graphql.CollectFields(op, op.Operation.SelectionSet, []string{"Query"})[0]
			var out bytes.Buffer
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				if err := answer(ctx, g.engine, field, answers, &out); err != nil {
					b.Fatal(err)
				}
			}
			if errs := graphql.GetErrors(ctx); errs != nil {
				b.Fatalf("%d errors, the first of them: %v", len(errs), errs[0])
			}
			b.ReportMetric(float64(out.Len()), "bytes")
		})
	}
}

// answer writes the value of a root field, of one task or a list.
func answer(ctx context.Context, e *projection.Engine, field graphql.CollectedField, c projection.Doer, out *bytes.Buffer) error {
	ctx, err := e.Begin(ctx, c)
	if err != nil {
		return err
	}
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: "Query", Field: field})
	var value *projection.Value
	if id := field.Arguments.ForName("id"); id != nil {
		value, err = e.Object(ctx, id.Value.Raw)
	} else {
		value, err = e.List(ctx)
	}
	if err != nil {
		return err
	}
	return value.MarshalGQLContext(ctx, out)
}
