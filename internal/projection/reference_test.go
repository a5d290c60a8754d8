package projection_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// reference answers a query the slow and obvious way: it decodes everything and walks the selection. It shares nothing
// with the projection but the directives of the schema.
type reference struct {
	world  *world
	vars   map[string]any
	errors []string        // paths
	total  json.RawMessage // of the search that is written
}

// object is one object with its type. data holds all members; fail says why there is none.
type object struct {
	typ  string
	data map[string]json.RawMessage
}

func (x *reference) run(op *ast.OperationDefinition) string {
	query := x.world.schema.Query
	var out []string
	for _, f := range x.collect([]ast.SelectionSet{op.SelectionSet}, query) {
		value, _ := x.root(f)
		out = append(out, strconv.Quote(f.key)+":"+value)
	}
	return "{" + strings.Join(out, ",") + "}"
}

func (x *reference) root(f selectedField) (string, bool) {
	path := []string{f.key}
	if f.field.Name == "__typename" {
		return `"Query"`, true
	}
	args := f.field.ArgumentMap(x.vars)
	def := f.field.Definition
	if def.Name == "search" {
		return x.search(path, f, args["type"].(string))
	}
	if strings.HasSuffix(def.Type.Name(), "Connection") {
		return x.connection(path, f, x.world.rows(x.nodeOf(def), ""), args)
	}
	switch {
	case strings.Contains(operationOf(def), " /report/"), definitionRoots[def.Name], def.Name == "userAvailability":
		return x.document(path, f)
	case def.Name == "opportunityGroups":
		return x.groups(path, f)
	}
	if def.Type.Elem != nil && def.Name != "nodes" {
		return x.list(path, f, x.world.rows(def.Type.Name(), ""))
	}
	switch def.Name {
	case "viewer":
		return x.load(path, f, "Viewer", "user_1", false)
	case "nodes":
		var out []string
		for i, id := range args["ids"].([]any) {
			value, _ := x.load(append(slices.Clone(path), strconv.Itoa(i)), f, x.typeOf(id.(string)), id.(string), false)
			out = append(out, value)
		}
		return "[" + strings.Join(out, ",") + "]", true
	case "node":
		id := args["id"].(string)
		return x.load(path, f, x.typeOf(id), id, false)
	}
	return x.load(path, f, def.Type.Name(), args["id"].(string), false)
}

func (x *reference) typeOf(id string) string {
	for _, def := range x.world.kinds {
		if def.Kind == ast.Object && !slices.Contains(def.Interfaces, "Node") {
			continue // whose ids begin like those of another type
		}
		for _, prefix := range def.Directives.ForName("entity").Arguments.ForName("prefixes").Value.Children {
			if strings.HasPrefix(id, prefix.Value.Raw) && prefix.Value.Raw != "stat_" {
				switch prefix.Value.Raw {
				case "acti_":
					return "Activity"
				case "expo_":
					return "Export"
				}
				return def.Name
			}
		}
	}
	return ""
}

// load writes the object with an id.
func (x *reference) load(path []string, f selectedField, typeName, id string, nonNull bool) (string, bool) {
	data := x.world.object(typeName, id)
	if x.world.broken[typeName] != "" || data == nil {
		return x.fail(path, nonNull)
	}
	return x.fields(path, object{x.concrete(typeName, data), data}, f.sets, nonNull)
}

func (x *reference) fail(path []string, nonNull bool) (string, bool) {
	x.errors = append(x.errors, strings.Join(path, "."))
	return "null", !nonNull
}

// fields writes the selected fields of an object.
func (x *reference) fields(path []string, o object, sets []ast.SelectionSet, nonNull bool) (string, bool) {
	def := x.world.schema.Types[o.typ]
	var out []string
	for _, f := range x.collect(sets, def) {
		value, ok := strconv.Quote(o.typ), true
		if f.field.Name != "__typename" {
			value, ok = x.field(append(slices.Clone(path), f.key), o, f)
		}
		if !ok {
			return "null", !nonNull
		}
		out = append(out, strconv.Quote(f.key)+":"+value)
	}
	return "{" + strings.Join(out, ",") + "}", true
}

