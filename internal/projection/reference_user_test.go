package projection_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// activeLeadType is the lead of a call that a user is in.
var activeLeadType = ast.NamedType("activeLead", nil)

// activeLead makes up such a lead.
func (w *world) activeLead(r *rand.Rand) map[string]json.RawMessage {
	lead := map[string]json.RawMessage{}
	for _, member := range []member{{"lead_id", idType}, {"display_name", stringType}} {
		if value := w.value(r, member.name, member.typ, 0); value != nil {
			lead[strings.TrimPrefix(member.name, "lead_")] = value
		}
	}
	return lead
}

// activeLead writes what hangs on it: the lead, or its name.
func (x *reference) activeLead(path []string, o object, f selectedField) (string, bool) {
	var lead struct {
		ID          string  `json:"id"`
		DisplayName *string `json:"display_name"`
	}
	if json.Unmarshal(o.data["lead"], &lead) != nil {
		return "null", true
	}
	switch {
	case f.field.Name == "lead" && lead.ID != "":
		return x.named(path, "Lead", lead.ID, f)
	case f.field.Name == "leadName" && lead.DisplayName != nil:
		var name strings.Builder
		encoder := json.NewEncoder(&name)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(*lead.DisplayName)
		return strings.TrimSpace(name.String()), true
	}
	return "null", true
}

// pinned are the Smart Views of a membership, in a document of their own.
func (w *world) pinned(membership string) json.RawMessage {
	r := w.random("pinned", membership)
	return w.render(r, w.members(r, w.schema.Types["PinnedViews"], 3))
}

// inPath reports whether a text can stand in a path.
func inPath(id string) bool {
	return id != "" && id != "." && id != ".." && !strings.ContainsAny(id, "/\\\n")
}

func (x *reference) pinned(path []string, o object, f selectedField) (string, bool) {
	id := text(o.data["id"])
	switch {
	case !inPath(id), x.world.broken["PinnedViews"] != "":
		return x.fail(path, false)
	}
	return x.fields(path, object{"PinnedViews", decode(x.world.pinned(id))}, f.sets, false)
}

// members writes who is in a group: as the row tells, or else as the group by itself does.
func (x *reference) members(path []string, o object, f selectedField) (string, bool) {
	members, id := o.data["members"], text(o.data["id"])
	if members == nil || string(members) == "null" {
		group := x.world.object("Group", id)
		if !inPath(id) || x.world.broken["Group"] != "" || group == nil {
			return x.fail(path, false)
		}
		members = group["members"]
	}
	return x.embedded(path, f.field.Definition.Type, members, f)
}
