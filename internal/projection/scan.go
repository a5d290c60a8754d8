package projection

import (
	"encoding/binary"
	"fmt"
	"math/bits"
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
	case c == 't':
		return skipLiteral(b, i, "true")
	case c == 'f':
		return skipLiteral(b, i, "false")
	case c == 'n':
		return skipLiteral(b, i, "null")
	default:
		return skipNumber(b, i)
	}
}

func skipLiteral(b []byte, i int, literal string) (int, error) {
	if len(b)-i < len(literal) || string(b[i:i+len(literal)]) != literal {
		return i, errSyntax(i)
	}
	return i + len(literal), nil
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
// ends the stride when it is a quote, a backslash or a control character.
func skipString(b []byte, i int) (int, error) {
	start := i
	i++
	for {
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			quote := w ^ '"'*ones
			slash := w ^ '\\'*ones
			found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w) & highs
			if found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
			i += 8
		}
		if i >= len(b) {
			return i, errSyntax(start)
		}
		switch c := b[i]; {
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
	w := enter(b, i)
	for w.more() {
		var err error
		if b[i] == '{' {
			if _, err = w.key(); err != nil {
				return w.i, err
			}
		}
		if w.i, err = skipValue(b, w.i, depth+1); err != nil {
			return w.i, err
		}
	}
	return w.i, w.err
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
	return walk{b: b, i: i + 1, close: b[i] + 2} // in ASCII, ']' is '[' + 2 and '}' is '{' + 2
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

// keyLike is key for a member that most likely has the same name as an earlier one of the document, whose span is given:
// then its name need not be looked at byte by byte, and same is true.
func (w *walk) keyLike(expected span) (key span, same bool, err error) {
	size := int(expected.to - expected.from)
	if end := w.i + 1 + size; size > 0 && end < len(w.b) && w.b[w.i] == '"' && w.b[end] == '"' &&
		string(w.b[w.i+1:end]) == string(w.b[expected.from:expected.to]) {
		key, same = span{uint32(w.i + 1), uint32(end)}, true
		return key, same, w.colon(end + 1)
	}
	key, err = w.key()
	return key, false, err
}

// key returns the span of a member's name, without its quotes and as it is written, and moves to the value.
func (w *walk) key() (span, error) {
	from := w.i + 1
	if w.i >= len(w.b) || w.b[w.i] != '"' {
		return span{}, errSyntax(w.i)
	}
	end, err := skipString(w.b, w.i)
	if err != nil {
		return span{}, err
	}
	return span{uint32(from), uint32(end - 1)}, w.colon(end)
}

// colon moves over the colon after a name, to the value.
func (w *walk) colon(i int) error {
	w.i = skipSpace(w.b, i)
	if w.i >= len(w.b) || w.b[w.i] != ':' {
		return errSyntax(w.i)
	}
	w.i = skipSpace(w.b, w.i+1)
	return nil
}
