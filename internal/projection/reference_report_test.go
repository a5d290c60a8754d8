package projection_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// document writes a root field that stands in a document of Close.
func (x *reference) document(path []string, f selectedField) (string, bool) {
	def := f.field.Definition
	if strings.Contains(operationOf(def), "{org_id}") && f.field.ArgumentMap(x.vars)["organizationId"] == nil && !x.hasOrganization() {
		return x.fail(path, false)
	}
	raw := x.world.document(def)
	switch x.world.broken[def.Name] {
	case "cut", "html", "refused":
		return x.fail(path, false)
	case "empty":
		raw = json.RawMessage("[]")
	}
	data := decode(raw)
	switch {
	case data == nil && x.wantsAll(f):
		data = map[string]json.RawMessage{"_all": raw}
	case data == nil:
		return x.fail(path, false)
	}
	if def.Type.Elem != nil {
		return x.embedded(path, def.Type, data[readsOf(def)[0]], f)
	}
	return x.fields(path, object{def.Type.Name(), data}, f.sets, false)
}

// wantsAll reports whether the document itself is selected, whatever it holds.
func (x *reference) wantsAll(f selectedField) bool {
	for _, below := range x.collect(f.sets, x.world.schema.Types[f.field.Definition.Type.Name()]) {
		if below.field.Name != "__typename" && readsOf(below.field.Definition)[0] == "_all" {
			return true
		}
	}
	return false
}

// hasOrganization reports whether the credential tells one organization.
func (x *reference) hasOrganization() bool {
	viewer := x.world.object("Viewer", "user_1")
	if x.world.broken["Viewer"] != "" || viewer == nil {
		return false
	}
	var organizations []struct{ ID string }
	return json.Unmarshal(viewer["organizations"], &organizations) == nil && len(organizations) == 1 && organizations[0].ID != ""
}

// decode are the members of a JSON object, with the object itself among them as "_all"; nil for anything else.
func decode(raw json.RawMessage) map[string]json.RawMessage {
	var data map[string]json.RawMessage
	if json.Unmarshal(raw, &data) != nil || data == nil {
		return nil
	}
	data["_all"] = raw
	return data
}

// groups writes the grouped list of opportunities: what all its pages hold together.
func (x *reference) groups(path []string, f selectedField) (string, bool) {
	if x.world.broken["Opportunity"] != "" {
		return x.fail(path, false)
	}
	first, _ := strconv.Atoi(fmt.Sprint(f.field.ArgumentMap(x.vars)["first"]))
	all := x.world.grouped()
	page := all[:min(first, len(all))]
	data := x.world.head("Opportunity")
	data["data"] = json.RawMessage("[" + string(bytes.Join(toBytes(x.world.groups(page)), []byte(","))) + "]")
	data["page_info"] = json.RawMessage(fmt.Sprintf(`{"has_next_page":%t,"has_previous_page":false}`, len(page) < len(all)))
	return x.fields(path, object{f.field.Definition.Type.Name(), data}, f.sets, false)
}

// metrics writes what hangs on the names of metrics.
func (x *reference) metrics(path []string, o object, f selectedField) (string, bool) {
	raw := o.data[readsOf(f.field.Definition)[0]]
	if decode(raw) == nil {
		return "null", true
	}
	var all []string
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token() // the brace
	for decoder.More() {
		key, _ := decoder.Token()
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			panic(err)
		}
		name, _ := key.(string)
		number := string(value) == "null" || json.Unmarshal(value, new(float64)) == nil
		switch {
		case f.field.Name == "leads":
			all = append(all, fmt.Sprintf(`{"metric":%q,"queries":%s}`, name, value))
		case !number || name == "datetime" || name == "user_id":
		case f.field.Name == "values":
			all = append(all, fmt.Sprintf(`{"metric":%q,"value":%s}`, name, value))
		case name == f.field.ArgumentMap(x.vars)["metric"]:
			return x.leaf(path, f.field.Definition.Type, value)
		}
	}
	if f.field.Name == "value" {
		return "null", true
	}
	return x.embedded(path, f.field.Definition.Type, json.RawMessage("["+strings.Join(all, ",")+"]"), f)
}
