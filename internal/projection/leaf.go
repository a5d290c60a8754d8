package projection

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// leaf writes values of one scalar or enum of the schema: it checks the JSON that Close sent and appends what the
// answer has in its place.
type leaf struct {
	name   string                                    // of the type
	wants  string                                    // what Close must have sent, for the error
	append func(out, raw []byte) (_ []byte, ok bool) // false when Close sent something else
}

// leaves are the scalars of the schema.
var leaves = map[string]*leaf{
	"ID":             {"ID", "a string", appendString},
	"String":         {"String", "a string", appendString},
	"HTML":           {"HTML", "a string", appendString},
	"Boolean":        {"Boolean", "true or false", appendBoolean},
	"Int":            {"Int", "a whole number of 32 bits", appendInt},
	"Float":          {"Float", "a number", appendNumber},
	"Cents":          {"Cents", "a whole number", appendCents},
	"JSON":           {"JSON", "any value", appendJSON},
	"DateTime":       {"DateTime", "a date with a time", appendDateTime},
	"Date":           {"Date", "a date", appendDate},
	"DateOrDateTime": {"DateOrDateTime", "a date, with or without a time", appendDateOrDateTime},
}

func appendString(out, raw []byte) ([]byte, bool) {
	return append(out, raw...), raw[0] == '"'
}

func appendBoolean(out, raw []byte) ([]byte, bool) {
	return append(out, raw...), raw[0] == 't' || raw[0] == 'f'
}

func appendNumber(out, raw []byte) ([]byte, bool) {
	return append(out, raw...), isNumber(raw)
}

func appendJSON(out, raw []byte) ([]byte, bool) {
	return append(out, raw...), true
}

func appendInt(out, raw []byte) ([]byte, bool) { return appendWhole(out, raw, 32) }

// maxSafe is the largest number up to which every whole number is exact in JavaScript.
const maxSafe = 1<<53 - 1

func appendCents(out, raw []byte) ([]byte, bool) { return appendWhole(out, raw, 54) }

// appendWhole writes a whole number of so many bits, sign included. 5.0 and 1e2 are whole numbers too.
func appendWhole(out, raw []byte, size int) ([]byte, bool) {
	if !isNumber(raw) {
		return out, false
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		f, ferr := strconv.ParseFloat(string(raw), 64)
		if n = int64(f); ferr != nil || f > maxSafe || f < -maxSafe || float64(n) != f {
			return out, false
		}
	}
	if limit := int64(1) << (size - 1); n >= limit || n < -limit {
		return out, false
	}
	return strconv.AppendInt(out, n, 10), true
}

func isNumber(raw []byte) bool {
	return raw[0] == '-' || '0' <= raw[0] && raw[0] <= '9'
}

func isNull(raw []byte) bool { return len(raw) == 0 || raw[0] == 'n' }

// otherValue is the value of an enum that stands for what Close has and the schema has not yet.
const otherValue = "OTHER"

// enumLeaf writes the values of an enum. A text that is not among them becomes OTHER.
func enumLeaf(def *ast.Definition) (*leaf, error) {
	byText := make(map[string][]byte, len(def.EnumValues))
	var other []byte
	for _, v := range def.EnumValues {
		quoted := []byte(strconv.Quote(v.Name))
		if v.Name == otherValue {
			other = quoted
			continue
		}
		byText[enumText(v)] = quoted
	}
	if other == nil {
		return nil, fmt.Errorf("enum %s is written but has no value %s for what Close may add", def.Name, otherValue)
	}
	return &leaf{def.Name, "a string", func(out, raw []byte) ([]byte, bool) {
		if raw[0] != '"' {
			return out, false
		}
		quoted, ok := byText[string(raw[1:len(raw)-1])]
		if !ok {
			if quoted, ok = byText[unquote(raw)]; !ok {
				quoted = other
			}
		}
		return append(out, quoted...), true
	}}, nil
}

// unquote is the text of a JSON string that was scanned before.
func unquote(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// jsonKind says in words what kind of value stands in a JSON text, for errors.
func jsonKind(raw []byte) string {
	switch {
	case isNull(raw):
		return "nothing"
	case raw[0] == '"':
		return "a string"
	case raw[0] == '{':
		return "an object"
	case raw[0] == '[':
		return "a list"
	case raw[0] == 't' || raw[0] == 'f':
		return "true or false"
	}
	return "a number"
}
