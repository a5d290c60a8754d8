package resolvers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// customFieldValue is a custom field with its value, as the schema's CustomFieldValue reads it.
type customFieldValue struct {
	Field  json.RawMessage `json:"field"`
	Value  *customValue    `json:"value"`
	Values []customValue   `json:"values"`

	id    string
	order int // of the field in Close's own lists
}

// customValue is a value with the kind of its field.
type customValue struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

// customFieldsOf works out the field customFields of objects whose definitions are in the lists that where says. Fields stand
// in the order in which Close shows them.
func customFieldsOf(where definitionsOf) projection.Compute {
	return func(ctx context.Context, c projection.Computation) ([]any, error) {
		return customValues(ctx, c, where, func(parent projection.Parent) []rawField {
			raw := []rawField{}
			for id, value := range parent.Custom() {
				if string(value) != "null" {
					raw = append(raw, rawField{id, value})
				}
			}
			return raw
		}, func(values []customFieldValue) any {
			slices.SortFunc(values, func(a, b customFieldValue) int {
				return cmp.Or(cmp.Compare(a.order, b.order), strings.Compare(a.id, b.id))
			})
			return values
		})
	}
}

// customFieldOf works out the field customField(id:) of such objects.
func customFieldOf(where definitionsOf) projection.Compute {
	return func(ctx context.Context, c projection.Computation) ([]any, error) {
		id, _ := c.Args["id"].(string)
		if !isCustomFieldID(id) {
			return nil, projection.BadInput("id: %q is not the id of a custom field; it begins with cf_", id)
		}
		return customValues(ctx, c, where, func(parent projection.Parent) []rawField {
			value := parent.Raw("custom." + id)
			if len(value) == 0 || string(value) == "null" {
				return nil
			}
			return []rawField{{id, value}}
		}, func(values []customFieldValue) any {
			if len(values) == 0 {
				return nil
			}
			return values[0]
		})
	}
}

// rawField is a custom field as it stands on an object.
type rawField struct {
	id    string
	value json.RawMessage
}

// customValues pairs the custom fields of objects with their definitions. Each list of definitions is read once, and only when
// one of its objects has a value.
func customValues(ctx context.Context, c projection.Computation, where definitionsOf,
	fields func(projection.Parent) []rawField, answer func([]customFieldValue) any,
) ([]any, error) {
	raw := make([][]rawField, len(c.Parents))
	lists := map[definitionList]*definitions{}
	for i, parent := range c.Parents {
		if raw[i] = fields(parent); len(raw[i]) > 0 {
			lists[where(parent)] = &definitions{}
		}
	}
	loadDefinitions(ctx, c.Close, lists)
	all := make([]any, len(c.Parents))
	for i, parent := range c.Parents {
		values := []customFieldValue{}
		var err error
		for _, field := range raw[i] {
			var value customFieldValue
			if value, err = lists[where(parent)].value(field); err != nil {
				break
			}
			values = append(values, value)
		}
		if all[i] = answer(values); err != nil {
			all[i] = err
		}
	}
	return all, nil
}

// isCustomFieldID reports whether a text can be the id of a custom field; very old ids begin with lcf_ (Close docs: Custom
// Fields).
func isCustomFieldID(id string) bool {
	return (strings.HasPrefix(id, "cf_") || strings.HasPrefix(id, "lcf_")) && len(id) < 100 && !strings.ContainsAny(id, ",./ ")
}

// spreadCustomField turns a CustomFieldInput into the member of a body that sets the field: custom.<id>, with .add or
// .remove for a change of one of several values (Close docs: Custom Fields).
func spreadCustomField(input map[string]any) (member string, value any, err error) {
	id, _ := input["id"].(string)
	if !isCustomFieldID(id) {
		return "", nil, fmt.Errorf("%q is not the id of a custom field; it begins with cf_", id)
	}
	given := 0
	for _, name := range []string{"text", "html", "number", "date", "date_time", "choices", "reference", "references"} {
		if v := input[name]; v != nil {
			given++
			value = v
		}
	}
	if input["unset"] == true {
		given++
		value = nil
	}
	if given != 1 {
		return "", nil, errors.New("give exactly one value, or unset: true")
	}
	change, _ := input["change"].(string)
	switch {
	case change == "" || change == "replace":
		return "custom." + id, value, nil
	case value == nil:
		return "", nil, errors.New("unset leaves nothing to add or remove")
	}
	if list, ok := value.([]any); ok {
		if len(list) != 1 {
			return "", nil, errors.New("values are added and removed one at a time")
		}
		value = list[0]
	}
	return "custom." + id + "." + change, value, nil
}
