package projection

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"
)

// taskPage is a page of tasks as Close sends it for the fields of a list view.
func taskPage(rows int) []byte {
	var b strings.Builder
	b.WriteString(`{"has_more": true, "data": [`)
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `{"id": "task_%043d", "text": "Call back about the offer, and ask for the \"final\" date", `+
			`"date": "2026-03-18", "is_complete": false, "lead_id": "lead_%043d", "lead_name": "Borealis Shipping %d", `+
			`"assigned_to": "user_%043d", "assigned_to_name": "Ada Rowe", "created_by": "user_%043d", `+
			`"created_by_name": "Ann Lee"}`, i, i%20, i%20, i%7, i%5)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

var taskMembers = []string{
	"id", "text", "date", "is_complete", "lead_id", "lead_name", "assigned_to", "assigned_to_name", "created_by", "created_by_name",
}

// BenchmarkScan compares the ways to find the spans of ten members in each of 50 rows. docs/design.md has the result.
func BenchmarkScan(b *testing.B) {
	doc := taskPage(50)
	b.Run("ours", func(b *testing.B) {
		l := newLayout()
		for _, name := range taskMembers {
			l.need(name)
		}
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			if t, _, err := scanList(doc, l, noHead); err != nil || t.rows != 50 {
				b.Fatal(err)
			}
		}
	})
	b.Run("gjson", func(b *testing.B) {
		slots := map[string]int{}
		for i, name := range taskMembers {
			slots[name] = i
		}
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			if !gjson.ValidBytes(doc) { // gjson itself does not notice a broken document
				b.Fatal("not valid")
			}
			var spans []span
			gjson.GetBytes(doc, "data").ForEach(func(_, object gjson.Result) bool {
				var found [10]span
				object.ForEach(func(key, value gjson.Result) bool {
					if slot, ok := slots[key.String()]; ok {
						from := object.Index + value.Index
						found[slot] = span{uint32(from), uint32(from + len(value.Raw))}
					}
					return true
				})
				spans = append(spans, found[:]...)
				return true
			})
			if len(spans) != 500 {
				b.Fatal(len(spans))
			}
		}
	})
	b.Run("jsontext", func(b *testing.B) {
		slots := map[string]int{}
		for i, name := range taskMembers {
			slots[name] = i
		}
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			spans, err := jsontextSpans(doc, slots)
			if err != nil || len(spans) != 500 {
				b.Fatal(len(spans), err)
			}
		}
	})
}

// jsontextSpans finds the members of the rows of a list with jsontext.
func jsontextSpans(doc []byte, slots map[string]int) ([]span, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(doc))
	var spans []span
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		if name.String() != "data" {
			if err := d.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		if _, err := d.ReadToken(); err != nil { // [
			return nil, err
		}
		for d.PeekKind() == '{' {
			if _, err := d.ReadToken(); err != nil { // {
				return nil, err
			}
			var found [10]span
			for d.PeekKind() != '}' {
				key, err := d.ReadToken()
				if err != nil {
					return nil, err
				}
				slot, ok := slots[key.String()]
				value, err := d.ReadValue()
				if err != nil {
					return nil, err
				}
				if end := d.InputOffset(); ok {
					found[slot] = span{uint32(end - int64(len(value))), uint32(end)}
				}
			}
			if _, err := d.ReadToken(); err != nil { // }
				return nil, err
			}
			spans = append(spans, found[:]...)
		}
		if _, err := d.ReadToken(); err != nil { // ]
			return nil, err
		}
	}
	_, err := d.ReadToken()
	return spans, err
}
