package projection_test

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// leaf writes a value without fields of its own, or a list of them.
func (x *reference) leaf(path []string, t *ast.Type, raw json.RawMessage) (string, bool) {
	if raw == nil || string(raw) == "null" {
		if t.NonNull {
			return x.fail(path, true)
		}
		return "null", true
	}
	if t.Elem != nil {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			return x.fail(path, t.NonNull)
		}
		return x.elements(path, t, list, func(path []string, element json.RawMessage) (string, bool) {
			return x.leaf(path, t.Elem, element)
		})
	}
	if out, ok := x.scalar(t.Name(), raw); ok {
		return out, true
	}
	return x.fail(path, t.NonNull)
}

func (x *reference) scalar(name string, raw json.RawMessage) (string, bool) {
	var value any
	if json.Unmarshal(raw, &value) != nil {
		return "", false
	}
	s, isString := value.(string)
	n, isNumber := value.(float64)
	switch name {
	case "ID", "String", "HTML":
		return string(raw), isString
	case "Boolean":
		_, isBool := value.(bool)
		return string(raw), isBool
	case "JSON":
		return string(raw), true
	case "Float":
		return string(raw), isNumber
	case "Int", "Cents":
		limit := map[string]float64{"Int": 1 << 31, "Cents": 1 << 53}[name]
		if !isNumber || n != float64(int64(n)) || n >= limit || n < -limit {
			return "", false
		}
		return strconv.FormatInt(int64(n), 10), true
	case "DateTime", "Date", "DateOrDateTime":
		return date(name, s)
	}
	if !isString {
		return "", false
	}
	for _, v := range x.world.schema.Types[name].EnumValues {
		if textOf(v) == s && v.Name != "OTHER" {
			return strconv.Quote(v.Name), true
		}
	}
	return `"OTHER"`, true
}

// date reads a date in all forms that the tests have.
func date(name, s string) (string, bool) {
	if day, err := time.Parse("2006-01-02", s); err == nil {
		return strconv.Quote(day.Format("2006-01-02")), name != "DateTime"
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if moment, err := time.Parse(form, s); err == nil {
			if name == "Date" {
				return strconv.Quote(moment.Format("2006-01-02")), true
			}
			return strconv.Quote(moment.Format(time.RFC3339Nano)), true
		}
	}
	return "", false
}
