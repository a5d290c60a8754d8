package projection_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// queryMaker makes up valid queries over the whole schema: aliases, fragments on all kinds of types, merged fields,
// @skip and @include, connections.
type queryMaker struct {
	r         *rand.Rand
	schema    *ast.Schema
	id        func(prefix string) string // makes up an id
	view      func(kind string) string   // makes up the id of a Smart View of a kind of objects
	documents []*ast.FieldDefinition     // root fields that stand in a document
	fragments []string
	keys      int
}

// newQueryMaker makes queries for the objects of a world.
func newQueryMaker(seed uint64, schema *ast.Schema) *queryMaker {
	r := rand.New(rand.NewPCG(seed, 1))
	id := func(prefix string) string { return fmt.Sprint(prefix, r.IntN(6)) }
	return &queryMaker{r: r, schema: schema, id: id, view: func(string) string { return id("save_") }, documents: documentRoots(schema)}
}

// query is a query with its variables.
func (q *queryMaker) query() (string, map[string]any) {
	var b strings.Builder
	for range 1 + q.r.IntN(4) {
		q.keys++
		fmt.Fprintf(&b, " r%d: %s", q.keys, q.rootField())
	}
	text := "{" + b.String() + " }" + strings.Join(q.fragments, "")
	vars := map[string]any{"yes": true, "no": q.r.IntN(2) == 0, "cf": fmt.Sprintf("cf_%d", q.r.IntN(5))}
	var used []string // a variable that is not used makes a query invalid
	for _, declaration := range []string{"$yes: Boolean!", "$no: Boolean!", `$cf: ID = "cf_0"`} {
		name, _, _ := strings.Cut(declaration, ":")
		if strings.Contains(text, name) {
			used = append(used, declaration)
		} else {
			delete(vars, name[1:])
		}
	}
	if len(used) > 0 {
		text = "query Q(" + strings.Join(used, ", ") + ") " + text
	}
	return text, vars
}

func (q *queryMaker) rootField() string {
	id := func(prefix string) string { return fmt.Sprintf("%q", q.id(prefix)) }
	ids := []string{
		"task_", "lead_", "cont_", "oppo_", "user_", "orga_", "noti_", "acti_", "outcome_", "convtyp_", "tmpl_", "smstmpl_", "phon_", "emailacct_", "sdas_", "dial_",
		"blkph_", "schlnk_", "pipe_", "ilink_", "form_", "actitype_", "cotype_",
		"ev_", "whsub_", "seq_", "sub_", "bulkedit_", "bulkdelete_", "bulkemail_", "bulkseqsub_", "expo_",
	}
	switch q.r.IntN(21) {
	case 0, 1, 2:
		return fmt.Sprintf("tasks(first: %d) %s", 1+q.r.IntN(6), q.selection("TaskConnection", 5))
	case 3:
		return "viewer " + q.selection("Viewer", 4)
	case 4:
		return fmt.Sprintf("node(id: %s) %s", id(ids[q.r.IntN(len(ids))]), q.selection("Node", 3))
	case 5:
		return fmt.Sprintf("nodes(ids: [%s, %s, %s]) %s", id(ids[0]), id(ids[1]), id(ids[q.r.IntN(len(ids))]), q.selection("Node", 3))
	case 8:
		lists := q.lists()
		list := lists[q.r.IntN(len(lists))]
		if list.Type.Elem != nil {
			return list.Name + " " + q.selection(list.Type.Name(), 4)
		}
		return fmt.Sprintf("%s(%sfirst: %d) %s", list.Name, q.searched(list.Name), 1+q.r.IntN(6), q.selection(list.Type.Name(), 5))
	case 12:
		return fmt.Sprintf("search(%sfirst: %d) %s", q.searched("search"), 1+q.r.IntN(6), q.selection("SearchResultConnection", 5))
	case 9, 10:
		return fmt.Sprintf("activities(first: %d) %s", 1+q.r.IntN(6), q.selection("ActivityConnection", 5))
	case 11:
		return fmt.Sprintf("activity(id: %s) %s", id("acti_"), q.selection("Activity", 4))
	case 16, 17:
		return fmt.Sprintf("leads(first: %d) { nodes { activities(first: %d) %s } }",
			2+q.r.IntN(4), 1+q.r.IntN(4), q.selection("ActivityConnection", 3))
	case 13, 14:
		field := q.documents[q.r.IntN(len(q.documents))]
		return field.Name + q.arguments(field) + " " + q.selection(field.Type.Name(), 5)
	case 15:
		field := q.schema.Query.Fields.ForName("opportunityGroups")
		return field.Name + q.arguments(field) + " " + q.selection(field.Type.Name(), 5)
	case 18:
		return "leadStatuses " + q.selection("LeadStatus", 2)
	case 19:
		return "pipelines " + q.selection("Pipeline", 4)
	case 6:
		return fmt.Sprintf("lead(id: %s) %s", id("lead_"), q.selection("Lead", 4))
	case 7:
		return fmt.Sprintf("opportunity(id: %s) %s", id("oppo_"), q.selection("Opportunity", 4))
	}
	return fmt.Sprintf("task(id: %s) %s", id("task_"), q.selection("Task", 4))
}

