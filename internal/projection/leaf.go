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
	name   string    // of the type
	wants  string    // what Close must have sent, for the error
	copied firstByte // what begins so is appended as it is
	// transform appends what the answer has in the place of what is not copied; nil when all that is wrong.
	transform func(out, raw []byte) (_ []byte, ok bool)
}

// firstByte is a set of kinds of JSON values, which their first bytes tell.
type firstByte uint8

const (
	beginsNull firstByte = 1 << iota
	beginsString
	beginsBoolean
	beginsNumber
	beginsNested // an object or a list

	beginsAny = beginsString | beginsBoolean | beginsNumber | beginsNested // but null
)

var firstBytes = [256]firstByte{
	'n': beginsNull, '"': beginsString, 't': beginsBoolean, 'f': beginsBoolean, '{': beginsNested, '[': beginsNested, '-': beginsNumber,
	'0': beginsNumber, '1': beginsNumber, '2': beginsNumber, '3': beginsNumber, '4': beginsNumber,
	'5': beginsNumber, '6': beginsNumber, '7': beginsNumber, '8': beginsNumber, '9': beginsNumber,
}

// leaves are the scalars of the schema.
var leaves = map[string]*leaf{
	"ID":             {"ID", "a string", beginsString, nil},
	"String":         {"String", "a string", beginsString, nil},
	"HTML":           {"HTML", "a string", beginsString, nil},
	"Boolean":        {"Boolean", "true or false", beginsBoolean, nil},
	"Int":            {"Int", "a whole number of 32 bits", 0, appendInt},
	"Float":          {"Float", "a number", beginsNumber, nil},
	"Cents":          {"Cents", "a whole number", 0, appendCents},
	"JSON":           {"JSON", "any value", beginsAny, nil},
	"DateTime":       {"DateTime", "a date with a time", 0, appendDateTime},
	"Date":           {"Date", "a date", 0, appendDate},
	"DateOrDateTime": {"DateOrDateTime", "a date, with or without a time", 0, appendDateOrDateTime},
}

// append appends what the answer has in the place of a value; false when that is not possible.
func (l *leaf) append(out, raw []byte) (_ []byte, ok bool) {
	switch {
	case firstBytes[raw[0]]&l.copied != 0:
		return append(out, raw...), true
	case l.transform == nil:
		return out, false
	}
	return l.transform(out, raw)
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
	var texts enumTexts
	var other []byte
	for _, v := range def.EnumValues {
		quoted := []byte(strconv.Quote(v.Name))
		if v.Name == otherValue {
			other = quoted
			continue
		}
		texts.add(enumText(v), quoted)
	}
	if other == nil {
		return nil, fmt.Errorf("enum %s is written but has no value %s for what Close may add", def.Name, otherValue)
	}
	return &leaf{def.Name, "a string", 0, func(out, raw []byte) ([]byte, bool) {
		if raw[0] != '"' {
			return out, false
		}
		quoted := texts.find(raw[1 : len(raw)-1])
		if quoted == nil && bytes.IndexByte(raw, '\\') >= 0 {
			quoted = texts.find([]byte(unquote(raw)))
		}
		if quoted == nil {
			quoted = other
		}
		return append(out, quoted...), true
	}}, nil
}

// enumTexts are the values of an enum, by how long their texts in REST are: of one length there are so few that looking at each is
// quicker than a map.
type enumTexts [][]enumValue

// enumValue is a value of an enum: as Close writes it, and as the answer does.
type enumValue struct {
	text   string
	quoted []byte
}

func (e *enumTexts) add(text string, quoted []byte) {
	for len(*e) <= len(text) {
		*e = append(*e, nil)
	}
	(*e)[len(text)] = append((*e)[len(text)], enumValue{text, quoted})
}

// find is what the answer has for a text, or nil.
func (e enumTexts) find(text []byte) []byte {
	if len(text) < len(e) {
		for i := range e[len(text)] {
			if v := &e[len(text)][i]; v.text == string(text) {
				return v.quoted
			}
		}
	}
	return nil
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

// textOf is unquote as bytes, which may be those of the document; nil for what is no string.
func textOf(raw []byte) []byte {
	switch {
	case len(raw) == 0 || raw[0] != '"':
		return nil
	case bytes.IndexByte(raw, '\\') < 0:
		return raw[1 : len(raw)-1]
	}
	return []byte(unquote(raw))
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
