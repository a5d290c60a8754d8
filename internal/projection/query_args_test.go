package projection_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// someMetrics are metrics of activity reports.
var someMetrics = []string{"calls.all.all.count", "calls.outbound.all.avg_duration", "leads.contacted.all.count", "emails.sent.all.count"}

// documentRoots are the root fields that stand in a document of Close, other than the viewer: reports, and definitions.
func documentRoots(schema *ast.Schema) []*ast.FieldDefinition {
	var fields []*ast.FieldDefinition
	for _, field := range schema.Query.Fields {
		report := strings.HasPrefix(operationOf(field), "GET /report/") || strings.HasPrefix(operationOf(field), "POST /report/")
		if report || definitionRoots[field.Name] || field.Name == "userAvailability" {
			fields = append(fields, field)
		}
	}
	return fields
}

// definitionRoots are the root fields that are the definition of a custom field, or of several.
var definitionRoots = map[string]bool{"customField": true, "customFieldAssociation": true, "customFieldSchema": true}

// operationOf is the operation that serves a field; "" when none does.
func operationOf(field *ast.FieldDefinition) string {
	if d := field.Directives.ForName("rest"); d != nil && d.Arguments.ForName("operation") != nil {
		return d.Arguments.ForName("operation").Value.Raw
	}
	return ""
}

// arguments are valid arguments of a field: those that it needs, and some of the others.
func (q *queryMaker) arguments(field *ast.FieldDefinition) string {
	var args []string
	for _, arg := range field.Arguments {
		if arg.Type.NonNull || arg.Name != "after" && q.r.IntN(2) == 0 {
			args = append(args, arg.Name+": "+q.value(field.Name, arg.Name, arg.Type))
		}
	}
	if len(args) == 0 {
		return ""
	}
	return "(" + strings.Join(args, ", ") + ")"
}

// value is a value for an argument or an input field of a root field.
func (q *queryMaker) value(root, name string, t *ast.Type) string {
	if t.Elem != nil {
		return "[" + q.value(root, name, t.Elem) + "]"
	}
	pick := func(values ...string) string { return values[q.r.IntN(len(values))] }
	switch def := q.schema.Types[t.Name()]; {
	case def.Kind == ast.InputObject:
		return q.input(root, def)
	case def.Kind == ast.Enum:
		values := slices.DeleteFunc(slices.Clone(def.EnumValues), func(v *ast.EnumValueDefinition) bool { return v.Name == "OTHER" })
		return values[q.r.IntN(len(values))].Name
	}
	switch t.Name() {
	case "Boolean":
		return pick("true", "false")
	case "Int":
		return fmt.Sprint(1 + q.r.IntN(6))
	case "DateTime":
		return map[string]string{"start": `"2026-01-01T00:00:00Z"`, "end": `"2026-03-01T12:00:00+02:00"`}[name]
	case "DateOrDateTime":
		if name == "end" {
			return pick(`"2026-03-01"`, `"2026-03-01T00:00:00Z"`)
		}
		return pick(`"2026-01-01"`, `"2026-01-01T00:00:00Z"`)
	case "ID":
		if name == "smartViewId" {
			return fmt.Sprintf("%q", q.view(viewKinds[root]))
		}
		return fmt.Sprintf("%q", q.id(argumentPrefixes[name]))
	}
	return fmt.Sprintf("%q", map[string]string{
		"metrics": pick(someMetrics...), "timeZone": pick("-5", "Europe/Vienna"), "query": "a", "statusLabels": "Won",
		"x": "lead.date_created", "y": "lead.count", "groupBy": "lead.status_label",
	}[name])
}

// argumentPrefixes are what the ids of arguments and input fields begin with.
var argumentPrefixes = map[string]string{
	"organizationId": "orga_", "pipelineId": "pipe_", "userId": "user_", "userIds": "user_", "id": "cf_", "fieldId": "cf_", "customActivityTypeId": "actitype_", "customObjectTypeId": "cotype_", "leadId": "lead_", "statusIds": "stat_",
}

// viewKinds are the kinds of objects that the Smart Views of reports find.
var viewKinds = map[string]string{
	"activityReport": "lead", "leadStatusReport": "lead", "opportunityStatusReport": "opportunity",
	"opportunityFunnelStages": "opportunity", "opportunityFunnelTotals": "opportunity",
}

// input is an input that does not contradict itself.
func (q *queryMaker) input(root string, def *ast.Definition) string {
	given := map[string]string{}
	for _, field := range def.Fields {
		if field.Type.NonNull || q.r.IntN(2) == 0 {
			given[field.Name] = q.value(root, field.Name, field.Type)
		}
	}
	need := func(name string) { given[name] = q.value(root, name, def.Fields.ForName(name).Type) }
	switch {
	case def.Directives.ForName("oneOf") != nil:
		clear(given)
		need(def.Fields[q.r.IntN(len(def.Fields))].Name)
	case def.Name == "DateRange":
		clear(given)
		need([]string{"eq", "gt", "lte"}[q.r.IntN(3)])
	case def.Name == "ReportDates" && len(given) == 0:
		need("start")
	case given["query"] != "":
		delete(given, "smartViewId")
	case given["type"] == "CREATED_COHORT":
		need("cohortRange")
	case given["type"] == "ACTIVE_STAGE_COHORT":
		delete(given, "cohortRange")
	}
	if given["interval"] != "" {
		delete(given, "step")
	}
	var fields []string
	for _, field := range def.Fields {
		if value := given[field.Name]; value != "" {
			fields = append(fields, field.Name+": "+value)
		}
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