// field writes one field of an object.
func (x *reference) field(path []string, o object, f selectedField) (string, bool) {
	def := f.field.Definition
	target := x.world.schema.Types[def.Type.Name()]
	reads := readsOf(def)
	switch {
	case def.Directives.ForName("same") != nil:
		return x.fields(path, object{x.concrete(target.Name, o.data), o.data}, f.sets, def.Type.NonNull)
	case o.typ+"."+def.Name == "Task.subject":
		return x.subject(path, o, f)
	case o.typ+"."+def.Name == "CommentThread.object":
		return x.commented(path, o, f)
	case target.Name == "CustomFieldValue":
		return x.custom(path, o, f)
	case o.typ+"."+def.Name == "Playbook.customFields":
		return x.shared(path, o, f)
	case len(reads) == 0:
		return "null", true
	case o.typ == "ActivityReportTotals", o.typ == "ActivityReportQueries", o.typ == "ActivityReportRow" && reads[0] == "_all":
		return x.metrics(path, o, f)
	case o.typ+"."+def.Name == "Pipeline.statuses":
		return x.statuses(path, o, f)
	case o.typ+"."+def.Name == "Event.object":
		return x.eventObject(path, o, f)
	case o.typ+"."+def.Name == "EventMeta.bulkAction":
		return x.bulkAction(path, o, f)
	case target.Name == "PinnedViews":
		return x.pinned(path, o, f)
	case o.typ+"."+def.Name == "Group.members":
		return x.members(path, o, f)
	case o.typ == "ActiveCall" && reads[0] == "lead":
		return x.activeLead(path, o, f)
	case def.Name == "isDone":
		status := text(o.data["status"])
		return map[bool]string{true: strconv.FormatBool(status == "done" || status == "error"), false: "null"}[status != ""], true
	case def.Name == "progress":
		return progress(text(o.data["status"]), o.data[reads[1]], o.data[reads[2]]), true
	case len(reads) == 2:
		name, _ := json.Marshal(strings.TrimSpace(text(o.data["first_name"]) + " " + text(o.data["last_name"])))
		if string(name) == `""` {
			return "null", true
		}
		return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(name)), true
	case strings.HasSuffix(target.Name, "Connection"):
		return x.below(path, o, f)
	case !target.IsCompositeType():
		return x.leaf(path, def.Type, o.data[reads[0]])
	case isEmbedded(target, def):
		raw := o.data[reads[0]]
		if raw == nil && len(fallbackOf(def)) > 0 {
			var ok bool
			if raw, ok = x.fallBack(o, f); !ok {
				return x.fail(path, def.Type.NonNull)
			}
		}
		return x.embedded(path, def.Type, raw, f)
	}
	return x.edge(path, o, f, reads[0])
}

// fallBack is what an absent member would hold, had by another way; not ok stands for an error.
func (x *reference) fallBack(o object, f selectedField) (list json.RawMessage, ok bool) {
	args, typeName := fallbackOf(f.field.Definition), f.field.Definition.Type.Name()
	var rows []json.RawMessage
	if args["ids"] == "" {
		lead := text(o.data["id"])
		if !idPattern.MatchString(lead) || x.world.broken[typeName] != "" {
			return nil, false
		}
		rows = x.world.rows(typeName, lead)
	} else {
		raw := o.data[args["ids"]]
		if raw == nil || string(raw) == "null" {
			return nil, true
		}
		var ids []json.RawMessage
		if json.Unmarshal(raw, &ids) != nil {
			return nil, false
		}
		var seen []string
		for _, raw := range ids {
			id := text(raw)
			if !idPattern.MatchString(id) || x.world.broken[typeName] != "" {
				return nil, false
			}
			if object := x.world.object(typeName, id); object != nil && !slices.Contains(seen, id) {
				rows = append(rows, x.world.render(x.world.random("fallback"), object))
			}
			seen = append(seen, id)
		}
	}
	return json.RawMessage("[" + string(bytes.Join(toBytes(rows), []byte(","))) + "]"), true
}

func (x *reference) variant(union *ast.Definition, data map[string]json.RawMessage) string {
	member := union.Directives.ForName("discriminator").Arguments.ForName("field").Value.Raw
	raw, other := data[member], ""
	for _, def := range x.world.schema.GetPossibleTypes(union) {
		values := variantValues(def, union.Name)
		if len(values) == 0 {
			other = def.Name
		}
		if slices.Contains(values, text(raw)) {
			return def.Name
		}
	}
	return other
}
