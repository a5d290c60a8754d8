package sandbox

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// A view is what derived members see: the store, and who looks at it when.
type view struct {
	st       *store
	now      time.Time
	tomorrow time.Time // the end of the caller's day
	offset   time.Duration
	user     *object
	expand   string // the value of _expand
	base     string // where the sandbox is, as the client sees it
}

// fields is a JSON object whose members keep their order.
type fields []field

type field struct {
	name  string
	value any
}

// naive is a moment that Close writes without an offset, as pipelines do.
type naive time.Time

const (
	momentLayout = "2006-01-02T15:04:05.000000+00:00" // of a UTC time
	naiveLayout  = "2006-01-02T15:04:05.000000"
)

// object writes o with the selected members; nil selects the default ones.
func (v *view) object(b []byte, o *object, sel *selection) []byte {
	b = append(b, '{')
	start := len(b)
	for _, m := range sel.of(o) {
		b = member(b, start, m.name)
		if m.derive != nil {
			b = v.value(b, m.derive(v, o))
		} else {
			b = v.value(b, o.values[m.name])
		}
	}
	if o.res.custom {
		for _, name := range sel.custom(o) {
			b = v.value(member(b, start, name), o.values[name])
		}
	}
	return append(b, '}')
}

func member(b []byte, start int, name string) []byte {
	if len(b) > start {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...) // names of members need no escapes
	return append(b, '"', ':')
}

// value writes any stored or derived value.
func (v *view) value(b []byte, x any) []byte {
	switch x := x.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, x)
	case bool:
		return strconv.AppendBool(b, x)
	case int:
		return strconv.AppendInt(b, int64(x), 10)
	case float64:
		return strconv.AppendFloat(b, x, 'f', -1, 64)
	case json.Number:
		return append(b, x...)
	case json.RawMessage:
		return append(b, x...)
	case moment:
		return x.append(b)
	case naive:
		b = append(b, '"')
		b = time.Time(x).UTC().AppendFormat(b, naiveLayout)
		return append(b, '"')
	case fields:
		return v.fields(b, x)
	case []fields:
		return list(b, x, func(b []byte, f fields) []byte { return v.fields(b, f) })
	case []string:
		return list(b, x, appendString)
	case []any:
		return list(b, x, v.value)
	case *object:
		return v.object(b, x, nil)
	case []*object:
		return list(b, x, func(b []byte, o *object) []byte { return v.object(b, o, nil) })
	case map[string]any:
		names := make([]string, 0, len(x))
		for name := range x {
			names = append(names, name)
		}
		slices.Sort(names)
		sorted := make(fields, 0, len(x))
		for _, name := range names {
			sorted = append(sorted, field{name, x[name]})
		}
		return v.fields(b, sorted)
	}
	panic("sandbox: a value of a type that has no JSON") // only a mistake in a resource's declaration gets here
}

func (v *view) fields(b []byte, x fields) []byte {
	b = append(b, '{')
	for i, f := range x {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, f.name), ':')
		b = v.value(b, f.value)
	}
	return append(b, '}')
}

func list[T any](b []byte, items []T, write func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, item)
	}
	return append(b, ']')
}

// appendString writes a JSON string, escaping only what must be.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[start:i]...), "\uFFFD"...)
			start = i + 1
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}
