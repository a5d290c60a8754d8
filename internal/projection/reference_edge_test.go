package projection_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// named writes an object that Go named by its type and id.
func (x *reference) named(path []string, typeName, id string, f selectedField) (string, bool) {
	if !idPattern.MatchString(id) {
		return x.fail(path, false)
	}
	if x.only(typeName, f, map[string]string{"id": ""}) {
		quoted, _ := json.Marshal(id)
		return x.fields(path, object{typeName, map[string]json.RawMessage{"id": quoted}}, f.sets, false)
	}
	return x.load(path, f, typeName, id, false)
}

// onlyID reports whether the id of an object answers all that is selected of it. The name of its type does too, unless it
// may be of several.
func (x *reference) onlyID(typeName string, f selectedField) bool {
	possible := x.world.schema.GetPossibleTypes(x.world.schema.Types[typeName])
	for _, def := range possible {
		for _, below := range x.collect(f.sets, def) {
			if below.field.Name != "id" && (below.field.Name != "__typename" || len(possible) > 1) {
				return false
			}
		}
	}
	return true
}

var idPattern = regexp.MustCompile(`^[A-Za-z0-9]+_[A-Za-z0-9_]+$`)

func (x *reference) edge(path []string, o object, f selectedField, reads string) (string, bool) {
	def := f.field.Definition
	raw := o.data[reads]
	if def.Type.Elem != nil {
		return x.edges(path, raw, f)
	}
	switch {
	case raw == nil || string(raw) == "null":
		return "null", !def.Type.NonNull
	case raw[0] != '"':
		return x.fail(path, def.Type.NonNull)
	}
	if inline := inlineOf(def); x.only(def.Type.Name(), f, inline) {
		data := map[string]json.RawMessage{}
		for name, member := range inline {
			data[snake(name)] = o.data[member]
		}
		return x.inline(path, def.Type.Name(), data, f, def.Type.NonNull)
	}
	id := text(raw)
	if !idPattern.MatchString(id) {
		return x.fail(path, def.Type.NonNull)
	}
	return x.load(path, f, def.Type.Name(), id, def.Type.NonNull)
}

// edges writes the objects whose ids a list holds.
func (x *reference) edges(path []string, raw json.RawMessage, f selectedField) (string, bool) {
	t := f.field.Definition.Type
	if raw == nil || string(raw) == "null" {
		return "null", !t.NonNull
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return x.fail(path, t.NonNull)
	}
	return x.elements(path, t, list, func(path []string, element json.RawMessage) (string, bool) {
		switch {
		case string(element) == "null":
			return "null", !t.Elem.NonNull
		case !idPattern.MatchString(text(element)):
			return x.fail(path, t.Elem.NonNull)
		}
		return x.load(path, f, t.Name(), text(element), t.Elem.NonNull)
	})
}

// inline writes an object of which the parent carries what is selected.
func (x *reference) inline(path []string, typeName string, data map[string]json.RawMessage, f selectedField, nonNull bool) (string, bool) {
	var out []string
	for _, below := range x.collect(f.sets, x.world.schema.Types[typeName]) {
		value, ok := strconv.Quote(typeName), true
		if below.field.Name != "__typename" {
			value, ok = x.leaf(append(slices.Clone(path), below.key), below.field.Definition.Type, data[snake(below.field.Name)])
		}
		if !ok {
			return "null", !nonNull
		}
		out = append(out, strconv.Quote(below.key)+":"+value)
	}
	return "{" + strings.Join(out, ",") + "}", true
}

// only reports whether nothing of an object is selected but some fields.
func (x *reference) only(typeName string, f selectedField, fields map[string]string) bool {
	for _, below := range x.collect(f.sets, x.world.schema.Types[typeName]) {
		if _, ok := fields[below.field.Name]; !ok && below.field.Name != "__typename" {
			return false
		}
	}
	return true
}

func (x *reference) embedded(path []string, t *ast.Type, raw json.RawMessage, f selectedField) (string, bool) {
	if raw == nil || string(raw) == "null" {
		if t.NonNull {
			return x.fail(path, true)
		}
		return "null", true
	}
	if t.Elem == nil {
		data := decode(raw)
		if data == nil {
			return x.fail(path, t.NonNull)
		}
		return x.fields(path, object{x.concrete(t.Name(), data), data}, f.sets, t.NonNull)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return x.fail(path, t.NonNull)
	}
	return x.elements(path, t, list, func(path []string, element json.RawMessage) (string, bool) {
		data := decode(element)
		if data == nil {
			return x.fail(path, t.Elem.NonNull)
		}
		return x.fields(path, object{x.concrete(t.Name(), data), data}, f.sets, t.Elem.NonNull)
	})
}

// concrete is the type that an object has, where its place may have several.
func (x *reference) concrete(name string, data map[string]json.RawMessage) string {
	if def := x.world.schema.Types[name]; def.IsAbstractType() {
		return x.variant(def, data)
	}
	return name
}

func (x *reference) elements(path []string, t *ast.Type, list []json.RawMessage, write func([]string, json.RawMessage) (string, bool)) (string, bool) {
	var out []string
	for i, element := range list {
		value, ok := write(append(slices.Clone(path), strconv.Itoa(i)), element)
		if !ok {
			return "null", !t.NonNull
		}
		out = append(out, value)
	}
	return "[" + strings.Join(out, ",") + "]", true
}
