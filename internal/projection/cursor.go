package projection

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// A cursor is opaque to clients. It holds a version, the list that made it, and how many items of the list come before
// the next page, so that a cursor of another list or of another filter is refused rather than misread.
const (
	cursorVersion = 1
	cursorHead    = 1 + 8
	maxCursor     = 64 // characters
	maxOffset     = 10_000_000
)

// listHash is what binds a cursor to a list: the operation and the parameters that choose and order its items.
func listHash(operation string, params map[string]string) uint64 {
	var space [16]string // enough for most lists
	names := space[:0]
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	h := hashText(fnvOffset, operation)
	for _, name := range names {
		h = hashText(hashText(h, name), params[name])
	}
	return h
}

// The numbers of FNV-1a. hash/fnv has the same, but takes allocations for each text.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// hashText goes on with a hash by a text and a zero byte.
func hashText(h uint64, text string) uint64 {
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	return h * fnvPrime
}

// appendCursor appends the cursor after so many items of a list.
func appendCursor(out []byte, list uint64, offset int) []byte {
	var plain [cursorHead + binary.MaxVarintLen64]byte
	plain[0] = cursorVersion
	binary.BigEndian.PutUint64(plain[1:], list)
	n := binary.PutUvarint(plain[cursorHead:], uint64(offset))
	return base64.RawURLEncoding.AppendEncode(out, plain[:cursorHead+n])
}

// parseCursor is the number of items before the page that a cursor asks for.
func parseCursor(cursor string, list uint64) (int, error) {
	const advice = "use endCursor or an edge's cursor of an earlier page, unchanged"
	if len(cursor) > maxCursor {
		return 0, badInput("after: not a cursor of this API; %s", advice)
	}
	plain, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(plain) <= cursorHead || plain[0] != cursorVersion {
		return 0, badInput("after: not a cursor of this API; %s", advice)
	}
	if binary.BigEndian.Uint64(plain[1:]) != list {
		return 0, badInput("after: the cursor belongs to another list, or to other arguments of this one; give the same filter and order with which it was made")
	}
	offset, n := binary.Uvarint(plain[cursorHead:])
	if n != len(plain)-cursorHead || offset > maxOffset {
		return 0, badInput("after: not a cursor of this API; %s", advice)
	}
	return int(offset), nil
}
