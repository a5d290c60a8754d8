package projection

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/closegraph/closegraph/closeapi"
)

// Code is what the directives of the schema cannot say, in Go.
type Code struct {
	// Compute works out fields, by "Type.field".
	Compute map[string]Compute
	// Compose works out texts of which the object itself tells all, by "Type.field".
	Compose map[string]Compose
	// Refer finds the object that a field leads to, by "Type.field".
	Refer map[string]Refer
	// Check refuses values of the inputs of lists that contradict themselves, by the name of the input type, and arguments of
	// lists that contradict each other, by "Type.field".
	Check map[string]Check
	// Rules find what is wrong with inputs that become bodies, by the name of the input type.
	Rules map[string][]Rule
	// Find finds out what a variable of a path is where no argument says it, by the variable: "{org_id}".
	Find map[string]Find
	// Path spells the variable of a path that an input stands for, by "Type.field".
	Path map[string]Path
	// Spread turns inputs into members of the body that they stand in, by the name of the input type.
	Spread map[string]Spread
	// Search says what a field that is a search searches for, by "Type.field".
	Search map[string]Searcher
}

// Compute works out a field for all parents of a level at once. It returns one value a parent: nil for null, or what
// encoding/json writes as a value of the field's type. Of a field with fields of its own that is the object as Close would
// write it, with the members that its fields read, or a list of them; an error in its place fails the field of that parent. An error
// beside the values fails the field of every parent.
type Compute func(ctx context.Context, c Computation) ([]any, error)

// Compose appends the text of a field to dst, and nothing for null. It is called when the parent is written, and keeps nothing of it.
type Compose func(dst []byte, parent Parent) []byte

// Computation is what a Compute works on.
type Computation struct {
	Parents []Parent
	// Args are the arguments of the field, by name.
	Args map[string]any
	// Close makes calls to Close for the caller of the operation.
	Close Doer
}

// Doer makes calls to Close.
type Doer interface {
	Do(ctx context.Context, call closeapi.Call) (closeapi.Document, error)
}

// Refer says for all parents of a level which object a field leads to. It returns one reference a parent.
type Refer func(parents []Parent) []Reference

// Check looks at an input as it was given, by the names of the schema: absent members are absent, lists are []any,
// inputs are map[string]any, enum values and texts are strings. Its error says what would be right.
type Check func(input map[string]any) error

// Rule looks at an input as a Check does. It returns what is wrong, with paths that begin in the input.
type Rule func(input map[string]any) []Fault

// Find finds out what a variable of a path is, with calls to Close for the caller of the operation.
type Find func(ctx context.Context, close Doer) (string, error)

// Path turns an input into the variable of a path, by the names of the schema as in a Check. Its error says what would be right.
type Path func(input map[string]any) (string, error)

// Spread turns an input, which has Close's names and values already, into a member of the body around it.
type Spread func(input map[string]any) (member string, value any, err error)

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

// AppendText appends the text of a member to dst, as Text has it.
func (p Parent) AppendText(dst []byte, member string) []byte {
	return append(dst, textOf(p.Raw(member))...)
}

// Raw is the JSON of a member; nil when it is absent. It is a piece of Close's document and must not be changed.
func (p Parent) Raw(member string) json.RawMessage {
	slot, ok := p.row.table.layout.slots[member]
	if !ok {
		return nil
	}
	return json.RawMessage(p.row.raw(slot))
}

// Decode decodes the JSON of a member into v, as encoding/json does. Without the member, or with null, v stays as it is.
func (p Parent) Decode(member string, v any) error {
	raw := p.Raw(member)
	if isNull(raw) {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return upstream("Close sent a %s that cannot be read", member)
	}
	return nil
}

// Custom are the custom fields of the parent with their values, by id, in the order in which Close wrote them. A field has
// them when it reads the member "custom".
func (p Parent) Custom() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		t := p.row.table
		for _, c := range t.custom[t.customAt[p.row.index]:] {
			if c.row != p.row.index || !yield(string(t.doc[c.id.from:c.id.to]), json.RawMessage(t.doc[c.value.from:c.value.to])) {
				return
			}
		}
	}
}
