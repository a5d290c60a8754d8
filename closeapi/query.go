package closeapi

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
)

// maxURL is the length, in bytes, up to which a read is an ordinary GET. Close advises not to go beyond
// (Close docs: Making Requests); the answers to longer ones are not promised.
const maxURL = 2000

// param is one query parameter, not escaped.
type param struct{ name, value string }

// params appends the parameters of the call to list, sorted by name, so that equal calls have equal URLs.
func (call *Call) params(fields []string, list []param) ([]param, error) {
	for name, value := range call.Params {
		list = append(list, param{name, value})
	}
	if len(fields) > 0 {
		if _, twice := call.Params[fieldsParam]; twice {
			return nil, errors.New("the fields are given twice, in Fields and in Params")
		}
		list = append(list, param{fieldsParam, joinFields(fields)})
	}
	slices.SortFunc(list, func(a, b param) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// fieldsParam is the parameter that chooses the members of the answer (Close docs: Fields).
const fieldsParam = "_fields"

// joinFields joins the fields, sorted and each once, without touching the list.
func joinFields(fields []string) string {
	for i := 1; i < len(fields); i++ {
		if fields[i-1] >= fields[i] {
			fields = slices.Clone(fields)
			slices.Sort(fields)
			fields = slices.Compact(fields)
			break
		}
	}
	return strings.Join(fields, ",")
}

// encodeQuery writes the parameters as a query string, or reports that it would be longer than room. Commas stay as they
// are: Close's lists are full of them, and an escaped comma is three bytes.
func encodeQuery(params []param, room int) (query string, fits bool) {
	if queryLength(params) > room { // and no shorter with escapes
		return "", false
	}
	var space [512]byte
	text := space[:0]
	for i, p := range params {
		if i > 0 {
			text = append(text, '&')
		}
		text = appendEscaped(text, p.name)
		text = append(text, '=')
		text = appendEscaped(text, p.value)
	}
	return string(text), len(text) <= room
}

// queryLength is how long the parameters are as a query string in which nothing has to be escaped.
func queryLength(params []param) int {
	n := 0
	for _, p := range params {
		n += len(p.name) + len("=") + len(p.value) + len("&")
	}
	return max(n-len("&"), 0)
}

// appendEscaped appends text as part of a query string: a space becomes a plus, and everything but letters,
// digits, "-_.~" and commas its bytes in hexadecimal.
func appendEscaped(dst []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(text) {
		switch b := text[i]; {
		case unreserved[b], b == ',':
			dst = append(dst, b)
		case b == ' ':
			dst = append(dst, '+')
		default:
			dst = append(dst, '%', hex[b>>4], hex[b&15])
		}
	}
	return dst
}

// unreserved says of each byte whether it means itself everywhere in a URL (RFC 3986, 2.3).
var unreserved = func() (table [256]bool) {
	for _, b := range []byte(wordCharacters + "-.~") {
		table[b] = true
	}
	return table
}()

// isUnreserved reports whether the whole text means itself everywhere in a URL.
func isUnreserved(text string) bool {
	for i := range len(text) {
		if !unreserved[text[i]] {
			return false
		}
	}
	return true
}

// override moves parameters that are too long for a URL into the body of a POST that stands for a GET (Close
// docs: Making Requests). Values keep the form that they have in a query. The fields stay in the URL too:
// the libraries that Close is built on look for them there (observed in their source).
func override(params []param) (query, body string) {
	const begin, end = `{"_params":{`, `}}`
	var b strings.Builder
	b.Grow(len(begin) + queryLength(params) + len(`"":""`)*len(params) + len(end))
	b.WriteString(begin)
	for i, p := range params {
		if p.name == fieldsParam {
			query, _ = encodeQuery(params[i:i+1], math.MaxInt)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		writeJSON(&b, p.name)
		b.WriteByte(':')
		writeJSON(&b, p.value)
	}
	b.WriteString(end)
	return query, b.String()
}

// writeJSON writes a text as JSON. Ids, and lists of them, mean themselves there too.
func writeJSON(b *strings.Builder, text string) {
	for i := range len(text) {
		if !unreserved[text[i]] && text[i] != ',' {
			quoted, _ := json.Marshal(text) // strings always encode
			b.Write(quoted)
			return
		}
	}
	b.WriteByte('"')
	b.WriteString(text)
	b.WriteByte('"')
}
