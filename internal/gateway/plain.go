package gateway

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"

	"github.com/99designs/gqlgen/graphql"
)

// deepestPlain is how deep the values of a plain request nest; what is deeper is read by encoding/json, which knows where
// to end.
const deepestPlain = 32

// plainReader reads a request that is written as nearly all are, in one pass: its members are known and each is there once.
// It takes only what encoding/json would take, and reads it as that does. Whatever else comes, mistakes among it, it leaves
// to [decodeAny]: each of its methods reports false then.
type plainReader struct {
	text []byte // valid UTF-8
	at   int
	kept strings.Builder // all texts that were read, one after the other; it never grows
}

// decodePlain reads a whole request. Its texts are parts of one piece of memory, so that who keeps one of them beyond the
// request makes a copy of it.
func decodePlain(body []byte) (*graphql.RawParams, bool) {
	r := plainReader{text: body}
	r.kept.Grow(len(body))
	params := &graphql.RawParams{}
	var document string
	var seen struct{ query, operation, document, variables, extensions bool }
	hasQuery := false
	ok := r.members(func(name []byte) bool {
		var given bool
		switch string(name) {
		case "query":
			params.Query, hasQuery, given = r.optionalText(&seen.query)
		case "operationName":
			params.OperationName, _, given = r.optionalText(&seen.operation)
		case "documentId":
			document, _, given = r.optionalText(&seen.document)
		case "variables":
			params.Variables, given = r.optionalObject(&seen.variables)
		case "extensions":
			params.Extensions, given = r.optionalObject(&seen.extensions)
		}
		return given
	})
	if r.space(); !ok || r.at != len(body) {
		return nil, false
	}
	params, err := named(params, document, hasQuery)
	return params, err == nil
}

// optionalText reads a text or null, unless one of its name was read before.
func (r *plainReader) optionalText(seen *bool) (text string, given, ok bool) {
	if *seen {
		return "", false, false
	}
	*seen = true
	if r.word("null") {
		return "", false, true
	}
	text, ok = r.string()
	return text, true, ok
}

// optionalObject reads an object or null, unless one of its name was read before.
func (r *plainReader) optionalObject(seen *bool) (map[string]any, bool) {
	if *seen {
		return nil, false
	}
	*seen = true
	if r.word("null") {
		return nil, true
	}
	return r.object(0)
}

// members reads an object, whose values each reads. Names have no escapes.
func (r *plainReader) members(each func(name []byte) bool) bool {
	if !r.next('{') {
		return false
	}
	if r.next('}') {
		return true
	}
	for {
		r.space()
		name, escapes, ok := r.quoted()
		if !ok || escapes || !r.next(':') {
			return false
		}
		r.space()
		if !each(name) {
			return false
		}
		if !r.next(',') {
			return r.next('}')
		}
	}
}

func (r *plainReader) object(depth int) (map[string]any, bool) {
	object := map[string]any{}
	ok := r.members(func(name []byte) bool {
		value, ok := r.value(depth + 1)
		object[r.keep(name)] = value
		return ok
	})
	return object, ok
}

func (r *plainReader) list(depth int) ([]any, bool) {
	list := []any{}
	r.at++
	if r.next(']') {
		return list, true
	}
	for {
		r.space()
		value, ok := r.value(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, value)
		if !r.next(',') {
			return list, r.next(']')
		}
	}
}

// value reads any value.
func (r *plainReader) value(depth int) (any, bool) {
	if r.at == len(r.text) || depth > deepestPlain {
		return nil, false
	}
	switch c := r.text[r.at]; c {
	case '"':
		return r.string()
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case 't':
		return true, r.word("true")
	case 'f':
		return false, r.word("false")
	case 'n':
		return nil, r.word("null")
	default:
		return r.number()
	}
}

// number reads a number, which keeps its digits.
func (r *plainReader) number() (json.Number, bool) {
	begin := r.at
	r.byte('-')
	if !r.byte('0') && !r.digits() {
		return "", false
	}
	if r.byte('.') && !r.digits() {
		return "", false
	}
	if r.byte('e') || r.byte('E') {
		if !r.byte('+') {
			r.byte('-')
		}
		if !r.digits() {
			return "", false
		}
	}
	return json.Number(r.text[begin:r.at]), true
}

func (r *plainReader) digits() bool {
	begin := r.at
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		r.at++
	}
	return r.at > begin
}

// string reads a text.
func (r *plainReader) string() (string, bool) {
	inside, escapes, ok := r.quoted()
	if !ok || !escapes {
		return r.keep(inside), ok
	}
	return r.unescaped(inside)
}

// keep is a text as it stands.
func (r *plainReader) keep(text []byte) string {
	begin := r.kept.Len()
	r.kept.Write(text)
	return r.kept.String()[begin:]
}

// quoted reads what stands between quotes, and tells whether there are escapes in it.
func (r *plainReader) quoted() (inside []byte, escapes, ok bool) {
	if !r.byte('"') {
		return nil, false, false
	}
	begin := r.at
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			inside = r.text[begin:r.at]
			r.at++
			return inside, escapes, true
		case c == '\\':
			escapes = true
			r.at++
		case c < ' ':
			return nil, false, false
		}
	}
	return nil, false, false
}

// unescaped is a text with its escapes resolved. Halves of characters beyond 16 bits are left to encoding/json.
func (r *plainReader) unescaped(inside []byte) (string, bool) {
	text, begin := &r.kept, r.kept.Len()
	for {
		before, after, more := bytes.Cut(inside, backslash)
		text.Write(before)
		if !more {
			return text.String()[begin:], true
		}
		inside = after[1:] // there is one: quoted saw to that
		switch c := after[0]; c {
		case '"', '\\', '/':
			text.WriteByte(c)
		case 'b':
			text.WriteByte('\b')
		case 'f':
			text.WriteByte('\f')
		case 'n':
			text.WriteByte('\n')
		case 'r':
			text.WriteByte('\r')
		case 't':
			text.WriteByte('\t')
		case 'u':
			code, ok := hexadecimal(inside)
			if !ok || utf16.IsSurrogate(code) {
				return "", false
			}
			inside = inside[4:]
			text.WriteRune(code)
		default:
			return "", false
		}
	}
}

var backslash = []byte{'\\'}

// hexadecimal reads the four digits that a text begins with.
func hexadecimal(text []byte) (code rune, ok bool) {
	if len(text) < 4 {
		return 0, false
	}
	for _, c := range text[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		code = code<<4 | rune(c)
	}
	return code, true
}

// space passes over white space.
func (r *plainReader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\r', '\n':
			r.at++
		default:
			return
		}
	}
}

// next passes over white space and then c; it reports false, and stays before what is there, when that is not c.
func (r *plainReader) next(c byte) bool {
	r.space()
	return r.byte(c)
}

// byte passes over c; it reports false when it is not there.
func (r *plainReader) byte(c byte) bool {
	if r.at == len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	return true
}

// word passes over a word; it reports false when it is not there.
func (r *plainReader) word(w string) bool {
	if end := r.at + len(w); end > len(r.text) || string(r.text[r.at:end]) != w {
		return false
	}
	r.at += len(w)
	return true
}
