package sandbox

import (
	"reflect"
	"slices"
	"strings"
)

// maxFilterDepth bounds a filter of a subscription.
const maxFilterDepth = 20

// soundFilter reports whether a value is a filter of a subscription (Close docs: Webhook Filters).
func soundFilter(v any, depth int) bool {
	f, ok := v.(map[string]any)
	if !ok || depth > maxFilterDepth {
		return false
	}
	inner := func() bool { return soundFilter(f["filter"], depth+1) }
	switch f["type"] {
	case "equals", "not_equals", "contains":
		_, given := f["value"]
		return given
	case "is_null", "non_null":
		return true
	case "and", "or":
		filters, ok := f["filters"].([]any)
		return ok && !slices.ContainsFunc(filters, func(one any) bool { return !soundFilter(one, depth+1) })
	case "not", "any_array_value":
		return inner()
	case "field_accessor":
		name, _ := f["field"].(string)
		return name != "" && inner()
	}
	return false
}

// matchesFilter reports whether a value, an event at first, passes a sound filter.
func matchesFilter(filter, value any) bool {
	f := filter.(map[string]any) // checked as sound
	switch f["type"] {
	case "equals":
		return reflect.DeepEqual(f["value"], value)
	case "not_equals":
		return !reflect.DeepEqual(f["value"], value)
	case "is_null":
		return value == nil
	case "non_null":
		return value != nil
	case "contains":
		return containsValue(value, f["value"])
	case "and", "or":
		all := f["type"] == "and"
		for _, one := range f["filters"].([]any) {
			if matchesFilter(one, value) != all {
				return !all
			}
		}
		return all
	case "not":
		return !matchesFilter(f["filter"], value)
	case "any_array_value":
		list, _ := value.([]any)
		return slices.ContainsFunc(list, func(element any) bool { return matchesFilter(f["filter"], element) })
	}
	members, _ := value.(map[string]any)
	return matchesFilter(f["filter"], members[f["field"].(string)])
}

func containsValue(value, wanted any) bool {
	switch value := value.(type) {
	case string:
		part, ok := wanted.(string)
		return ok && strings.Contains(value, part)
	case []any:
		return slices.ContainsFunc(value, func(element any) bool { return reflect.DeepEqual(element, wanted) })
	}
	return false
}
