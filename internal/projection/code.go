package projection

import (
	"context"
	"encoding/json"
)

// Code is what the directives of the schema cannot say, in Go.
type Code struct {
	// Compute works out fields, by "Type.field".
	Compute map[string]Compute
	// Refer finds the object that a field leads to, by "Type.field".
	Refer map[string]Refer
	// Check refuses values of inputs that contradict themselves, by the name of the input type.
	Check map[string]Check
}

// Compute works out a field for all parents of a level at once. It returns one value a parent: nil for null, or what
// encoding/json writes as a value of the field's type. An error fails the field of every parent.
type Compute func(ctx context.Context, parents []Parent) ([]any, error)

// Refer says for all parents of a level which object a field leads to. It returns one reference a parent.
type Refer func(parents []Parent) []Reference

// Check looks at an input as it was given, by the names of the schema: absent members are absent, lists are []any,
// inputs are map[string]any, enum values and texts are strings. Its error says what would be right.
type Check func(input map[string]any) error

// Reference names an object. The zero Reference is null.
type Reference struct {
	// Type is the object's type in the schema.
	Type string
	// ID is the id of the object. A Type without ids of its own is the parent itself, seen as that type.
	ID string
}

// Parent is an object of Close whose field is worked out. It knows the members that the field reads by its @rest.
type Parent struct{ row row }

// Text is the text of a member; "" when it is absent, null or no text.
func (p Parent) Text(member string) string {
	raw := p.Raw(member)
	if len(raw) == 0 || raw[0] != '"' {
		return ""
	}
	return unquote(raw)
}

// Raw is the JSON of a member; nil when it is absent.
func (p Parent) Raw(member string) json.RawMessage {
	slot, ok := p.row.table.layout.slots[member]
	if !ok {
		return nil
	}
	return json.RawMessage(p.row.raw(slot))
}