// searched is the argument that says what a search is for; other lists have none.
func (q *queryMaker) searched(list string) string {
	if list != "search" {
		return ""
	}
	values := q.schema.Types["SearchObjectType"].EnumValues
	for {
		value := values[q.r.IntN(len(values))].Name
		if !slices.Contains([]string{"CONTACT_EMAIL", "CONTACT_PHONE", "CONTACT_URL", "ADDRESS"}, value) {
			return "type: " + value + ", "
		}
	}
}

// lists are the root fields that are connections, or plain lists of objects, and need no other argument.
func (q *queryMaker) lists() []*ast.FieldDefinition {
	var lists []*ast.FieldDefinition
	for _, field := range q.schema.Query.Fields {
		needs := slices.ContainsFunc(field.Arguments, func(a *ast.ArgumentDefinition) bool { return a.Type.NonNull })
		node := q.schema.Types[field.Type.Name()]
		if nodes := node.Fields.ForName("nodes"); nodes != nil {
			node = q.schema.Types[nodes.Type.Name()]
		} else if field.Type.Elem == nil {
			continue
		}
		if !needs && (node.IsAbstractType() || node.Directives.ForName("entity") != nil) {
			lists = append(lists, field)
		}
	}
	return lists
}

// selection is a selection set of a type.
func (q *queryMaker) selection(typeName string, depth int) string {
	def := q.schema.Types[typeName]
	var parts []string
	for range 1 + q.r.IntN(4) {
		parts = append(parts, q.part(def, depth))
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

// part is a field or a fragment.
func (q *queryMaker) part(def *ast.Definition, depth int) string {
	possible := q.schema.GetPossibleTypes(def)
	switch n := q.r.IntN(12); {
	case n == 0:
		return "__typename"
	case n == 1 && depth > 0:
		return "..." + q.directive() + " " + q.selection(def.Name, depth-1)
	case n == 2 && depth > 0:
		q.keys++
		name := fmt.Sprintf("F%d", q.keys)
		on := possible[q.r.IntN(len(possible))].Name
		q.fragments = append(q.fragments, fmt.Sprintf(" fragment %s on %s %s", name, on, q.selection(on, depth-1)))
		return "..." + name + q.directive()
	case def.IsAbstractType() || n == 3 && depth > 0:
		on := possible[q.r.IntN(len(possible))].Name
		if depth == 0 {
			return "__typename"
		}
		return "... on " + on + q.directive() + " " + q.selection(on, depth-1)
	}
	return q.field(def, depth)
}

func (q *queryMaker) field(def *ast.Definition, depth int) string {
	field := def.Fields[q.r.IntN(len(def.Fields))]
	target := q.schema.Types[field.Type.Name()]
	if target.IsCompositeType() && depth == 0 || strings.Contains(strings.ToLower(field.Name), "cursor") {
		return "__typename"
	}
	text := field.Name
	if len(field.Arguments) > 0 || q.r.IntN(3) == 0 { // equal keys with equal arguments merge; others need a key of their own
		q.keys++
		text = fmt.Sprintf("k%d: %s", q.keys, field.Name)
	}
	switch {
	case field.Name == "customField" && q.r.IntN(2) == 0:
		text += "(id: $cf)"
	case field.Name == "customField":
		text += fmt.Sprintf("(id: \"cf_%d\")", q.r.IntN(5))
	case field.Name == "value" && len(field.Arguments) > 0:
		text += fmt.Sprintf("(metric: %q)", someMetrics[q.r.IntN(len(someMetrics))])
	case len(field.Arguments) > 0:
		text += fmt.Sprintf("(first: %d)", 1+q.r.IntN(4))
	}
	text += q.directive()
	if target.IsCompositeType() {
		text += " " + q.selection(target.Name, depth-1)
	}
	return text
}

func (q *queryMaker) directive() string {
	if q.r.IntN(8) > 0 {
		return ""
	}
	return []string{
		" @include(if: $yes)", " @include(if: $no)", " @skip(if: $no)", " @skip(if: true)", " @include(if: true) @skip(if: $no)",
	}[q.r.IntN(5)]
}
