package projection_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// subject writes the object that a task is about.
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
	case kind == "sms_template":
		typeName = "SMSTemplate"
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

// shared writes the shared custom fields that a member names.
func (x *reference) shared(path []string, o object, f selectedField) (string, bool) {
	raw := o.data[readsOf(f.field.Definition)[0]]
	var ids []string
	if len(raw) > 0 && json.Unmarshal(raw, &ids) != nil {
		return x.fail(path, false)
	}
	if ids == nil {
		return "null", true
	}
	fields := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		fields[i], _ = json.Marshal(definitionOf(id))
	}
	return x.embedded(path, f.field.Definition.Type, json.RawMessage("["+string(bytes.Join(toBytes(fields), []byte(",")))+"]"), f)
}

// definitionOf is the definition of a custom field of the world; of one that has none, its id.
func definitionOf(id string) map[string]json.RawMessage {
	var definitions struct{ Fields []map[string]json.RawMessage }
	if err := json.Unmarshal([]byte(customDefinitions), &definitions); err != nil {
		panic(err)
	}
	for _, d := range definitions.Fields {
		if text(d["id"]) == id {
			return d
		}
	}
	quoted, _ := json.Marshal(id)
	return map[string]json.RawMessage{"id": quoted}
}

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

// statuses writes the statuses of a pipeline, which know their pipeline, and whose they are.
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
		for member, of := range map[string]string{"pipeline_id": "id", "organization_id": "organization_id"} {
			if _, own := status[member]; !own && o.data[of] != nil {
				status[member] = o.data[of]
			}
		}
		list[i] = x.world.render(x.world.random("status", string(element)), status)
	}
	raw = json.RawMessage("[" + string(bytes.Join(toBytes(list), []byte(","))) + "]")
	return x.embedded(path, f.field.Definition.Type, raw, f)
}
