package projection_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// list writes a list that is no connection.
func (x *reference) list(path []string, f selectedField, rows []json.RawMessage) (string, bool) {
	if x.world.broken[f.field.Definition.Type.Name()] != "" {
		return x.fail(path, false)
	}
	return x.elements(path, f.field.Definition.Type, rows, func(path []string, row json.RawMessage) (string, bool) {
		return x.node(path, f, row)
	})
}

// nodeOf is the type of the objects of a connection, by a field that leads to it.
func (x *reference) nodeOf(field *ast.FieldDefinition) string { return x.nodeIn(field.Type.Name()) }

func (x *reference) nodeIn(connection string) string {
	return x.world.schema.Types[connection].Fields.ForName("nodes").Type.Name()
}

// search writes what a search for a type of objects finds.
func (x *reference) search(path []string, f selectedField, value string) (string, bool) {
	object := ""
	if enum := x.world.schema.Types["SearchObjectType"].EnumValues.ForName(value); enum != nil {
		object = textOf(enum)
	}
	return x.results(path, f, object)
}

// results writes what a search finds that calls its objects so.
func (x *reference) results(path []string, f selectedField, object string) (string, bool) {
	called := !x.only(f.field.Definition.Type.Name(), f, nil)
	if called && x.world.broken[x.world.searchedType(object)] != "" {
		return x.fail(path, false)
	}
	var count struct{ Total json.RawMessage }
	_ = json.Unmarshal(x.world.count(object), &count)
	x.total = count.Total
	return x.connection(path, f, x.world.found(object), f.field.ArgumentMap(x.vars))
}

// smartView writes what a Smart View finds.
func (x *reference) smartView(path []string, o object, f selectedField) (string, bool) {
	own, typ := o.data["s_query"], text(o.data["type"])
	if len(own) > 0 && string(own) != "null" && own[0] != '{' {
		return x.fail(path, false)
	}
	switch {
	case typ == "lead", typ == "contact", typ == "opportunity":
	case typ != "" && x.world.schema.Types["SmartViewType"].EnumValues.ForName(strings.ToUpper(typ)) != nil && typ != "other":
		typ = "activity." + typ
	default:
		typ = ""
	}
	return x.results(path, f, typ)
}

// below writes a connection below an object.
func (x *reference) below(path []string, o object, f selectedField) (string, bool) {
	raw := o.data["id"]
	if text(raw) == "" || !idPattern.MatchString(text(raw)) {
		return x.fail(path, false)
	}
	if o.typ+"."+f.field.Name == "SmartView.results" {
		return x.smartView(path, o, f)
	}
	rest := f.field.Definition.Directives.ForName("rest").Arguments
	if empty := rest.ForName("empty"); empty != nil && string(o.data[empty.Value.Raw]) == "null" {
		return x.page(path, f.field.Definition.Type.Name(), f.sets, nil, false, -1)
	}
	return x.connection(path, f, x.world.rows(x.nodeOf(f.field.Definition), text(raw)), f.field.ArgumentMap(x.vars))
}

func (x *reference) connection(path []string, f selectedField, rows []json.RawMessage, args map[string]any) (string, bool) {
	if x.world.broken[x.nodeOf(f.field.Definition)] != "" {
		return x.fail(path, f.field.Definition.Type.NonNull)
	}
	first, _ := strconv.Atoi(fmt.Sprint(args["first"]))
	more := len(rows) > first
	if more {
		rows = rows[:first]
	}
	value, ok := x.page(path, f.field.Definition.Type.Name(), f.sets, rows, more, -1)
	return value, ok || !f.field.Definition.Type.NonNull
}

// page writes a connection, an edge of it or PageInfo.
func (x *reference) page(path []string, typeName string, sets []ast.SelectionSet, rows []json.RawMessage, more bool, n int) (string, bool) {
	var out []string
	for _, f := range x.collect(sets, x.world.schema.Types[typeName]) {
		var value string
		ok := true
		path := append(slices.Clone(path), f.key)
		switch f.field.Name {
		case "__typename":
			value = strconv.Quote(typeName)
		case "nodes", "edges":
			value, ok = x.elements(path, f.field.Definition.Type, rows, func(path []string, row json.RawMessage) (string, bool) {
				i, _ := strconv.Atoi(path[len(path)-1])
				if f.field.Name == "edges" {
					return x.page(path, f.field.Definition.Type.Name(), f.sets, rows, more, i)
				}
				return x.node(path, f, row)
			})
		case "node":
			value, ok = x.node(path, f, rows[n])
		case "pageInfo":
			value, ok = x.page(path, "PageInfo", f.sets, rows, more, n)
		case "hasNextPage":
			value = strconv.FormatBool(more)
		case "hasPreviousPage":
			value = "false"
		default: // what the list has beside its rows
			head := x.world.head(x.nodeIn(typeName))
			head["count"] = x.total
			if f.field.Definition.Directives.ForName("same") != nil {
				value, ok = x.fields(path, object{f.field.Definition.Type.Name(), head}, f.sets, false)
			} else {
				value, ok = x.leaf(path, f.field.Definition.Type, head[readsOf(f.field.Definition)[0]])
			}
		}
		if !ok {
			return "null", false
		}
		out = append(out, strconv.Quote(f.key)+":"+value)
	}
	return "{" + strings.Join(out, ",") + "}", true
}

func (x *reference) node(path []string, f selectedField, row json.RawMessage) (string, bool) {
	data := decode(row)
	if data == nil {
		return x.fail(path, true)
	}
	return x.fields(path, object{x.concrete(f.field.Definition.Type.Name(), data), data}, f.sets, true)
}
