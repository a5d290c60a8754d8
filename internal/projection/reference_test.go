package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
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
	case strings.Contains(operationOf(def), " /report/"):
		return x.document(path, f)
	case def.Name == "opportunityGroups":
		return x.groups(path, f)
	case def.Name == "userAvailability":
		return x.document(path, f)
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

func (x *reference) subject(path []string, o object, f selectedField) (string, bool) {
	kind, id, typeName := text(o.data["object_type"]), text(o.data["object_id"]), "Lead"
	if kind == "" || id == "" {
		if id = text(o.data["lead_id"]); id == "" {
			return "null", true
		}
	} else if typeName = map[string]string{
		"opportunity": "Opportunity", "call": "Call", "emailthread": "EmailThread", "sms": "SMS",
	}[kind]; typeName == "" {
		return x.fields(path, object{"OtherTaskSubject", o.data}, f.sets, false)
	}
	return x.named(path, typeName, id, f)
}

// eventObject writes the object that an event is about.
func (x *reference) eventObject(path []string, o object, f selectedField) (string, bool) {
	kind, id := text(o.data["object_type"]), text(o.data["object_id"])
	area, name, _ := strings.Cut(kind, ".")
	typeName := camel(name)
	switch {
	case kind == "activity.sms":
		typeName = "SMS"
	case kind == "activity.whatsapp_message":
		typeName = "WhatsAppMessage"
	case kind == "saved_search":
		typeName = "SmartView"
	case area == "task":
		typeName = "Task"
	case area == "status":
		typeName += "Status"
	case area == "export":
		typeName += "Export"
	case area == "bulk_action":
		typeName = "Bulk" + typeName
	case name == "":
		typeName = camel(area)
	}
	known := slices.Contains(x.world.schema.Types["EventObject"].Types, typeName)
	if !known || area == "custom_fields" || id == "" || text(o.data["action"]) == "deleted" {
		return "null", true
	}
	return x.named(path, typeName, id, f)
}

// camel is a name of Close as a name of the schema's types.
func camel(name string) string {
	var out strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if word != "" {
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

// bulkAction writes the bulk action that did what an event tells of.
func (x *reference) bulkAction(path []string, o object, f selectedField) (string, bool) {
	id := text(o.data["bulk_action_id"])
	prefix, _, _ := strings.Cut(id, "_")
	typeName := map[string]string{"bulkedit": "BulkEdit", "bulkemail": "BulkEmail"}[prefix]
	if typeName == "" {
		return "null", true
	}
	return x.named(path, typeName, id, f)
}

// progress is how far work is.
func progress(status string, total, processed json.RawMessage) string {
	var all, done float64
	_ = json.Unmarshal(total, &all)
	_ = json.Unmarshal(processed, &done)
	switch {
	case status == "done":
		return "1"
	case all > 0 && done > 0:
		encoded, _ := json.Marshal(min(done/all, 1))
		return string(encoded)
	}
	return "0"
}

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

// commented writes what a thread of comments is about.
func (x *reference) commented(path []string, o object, f selectedField) (string, bool) {
	kind, _, _ := strings.Cut(text(o.data["object_type"]), ".")
	id, typeName := text(o.data["object_id"]), map[string]string{
		"activity": "Activity", "opportunity": "Opportunity", "lead": "Lead",
	}[kind]
	switch {
	case typeName == "" || id == "":
		return "null", true
	case !idPattern.MatchString(id):
		return x.fail(path, false)
	}
	if x.onlyID(typeName, f) {
		concrete := x.world.schema.GetPossibleTypes(x.world.schema.Types[typeName])[0].Name
		quoted, _ := json.Marshal(id)
		return x.fields(path, object{concrete, map[string]json.RawMessage{"id": quoted}}, f.sets, false)
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

// custom writes customFields, or one customField.
func (x *reference) custom(path []string, o object, f selectedField) (string, bool) {
	args := f.field.ArgumentMap(x.vars)
	order := []string{"cf_2", "cf_0", "cf_1", "cf_3", "cf_4"}
	if id, one := args["id"].(string); one {
		order = []string{id}
	}
	var definitions struct{ Fields []map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(customDefinitions), &definitions); err != nil {
		panic(err)
	}
	if reads := readsOf(f.field.Definition); len(reads) > 1 && text(o.data[reads[1]]) == "" { // it is of no type
		definitions.Fields = nil
		slices.Sort(order)
	}
	var entries []json.RawMessage
	for _, id := range order {
		raw, ok := o.data["custom."+id]
		if !ok || string(raw) == "null" {
			continue
		}
		field := map[string]json.RawMessage{"id": json.RawMessage(strconv.Quote(id))}
		for _, d := range definitions.Fields {
			if text(d["id"]) == id {
				field = d
			}
		}
		values := []json.RawMessage{raw}
		if raw[0] == '[' {
			values = nil
			_ = json.Unmarshal(raw, &values)
		}
		all := []map[string]json.RawMessage{}
		for _, value := range values {
			all = append(all, map[string]json.RawMessage{"kind": field["type"], "value": value})
		}
		entry := map[string]any{"field": field, "values": all}
		if len(all) > 0 {
			entry["value"] = all[0]
		}
		encoded, err := json.Marshal(entry)
		if err != nil {
			panic(err)
		}
		entries = append(entries, encoded)
	}
	if f.field.Definition.Type.Elem == nil {
		if len(entries) == 0 {
			return "null", true
		}
		return x.embedded(path, f.field.Definition.Type, entries[0], f)
	}
	list := json.RawMessage("[" + string(bytes.Join(toBytes(entries), []byte(","))) + "]")
	return x.embedded(path, f.field.Definition.Type, list, f)
}

// statuses writes the statuses of a pipeline, which know their pipeline.
func (x *reference) statuses(path []string, o object, f selectedField) (string, bool) {
	raw := o.data["statuses"]
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || list == nil {
		return x.embedded(path, f.field.Definition.Type, raw, f)
	}
	for i, element := range list {
		var status map[string]json.RawMessage
		if json.Unmarshal(element, &status) != nil || status == nil {
			continue
		}
		if _, own := status["pipeline_id"]; !own && o.data["id"] != nil {
			status["pipeline_id"] = o.data["id"]
		}
		list[i] = x.world.render(x.world.random("status", string(element)), status)
	}
	raw = json.RawMessage("[" + string(bytes.Join(toBytes(list), []byte(","))) + "]")
	return x.embedded(path, f.field.Definition.Type, raw, f)
}

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
