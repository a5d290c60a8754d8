package projection

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// maxNesting is how deep the values of an answer of Close may nest.
const maxNesting = 500

// errSyntax is what is wrong with bytes that are not JSON. It says where, never what stands there.
type errSyntax int

func (e errSyntax) Error() string { return fmt.Sprintf("not valid JSON at byte %d", int(e)) }

var errNesting = fmt.Errorf("JSON nested deeper than %d", maxNesting)

// skipSpace returns the index of the next byte of b from i on that is not white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the index after the JSON value that begins at b[i]. It accepts what RFC 8259 accepts, no more.
func skipValue(b []byte, i, depth int) (int, error) {
	if i >= len(b) {
		return i, errSyntax(i)
	}
	switch c := b[i]; {
	case c == '"':
		return skipString(b, i)
	case c == '{' || c == '[':
		return skipContainer(b, i, depth)
	case c == 't' && len(b)-i >= 4 && string(b[i:i+4]) == "true", c == 'n' && len(b)-i >= 4 && string(b[i:i+4]) == "null":
		return i + 4, nil
	case c == 'f' && len(b)-i >= 5 && string(b[i:i+5]) == "false":
		return i + 5, nil
	default:
		return skipNumber(b, i)
	}
}

func skipNumber(b []byte, i int) (int, error) {
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i >= len(b):
		return i, errSyntax(start)
	case b[i] == '0':
		i++
	case '1' <= b[i] && b[i] <= '9':
		i = skipDigits(b, i)
	default:
		return i, errSyntax(start)
	}
	if i < len(b) && b[i] == '.' {
		end := skipDigits(b, i+1)
		if end == i+1 {
			return i, errSyntax(start)
		}
		i = end
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		end := skipDigits(b, i)
		if end == i {
			return i, errSyntax(start)
		}
		i = end
	}
	return i, nil
}

func skipDigits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skipString returns the index after the string whose opening quote is b[i]. It looks at eight bytes at a time: a byte
// ends the stride when it is a quote, a backslash or a control character. Turning a bit brings the quote next to the control
// characters, so that two comparisons do for the three; the lowest byte that they find is always a true one.
func skipString(b []byte, i int) (int, error) {
	start := i
	i++
	for {
		rest := slices.Clip(b[i:])
		for len(rest) > 8 {
			w := binary.LittleEndian.Uint64(rest)
			low := w ^ 0x02*ones
			slash := w ^ '\\'*ones
			found := ((low-0x21*ones)&^low | (slash-ones)&^slash) & highs
			if found != 0 {
				rest = rest[bits.TrailingZeros64(found)/8&7:]
				break
			}
			rest = rest[8:]
		}
		if len(rest) == 0 {
			return len(b), errSyntax(start)
		}
		i = len(b) - len(rest)
		switch c := rest[0]; {
		case c == '"':
			return i + 1, nil
		case c == '\\':
			end, err := skipEscape(b, i)
			if err != nil {
				return i, err
			}
			i = end
		case c < ' ':
			return i, errSyntax(i)
		default:
			i++
		}
	}
}

// skipEscape returns the index after the escape sequence whose backslash is b[i].
func skipEscape(b []byte, i int) (int, error) {
	if i+1 >= len(b) {
		return i, errSyntax(i)
	}
	switch b[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2, nil
	case 'u':
		if i+6 > len(b) {
			return i, errSyntax(i)
		}
		for _, c := range b[i+2 : i+6] {
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return i, errSyntax(i)
			}
		}
		return i + 6, nil
	}
	return i, errSyntax(i)
}

// skipContainer returns the index after the object or array that begins at b[i].
func skipContainer(b []byte, i, depth int) (int, error) {
	if depth >= maxNesting {
		return i, errNesting
	}
	object, closing := b[i] == '{', closingOf(b[i])
	if i = skipSpace(b, i+1); i < len(b) && b[i] == closing {
		return i + 1, nil
	}
	for {
		var err error
		if object {
			if _, i, err = skipName(b, i); err != nil {
				return i, err
			}
		}
		if i, err = skipValue(b, i, depth+1); err != nil {
			return i, err
		}
		if i = skipSpace(b, i); i >= len(b) {
			return i, errSyntax(i)
		}
		switch b[i] {
		case closing:
			return i + 1, nil
		case ',':
			i = skipSpace(b, i+1)
		default:
			return i, errSyntax(i)
		}
	}
}

// closingOf is the closing bracket of an opening one: in ASCII, ']' is '[' + 2 and '}' is '{' + 2.
func closingOf(open byte) byte { return open + 2 }

// skipName returns the span of the name of a member that begins at b[i], without its quotes and as it is written, and the
// index of the member's value.
func skipName(b []byte, i int) (name span, value int, err error) {
	from := i + 1
	if i >= len(b) || b[i] != '"' {
		return span{}, i, errSyntax(i)
	}
	end, err := skipString(b, i)
	if err != nil {
		return span{}, i, err
	}
	if i = skipSpace(b, end); i >= len(b) || b[i] != ':' {
		return span{}, i, errSyntax(i)
	}
	return span{uint32(from), uint32(end - 1)}, skipSpace(b, i+1), nil
}

// walk steps through the elements of an array or the members of an object.
type walk struct {
	b     []byte
	i     int // where the next element or member begins; after the last one, the index after the closing bracket
	close byte
	begun bool
	err   error
}

// enter begins a walk through the array or object whose opening bracket is b[i].
func enter(b []byte, i int) walk {
	return walk{b: b, i: i + 1, close: closingOf(b[i])}
}

// more moves to the next element or member. After false, err says whether the end was a proper one.
func (w *walk) more() bool {
	w.i = skipSpace(w.b, w.i)
	if w.i >= len(w.b) {
		w.err = errSyntax(w.i)
		return false
	}
	switch c := w.b[w.i]; {
	case c == w.close:
		w.i++
		return false
	case !w.begun:
		w.begun = true
		return true
	case c == ',':
		w.i = skipSpace(w.b, w.i+1)
		return true
	}
	w.err = errSyntax(w.i)
	return false
}

// key returns the span of a member's name, without its quotes and as it is written, and moves to the value.
func (w *walk) key() (name span, err error) {
	name, w.i, err = skipName(w.b, w.i)
	return name, err
}
