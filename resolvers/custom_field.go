package resolvers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/closeapi"
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

// customFieldsOf works out the field customFields of objects of a type, by its name in Close. Fields stand in the order in
// which Close shows them.
func customFieldsOf(objectType string) projection.Compute {
	return func(ctx context.Context, c projection.Computation) ([]any, error) {
		definitions := customDefinitions{close: c.Close, objectType: objectType}
		all := make([]any, len(c.Parents))
		for i, parent := range c.Parents {
			values := []customFieldValue{}
			for id, raw := range parent.Custom() {
				if string(raw) == "null" {
					continue
				}
				value, err := definitions.value(ctx, id, raw)
				if err != nil {
					return nil, err
				}
				values = append(values, value)
			}
			slices.SortFunc(values, func(a, b customFieldValue) int {
				return cmp.Or(cmp.Compare(a.order, b.order), strings.Compare(a.id, b.id))
			})
			all[i] = values
		}
		return all, nil
	}
}

// customFieldOf works out the field customField(id:) of objects of a type, by its name in Close.
func customFieldOf(objectType string) projection.Compute {
	return func(ctx context.Context, c projection.Computation) ([]any, error) {
		id, _ := c.Args["id"].(string)
		if !isCustomFieldID(id) {
			return nil, projection.BadInput("id: %q is not the id of a custom field; it begins with cf_", id)
		}
		definitions := customDefinitions{close: c.Close, objectType: objectType}
		all := make([]any, len(c.Parents))
		for i, parent := range c.Parents {
			raw := parent.Raw("custom." + id)
			if len(raw) == 0 || string(raw) == "null" {
				continue
			}
			value, err := definitions.value(ctx, id, raw)
			if err != nil {
				return nil, err
			}
			all[i] = value
		}
		return all, nil
	}
}

// isCustomFieldID reports whether a text can be the id of a custom field; very old ids begin with lcf_ (Close docs: Custom
// Fields).
func isCustomFieldID(id string) bool {
	return (strings.HasPrefix(id, "cf_") || strings.HasPrefix(id, "lcf_")) && len(id) < 100 && !strings.ContainsAny(id, ",./ ")
}

// customDefinitions are the definitions of the custom fields of one kind of object, asked for when the first is needed.
type customDefinitions struct {
	close      projection.Doer
	objectType string
	byID       map[string]customDefinition
}

type customDefinition struct {
	raw   json.RawMessage
	kind  string
	order int
}

// value pairs a value with the definition of its field. A field without a definition that can be seen has its id alone.
func (d *customDefinitions) value(ctx context.Context, id string, raw json.RawMessage) (customFieldValue, error) {
	if d.byID == nil {
		if err := d.load(ctx); err != nil {
			return customFieldValue{}, err
		}
	}
	definition, ok := d.byID[id]
	if !ok {
		bare, err := json.Marshal(map[string]string{"id": id})
		if err != nil {
			return customFieldValue{}, err
		}
		definition = customDefinition{raw: bare, order: len(d.byID)}
	}
	v := customFieldValue{Field: definition.raw, Values: []customValue{}, id: id, order: definition.order}
	var elements []json.RawMessage
	if raw[0] != '[' {
		elements = append(elements, raw)
	} else if err := json.Unmarshal(raw, &elements); err != nil {
		return v, fmt.Errorf("read custom field %s: %w", id, err)
	}
	for _, element := range elements {
		v.Values = append(v.Values, customValue{Kind: definition.kind, Value: element})
	}
	if len(v.Values) > 0 {
		v.Value = &v.Values[0]
	}
	return v, nil
}

// load asks for all definitions: GET /custom_field_schema/{object_type}/, the one list that has shared fields too.
func (d *customDefinitions) load(ctx context.Context) error {
	doc, err := d.close.Do(ctx, closeapi.Call{
		Operation: "GET /custom_field_schema/{object_type}/", Vars: []string{d.objectType},
	})
	if err != nil {
		return err
	}
	var schema struct {
		Fields []json.RawMessage `json:"fields"`
	}
	if err := doc.Decode(&schema); err != nil {
		return err
	}
	d.byID = make(map[string]customDefinition, len(schema.Fields))
	for order, raw := range schema.Fields {
		var head struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		}
		if err := json.Unmarshal(raw, &head); err != nil {
			return fmt.Errorf("read custom field definitions: %w", err)
		}
		d.byID[head.ID] = customDefinition{raw: raw, kind: head.Type, order: order}
	}
	return nil
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
