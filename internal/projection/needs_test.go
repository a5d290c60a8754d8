package projection_test

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// needs says which REST members a query needs of each type, from the query alone: whatever the objects are, no call may
// ask for more.
type needs struct {
	*reference
	members map[string]map[string]bool
}

func (n needs) root(op *ast.OperationDefinition) {
	for _, f := range n.collect([]ast.SelectionSet{op.SelectionSet}, n.world.schema.Query) {
		if f.field.Name == "__typename" {
			continue
		}
		target := n.world.schema.Types[f.field.Definition.Type.Name()]
		if strings.Contains(operationOf(f.field.Definition), "{org_id}") && f.field.ArgumentMap(n.vars)["organizationId"] == nil {
			n.add("Viewer", "organizations")
		}
		switch {
		case strings.HasSuffix(target.Name, "Connection"):
			n.page(target, f.sets)
		case target.Name == "OpportunityGroups":
			n.add("Opportunity", "id")
			n.object("", target, f.sets)
		case target.Name == "Node":
			for _, def := range n.world.schema.GetPossibleTypes(target) {
				if def.Kind == ast.Object {
					n.object(n.scopeOf(def), def, f.sets)
				}
			}
		default:
			n.object(target.Name, target, f.sets)
		}
	}
}

// page counts what the items of a connection need.
func (n needs) page(def *ast.Definition, sets []ast.SelectionSet) {
	n.add(n.nodeType(def), "id")
	for _, f := range n.collect(sets, def) {
		switch target := n.world.schema.Types[f.field.Definition.Type.Name()]; f.field.Name {
		case "nodes", "node":
			n.object(target.Name, target, f.sets)
		case "edges":
			n.page(target, f.sets)
		}
	}
}

// nodeType is the type of the objects of a connection, or of an edge of it.
func (n needs) nodeType(def *ast.Definition) string {
	if field := def.Fields.ForName("nodes"); field != nil {
		return field.Type.Name()
	}
	return def.Fields.ForName("node").Type.Name()
}

// scopeOf is the type as which a Node is loaded.
func (n needs) scopeOf(def *ast.Definition) string {
	for name, member := range map[string]string{"Activity": "_type", "Export": "type"} {
		if slices.Contains(def.Interfaces, name) {
			n.add(name, member)
			return name
		}
	}
	return def.Name
}

// object counts what an object needs. Its members go under scope; "" stands for objects inside another.
func (n needs) object(scope string, def *ast.Definition, sets []ast.SelectionSet) {
	n.add(scope, "id")
	if def.IsAbstractType() {
		n.add(scope, def.Directives.ForName("discriminator").Arguments.ForName("field").Value.Raw)
		if def.Name == "SearchResult" { // a search says for each type what it wants of it
			for _, variant := range n.world.schema.GetPossibleTypes(def) {
				n.object("search "+variant.Name, variant, sets)
			}
			return
		}
		for _, variant := range n.world.schema.GetPossibleTypes(def) {
			n.object(scope, variant, sets)
		}
		return
	}
	for _, f := range n.collect(sets, def) {
		if f.field.Name != "__typename" {
			n.field(scope, def, f)
		}
	}
}

func (n needs) field(scope string, def *ast.Definition, f selectedField) {
	field := f.field.Definition
	target := n.world.schema.Types[field.Type.Name()]
	if field.Directives.ForName("same") != nil {
		n.object(scope, target, f.sets)
		return
	}
	for _, member := range readsOf(field) {
		id, _ := f.field.ArgumentMap(n.vars)["id"].(string)
		n.add(scope, strings.ReplaceAll(member, "{id}", id))
	}
	switch {
	case slices.Contains([]string{"Task.subject", "Event.object", "EventMeta.bulkAction"}, def.Name+"."+field.Name):
		for _, possible := range n.world.schema.GetPossibleTypes(target) {
			if possible.Name == "OtherTaskSubject" {
				n.object(scope, possible, f.sets)
			} else if !n.only(possible.Name, f, map[string]string{"id": ""}) {
				n.object(possible.Name, possible, f.sets)
			}
		}
	case def.Name+"."+field.Name == "CommentThread.object":
		for _, possible := range n.world.schema.GetPossibleTypes(target) {
			if possible.Kind == ast.Object {
				n.object(n.scopeOf(possible), possible, f.sets)
			}
		}
	case target.Name == "CustomFieldValue":
		n.custom(f)
	case len(readsOf(field)) == 0: // there is nothing, but a plan tells so only when it runs
		if target.IsCompositeType() {
			n.object("", target, f.sets)
		}
	case !target.IsCompositeType():
	case strings.HasSuffix(target.Name, "Connection"):
		n.page(target, f.sets)
		if rest := field.Directives.ForName("rest").Arguments; rest.ForName("batch") != nil { // rows tell whose they are
			n.add(n.nodeType(target), rest.ForName("param").Value.Raw)
		} else if empty := rest.ForName("empty"); empty != nil {
			n.add(scope, empty.Value.Raw)
		}
	case def.Name+"."+field.Name == "OpportunityGroup.opportunities":
		n.object(target.Name, target, f.sets)
	case isEmbedded(target, field):
		n.object("", target, f.sets)
		if args := fallbackOf(field); len(args) > 0 {
			n.object(target.Name, target, f.sets)
			if args["ids"] != "" {
				n.add(scope, args["ids"])
			}
		}
	case field.Type.Elem == nil && n.only(target.Name, f, inlineOf(field)):
		for _, below := range n.collect(f.sets, target) {
			if member := inlineOf(field)[below.field.Name]; member != "" {
				n.add(scope, member)
			}
		}
	default:
		n.object(target.Name, target, f.sets)
	}
}

// custom counts what the values of custom fields lead to.
func (n needs) custom(f selectedField) {
	n.object("", n.world.schema.Types["CustomFieldValue"], f.sets)
}

func (n needs) add(typeName, member string) {
	if n.members[typeName] == nil {
		n.members[typeName] = map[string]bool{}
	}
	n.members[typeName][member] = true
}
