package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plainBodies are read in one pass.
var plainBodies = []string{
	`{"query":"{hello}"}`,
	` { "query" : "query Q($a:[Int!]) {\n\thello(text: \"\\u00e9\\\\/\")\r\n}" , "operationName" : "Q" } `,
	`{"operationName":null,"variables":null,"extensions":null,"query":"{a}"}`,
	`{"query":"{a}","variables":{"n":1e400,"z":-0,"f":1.50E+2,"l":[],"o":{},"m":[true,false,null,"é😀",{"a":[1]}],"twice":1,"twice":"2"}}`,
	`{"documentId":"x","extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}`,
	`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}},"variables":{"a":"\b\f\/"}}`,
}

// otherBodies are left to encoding/json.
var otherBodies = []string{
	`{}`, `{`, `{"query":1}`, `{"query":null}`, `{"query":"{a}","query":"{b}"}`, `{"query":"{a}","id":3}`, `{"Query":"{a}"}`, `{"qu\u0065ry":"{a}"}`,
	`{"query":"\ud83d\ude00"}`, `{"query":"\ud800"}`, `{"query":"\x"}`, `{"query":"\u12"}`, `{"query":"\`, "{\"query\":\"a\nb\"}",
	`{"query":"{a}",}`, `{"query":"{a}"}x`, `{"query":"{a}"`, `{"query" "{a}"}`, `{"query":"{a}" "x":1}`, `{"query":nul}`,
	`{"query":"{a}","variables":[]}`, `{"query":"{a}","variables":{"a":01}}`, `{"query":"{a}","variables":{"a":1.}}`, `{"query":"{a}","variables":{"a":-}}`,
	`{"query":"{a}","variables":{"a":1e}}`, `{"query":"{a}","variables":{"a":[1,]}}`, `{"query":"{a}","variables":{"a":[1 2]}}`, `{"query":"{a}","variables":{"a":`,
	`{"query":"{a}","variables":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`,
	`{"query":"{a}","variables":{"a":` + strings.Repeat("[", 10001) + strings.Repeat("]", 10001) + `}}`,
}

// TestPlainBodies says which requests are read in one pass, and that they are read as encoding/json reads them.
func TestPlainBodies(t *testing.T) {
	t.Parallel()
	for _, body := range plainBodies {
		got, ok := decodePlain([]byte(body))
		want, err := decodeAny([]byte(body))
		if !ok || err != nil {
			t.Errorf("decodePlain(%s): %v; decodeAny: %v; want both to take it", body, ok, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("decodePlain(%s) (-encoding/json +plain):\n%s", body, diff)
		}
	}
	for _, body := range otherBodies {
		if got, ok := decodePlain([]byte(body)); ok {
			t.Errorf("decodePlain(%.80s) = %v, want it left to encoding/json", body, got)
		}
	}
}

// FuzzDecodeBody holds what is read in one pass to what encoding/json makes of the same.
func FuzzDecodeBody(f *testing.F) {
	for _, seed := range append(append([]string{`[]`, "\xef\xbb\xbf{}"}, plainBodies...), otherBodies...) {
		if len(seed) < 1000 {
			f.Add([]byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := bytes.Clone(body)
		params, err := decodeBody(body)
		if !bytes.Equal(before, body) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			refused, ok := errors.AsType[*refusal](err)
			if !ok || refused.Status != 400 || len(refused.Message) > longestMessage {
				t.Fatalf("%#v, want a short refusal", err)
			}
			return
		}
		if !json.Valid(body) {
			t.Fatalf("decodeBody(%q) took what is not JSON", body)
		}
		want, err := decodeAny(before)
		if err != nil {
			t.Fatalf("decodeBody(%q) took what encoding/json refuses: %v", body, err)
		}
		for i := range body {
			body[i] = '#' // the buffer is used again
		}
		if !reflect.DeepEqual(want, params) { // cmp.Diff takes ages for deep lists
			t.Fatalf("decodeBody(%q) = %v, encoding/json has %v", before, params, want)
		}
	})
}

// BenchmarkDecodeBody compares both ways to read a request with a variable of each kind.
func BenchmarkDecodeBody(b *testing.B) {
	for name, body := range map[string]string{
		"query":     `{"query":"{ task(id: \"task_1\") { id text dueDate isComplete } }"}`,
		"variables": `{"query":"query Q($id: ID!) { task(id: $id) { id text dueDate isComplete } }","operationName":"Q","variables":{"id":"task_1","first":50,"filter":{"in":["a","b"]}}}`,
	} {
		text := []byte(body)
		b.Run(name+"/by=plain", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := decodePlain(text); !ok {
					b.Fatal("not read")
				}
			}
		})
		b.Run(name+"/by=json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decodeAny(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
