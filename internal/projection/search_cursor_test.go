package projection

import (
	"encoding/base64"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var comparePositions = cmp.AllowUnexported(position{}, unit{})

// TestPosition writes positions as cursors and reads them again.
func TestPosition(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]position{
		"the beginning":  {},
		"counted":        {n: 300, skip: 300},
		"a moment":       {n: 1, at: unit{kind: momentUnit, value: "2026-03-18T09:30:00Z"}, seen: []seenID{seenOf("lead_1")}},
		"a day":          {n: 7, at: unit{kind: dayUnit, value: "2026-03-18"}, seen: []seenID{seenOf("oppo_1"), seenOf("oppo_2")}},
		"a number":       {n: 7, at: unit{numberUnit, "-12.5e3", "2026-03-18T09:30:00Z"}, skip: 2},
		"those without":  {n: 9, rest: true, skip: 1},
		"as many as can": {n: 9, at: unit{kind: dayUnit, value: "2026-03-18"}, seen: make([]seenID, maxSeen)},
	} {
		got, err := parsePosition(string(p.append(nil, 42)), 42)
		if diff := cmp.Diff(p, got, comparePositions); diff != "" || err != nil {
			t.Errorf("%s (-want +got), %v:\n%s", name, err, diff)
		}
		if _, err := parsePosition(string(p.append(nil, 42)), 43); err == nil {
			t.Errorf("%s: the cursor of another search is taken", name)
		}
	}
}

// TestForgedPosition reads cursors that were not made here.
func TestForgedPosition(t *testing.T) {
	t.Parallel()
	head := binary.BigEndian.AppendUint64([]byte{searchCursorVersion}, 42)
	for name, rest := range map[string][]byte{
		"nothing":                    {},
		"no unit":                    {1, 0, 0},
		"a unit of no kind":          {1, 0, 0, 9, 0, 0},
		"a day that is none":         append([]byte{1, 0, 0, byte(dayUnit), 10}, "2026-02-30\x00"...),
		"a number that is a query":   append([]byte{1, 0, 0, byte(numberUnit), 7}, `1,"a":1`+"\x00"...),
		"a text longer than it is":   {1, 0, 0, byte(momentUnit), 200, 1},
		"half an id":                 {1, 0, 0, 0, 0, 0, 1, 2, 3},
		"a number beyond all bounds": {0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0},
	} {
		if p, err := parsePosition(base64.RawURLEncoding.EncodeToString(append(head[:9:9], rest...)), 42); err == nil {
			t.Errorf("%s: read as %+v", name, p)
		}
	}
}

// FuzzPosition reads cursors of strangers: whatever is taken can be written and read again.
func FuzzPosition(f *testing.F) {
	f.Add(string(position{n: 7, at: unit{numberUnit, "3", "2026-03-18T09:30:00Z"}, seen: []seenID{{1}}}.append(nil, 0)))
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		p, err := parsePosition(cursor, 0)
		if err != nil {
			return
		}
		again, err := parsePosition(string(p.append(nil, 0)), 0)
		if diff := cmp.Diff(p, again, comparePositions); diff != "" || err != nil {
			t.Errorf("%q (-first +again), %v:\n%s", cursor, err, diff)
		}
	})
}
