package projection

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// documents are the seeds of the fuzz tests: what Close sends, and what it should never send.
var documents = []string{
	`{"data":[{"id":"task_1","text":"a","date":null},{"id":"task_2","text":"b\n\"c\"","date":"2026-03-18"}],"has_more":true}`,
	`{"data":[],"has_more":false}`,
	` { "data" : [ { "id" : "x" , "n" : -1.5e+3 , "o" : { "a" : [ 1 , 2 ] } } ] } `,
	`{"data":[{"id":1,"id":"last"}],"data":[{"id":"again"}]}`,
	`{"data":[{"i\u0064":"escaped name"}, null, 7, "text", [1]]}`,
	`{"data":[{"id":"\ud83d\ude00","text":"` + strings.Repeat("long ", 40) + `"}]}`,
	`{"data":{"id":"no list"}}`,
	`{"data":[{"id":"cut`,
	`{"data":[{"id":"a"},]}`,
	`{"data":[{"id":01}]}`,
	`{"data":[{"id":"` + "\x01" + `"}]}`,
	`{"data":[{"id":"bad \x escape"}]}`,
	// Rows that are not quite as the one before: other members, another order, other white space, names and values cut short.
	`{"data":[{"id":"a","text":"b","date":"c","o":1},{"id":"d","date":"e","o":2},{"o":3},{"text":"f","o":4,"id":"g"},{}]}`,
	`{"data":[{"id":"a","x":1,"y":2,"z":3,"text":"b"},{"id":"c","text":"d"},{"id":"e","x":1,"text":"f"},{"id":"g","id":"h","text":"i"}]}`,
	`{"data":[{"id": "a", "text": "b"}, {"id":  "c", "text":"d"}, { "id": "e" , "text": "f" }, {"id": "g", "text": }]}`,
	"{\"data\":[{\"id\": \"a\", \"text\":\n\"b\"}, {\"id\": \t\"c\", \"text\":\n\n\"d\"}]}",
	`{"data":[{"id":"a","text":"b"},{"id":"c","text":"d","id":"e"},{"id":"f","text`,
	`{"data":[{"id":"a","text":"b"},{"id":`,
	`{"data":[{"id":"a","text":"b"},{"id":"c","text":"d",}]}`,
	`{"data":[{"id":"a"},{"id":"123456\"8"},{"id":"1234567\"9"},{"id":"12345678\"é"},{"id":"éééé\\éééé"},{"id":"1234567` + "\x1f" + `"}]}`,
	`<html>502</html>`,
	``,
	`[[[[[[[[`,
	`{"a":true,"b":false,"c":nul}`,
	"{\"data\":[{\"id\":\"\xff\"}]}",
}

func testLayout() *layout {
	l := newLayout()
	for _, name := range []string{"id", "text", "date", "o"} {
		l.need(name)
	}
	return l
}

// FuzzScanList compares the scanner with encoding/json: both must agree on what is a document, and where the scanner
// finds a value it must be the one that encoding/json finds.
func FuzzScanList(f *testing.F) {
	for _, doc := range documents {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		if !utf8.Valid(doc) {
			return // mended before it is scanned; TestScanMendsUTF8
		}
		table, _, err := scanList(bytes.Clone(doc), testLayout(), noHead)
		var want struct {
			Data    *json.RawMessage `json:"data"`
			HasMore json.RawMessage  `json:"has_more"`
		}
		members := map[string]json.RawMessage{}
		jsonErr := json.Unmarshal(doc, &members)
		if data, ok := members["data"]; ok {
			want.Data = &data
		}
		var rows []json.RawMessage
		isList := jsonErr == nil && want.Data != nil && json.Unmarshal(*want.Data, &rows) == nil && rows != nil
		if tooDeep(doc) {
			return
		}
		if (err == nil) != isList {
			t.Fatalf("scanList(%q) error = %v, but encoding/json says list = %v (%v)", doc, err, isList, jsonErr)
		}
		if err != nil {
			return
		}
		if table.rows != len(rows) || table.more != (string(members["has_more"]) == "true") {
			t.Fatalf("scanList(%q) = %d rows, more %v; want %d rows", doc, table.rows, table.more, len(rows))
		}
		for i, raw := range rows {
			compareRow(t, row{table, i}, raw)
		}
	})
}

func compareRow(t *testing.T, r row, raw json.RawMessage) {
	t.Helper()
	var members map[string]json.RawMessage
	isObject := json.Unmarshal(raw, &members) == nil && members != nil
	if r.missing() == isObject {
		t.Fatalf("row %q: missing = %v", raw, r.missing())
	}
	if !isObject {
		return
	}
	for slot, name := range r.table.layout.names {
		got := r.raw(slot)
		if !bytes.Equal(got, members[name]) {
			t.Fatalf("row %q: %s = %q, want %q", raw, name, got, members[name])
		}
	}
}

