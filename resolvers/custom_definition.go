package resolvers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/closegraph/closegraph/closeapi"
	"github.com/closegraph/closegraph/internal/projection"
)

// definitionList is a list of the definitions of custom fields. The zero list has none.
type definitionList struct{ operation, objectType string }

// definitionsOf says where the definitions of an object's custom fields are.
type definitionsOf func(object projection.Parent) definitionList

// definedFor are the fields of one kind of objects: GET /custom_field_schema/{object_type}/, the one list that has shared fields
// too (Close docs: Custom Field Schemas).
func definedFor(objectType string) definitionsOf {
	return func(projection.Parent) definitionList {
		return definitionList{"GET /custom_field_schema/{object_type}/", objectType}
	}
}

// definedByType are the fields of objects that have a type, whose id is in a member.
func definedByType(kind, member string) definitionsOf {
	return func(object projection.Parent) definitionList {
		id := object.Text(member)
		if id == "" {
			return definitionList{}
		}
		return definitionList{"GET /custom_field_schema/{object_type}/", kind + "/" + id}
	}
}

// definedShared are the shared fields. Calls have no others, as far as is known; a field's id is its own everywhere, so that a
// definition that is found is the right one.
func definedShared(projection.Parent) definitionList {
	return definitionList{operation: "GET /custom_field/shared/"}
}

// sharedFields are the definitions of the shared fields whose ids a member has.
func sharedFields(member string) projection.Compute {
	return func(ctx context.Context, c projection.Computation) ([]any, error) {
		ids, fields := make([][]string, len(c.Parents)), make([]any, len(c.Parents))
		lists := map[definitionList]*definitions{}
		for i, parent := range c.Parents {
			if err := parent.Decode(member, &ids[i]); err != nil {
				fields[i] = err
			} else if len(ids[i]) > 0 {
				lists[definedShared(parent)] = &definitions{}
			}
		}
		loadDefinitions(ctx, c.Close, lists)
		for i, parent := range c.Parents {
			if ids[i] == nil {
				continue
			}
			of := []json.RawMessage{}
			for _, id := range ids[i] {
				def, err := lists[definedShared(parent)].definition(id)
				if err != nil {
					return nil, err
				}
				of = append(of, def.raw)
			}
			fields[i] = of
		}
		return fields, nil
	}
}

// definitions are those of one list, or why they cannot be had.
type definitions struct {
	byID map[string]definition
	err  error
}

type definition struct {
	raw   json.RawMessage
	kind  string
	order int
}

// maxLists is how many lists of definitions are read at a time.
const maxLists = 8

// loadDefinitions reads lists of definitions.
func loadDefinitions(ctx context.Context, close projection.Doer, lists map[definitionList]*definitions) {
	var group errgroup.Group
	group.SetLimit(maxLists)
	for list, into := range lists {
		if list != (definitionList{}) {
			group.Go(func() error {
				into.byID, into.err = list.load(ctx, close)
				return nil
			})
		}
	}
	_ = group.Wait() // errors are kept by list
}

// load reads the list. A type that is gone, or whose id is none, has no definitions.
func (list definitionList) load(ctx context.Context, close projection.Doer) (map[string]definition, error) {
	call := closeapi.Call{Operation: list.operation, Params: map[string]string{"_limit": "1000"}}
	if list.objectType != "" {
		call.Vars, call.Params = []string{list.objectType}, nil
	}
	doc, err := close.Do(ctx, call)
	if closeapi.IsNotFound(err) || closeapi.IsInvalidCall(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var answer struct {
		Fields []json.RawMessage `json:"fields"` // of a schema
		Data   []json.RawMessage `json:"data"`   // of a list
	}
	if err := doc.Decode(&answer); err != nil {
		return nil, err
	}
	all := slices.Concat(answer.Fields, answer.Data)
	byID := make(map[string]definition, len(all))
	for order, raw := range all {
		var head struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		}
		if err := json.Unmarshal(raw, &head); err != nil {
			return nil, fmt.Errorf("read custom field definitions: %w", err)
		}
		byID[head.ID] = definition{raw: raw, kind: head.Type, order: order}
	}
	return byID, nil
}

// definition is that of the field with an id. One that cannot be seen has the id alone.
func (d *definitions) definition(id string) (definition, error) {
	if d.err != nil {
		return definition{}, d.err
	}
	def, ok := d.byID[id]
	if !ok {
		bare, err := json.Marshal(map[string]string{"id": id})
		if err != nil {
			return definition{}, err
		}
		def = definition{raw: bare, order: len(d.byID)}
	}
	return def, nil
}

// value pairs a custom field with its definition.
func (d *definitions) value(field rawField) (customFieldValue, error) {
	def, err := d.definition(field.id)
	if err != nil {
		return customFieldValue{}, err
	}
	v := customFieldValue{Field: def.raw, Values: []customValue{}, id: field.id, order: def.order}
	elements := []json.RawMessage{field.value}
	if field.value[0] == '[' {
		elements = nil
		if err := json.Unmarshal(field.value, &elements); err != nil {
			return v, fmt.Errorf("read custom field %s: %w", field.id, err)
		}
	}
	for _, element := range elements {
		v.Values = append(v.Values, customValue{Kind: def.kind, Value: element})
	}
	if len(v.Values) > 0 {
		v.Value = &v.Values[0]
	}
	return v, nil
}