// tooDeep reports whether a document may nest deeper than the scanner allows; encoding/json allows more.
func tooDeep(doc []byte) bool {
	return bytes.Count(doc, []byte("["))+bytes.Count(doc, []byte("{")) >= maxNesting
}

func TestScanMendsUTF8(t *testing.T) {
	t.Parallel()
	table, _, err := scanList([]byte("{\"data\":[{\"id\":\"a\xffb\"}]}"), testLayout(), noHead)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string((row{table, 0}).raw(0)), "\"a\uFFFDb\""; got != want {
		t.Errorf("id = %q, want %q", got, want)
	}
}

func TestScanRefusesDeepNesting(t *testing.T) {
	t.Parallel()
	deep := `{"data":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + `}`
	if _, _, err := scanList([]byte(deep), testLayout(), noHead); err == nil {
		t.Error("a document nested 100,000 levels deep was scanned")
	}
}

func TestDateTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"2026-01-15T09:30:00.123000+00:00", "2026-01-15T09:30:00.123Z"},
		{"2026-01-15T09:30:00.000000+00:00", "2026-01-15T09:30:00Z"},
		{"2026-01-15T09:30:00+00:00", "2026-01-15T09:30:00Z"},
		{"2026-01-15T09:30:00.123000", "2026-01-15T09:30:00.123Z"},
		{"2026-01-15 09:30:00+00:00", "2026-01-15T09:30:00Z"},
		{"2026-01-15T09:30:00-05:30", "2026-01-15T09:30:00-05:30"},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		{"2026-02-29T00:00:00Z", ""},
		{"2026-13-01T00:00:00Z", ""},
		{"2026-01-15T24:00:00Z", ""},
		{"2026-01-15T09:30:00.Z", ""},
		{"2026-01-15T09:30:00+0000", ""},
		{"2026-01-15", ""},
		{"yesterday", ""},
	} {
		out, ok := appendDateTime(nil, []byte(`"`+tt.in+`"`))
		if got := strings.Trim(string(out), `"`); ok != (tt.want != "") || ok && got != tt.want {
			t.Errorf("DateTime %q = %q, %v; want %q", tt.in, got, ok, tt.want)
		}
	}
}

func TestIsDateTimeWantsAnOffset(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"2026-01-15T09:30:00Z": true, "2026-01-15T09:30:00.5+01:00": true,
		"2026-01-15T09:30:00": false, "2026-01-15 09:30:00Z": false, "2026-01-15": false, "": false,
	} {
		if got := IsDateTime(text); got != want {
			t.Errorf("IsDateTime(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestWholeNumbers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, asInt, asCents string }{
		{"0", "0", "0"},
		{"-5", "-5", "-5"},
		{"2147483647", "2147483647", "2147483647"},
		{"2147483648", "", "2147483648"},
		{"-2147483648", "-2147483648", "-2147483648"},
		{"5.0", "5", "5"},
		{"1e2", "100", "100"},
		{"5.5", "", ""},
		{"9007199254740991", "", "9007199254740991"},
		{"9007199254740992", "", ""},
		{"1e400", "", ""},
		{`"5"`, "", ""},
		{"true", "", ""},
	} {
		for name, want := range map[string]string{"Int": tt.asInt, "Cents": tt.asCents} {
			out, ok := leaves[name].append(nil, []byte(tt.in))
			if ok != (want != "") || ok && string(out) != want {
				t.Errorf("%s of %s = %s, %v; want %q", name, tt.in, out, ok, want)
			}
		}
	}
}

// FuzzCursor gives the parser of cursors anything: it must refuse what is not a cursor of the list, and give back what
// is.
func FuzzCursor(f *testing.F) {
	f.Add(string(appendCursor(nil, 42, 50)))
	f.Add("")
	f.Add("AQAAAAAAAAAqMg")
	f.Add(strings.Repeat("A", 100))
	f.Fuzz(func(t *testing.T, cursor string) {
		offset, err := parseCursor(cursor, 42)
		if err != nil {
			return
		}
		if offset < 0 || offset > maxOffset {
			t.Fatalf("cursor %q = %d", cursor, offset)
		}
		if again, err := parseCursor(string(appendCursor(nil, 42, offset)), 42); err != nil || again != offset {
			t.Fatalf("offset %d came back as %d, %v", offset, again, err)
		}
		if _, err := parseCursor(cursor, 43); err == nil {
			t.Fatalf("cursor %q of list 42 serves list 43 too", cursor)
		}
	})
}
