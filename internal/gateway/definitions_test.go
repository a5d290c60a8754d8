package gateway

import (
	"strings"
	"testing"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestWritesShowInDefinitions reads definitions, which are kept then, changes them, and sees the change: in themselves and in
// what shows them.
func TestWritesShowInDefinitions(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		read   string
		kept   string // the path that is not asked for again
		write  string // words in capitals are ids
		before string // in the answer; what is not there afterwards
		after  string
	}{
		"a lead status": {
			`{ leadStatuses { label } }`, "/status/lead/",
			`leadStatusUpdate(id: "LEADSTATUS", input: {label: "Prospect"})`, `"Potential"`, `"Prospect"`,
		},
		"the statuses of a pipeline": {
			`{ pipelines { statuses { label } } }`, "/pipeline/",
			`opportunityStatusUpdate(id: "DEALSTATUS", input: {label: "First talk"})`, `"Discovery"`, `"First talk"`,
		},
		"the name of a pipeline": {
			`{ opportunityStatuses { pipeline { name } } }`, "/pipeline/",
			`pipelineUpdate(id: "PIPELINE", input: {name: "Deals"})`, `"Sales"`, `"Deals"`,
		},
		"a field of leads": {
			`{ leads(first: 20) { nodes { customFields { field { name } } } } }`, "/custom_field_schema/lead/",
			`customFieldUpdate(of: LEAD, id: "LEADFIELD", input: {name: "Branch"})`, `"Industry"`, `"Branch"`,
		},
		"a field that is gone": {
			`{ leads(first: 20) { nodes { customFields { field { name type } } } } }`, "/custom_field_schema/lead/",
			`customFieldDelete(of: LEAD, id: "LEADFIELD")`, `"Industry"`, `"Sites"`,
		},
		"the fields of a type": {
			`{ customObjectTypes { fields { name } } }`, "/custom_object_type/",
			`customFieldDelete(of: CUSTOM_OBJECT, id: "OBJECTFIELD")`, `"Serial number"`, `"Sensors"`,
		},
		"a shared field": {
			`{ customFieldSchema(of: {kind: CONTACT}) { fields { name } } }`, "/custom_field_schema/contact/",
			`customFieldAssociationDelete(fieldId: "SHAREDFIELD", of: {kind: CONTACT})`, `"Region"`, `"Birthday"`,
		},
		"a custom activity type": {
			`{ customActivities(first: 9) { nodes { customActivityType { name } } } }`, "/custom_activity/",
			`customActivityTypeUpdate(id: "ACTIVITYTYPE", input: {name: "Inspection"})`, `"Site audit"`, `"Inspection"`,
		},
		"an integration link": {
			`{ integrationLinks { name } }`, "/integration_link/",
			`integrationLinkUpdate(id: "LINK", input: {name: "Books"})`, `"Find in the ERP"`, `"Books"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.RunT(t)
			g := newTestGateway(t, s)
			first := func(resource string) string { return s.IDs(resource)[0] }
			write := strings.NewReplacer(
				"LEADSTATUS", first("lead_status"), "DEALSTATUS", first("opportunity_status"), "PIPELINE", first("pipeline"),
				"LEADFIELD", first("custom_field_lead"), "OBJECTFIELD", first("custom_field_custom_object_type"),
				"SHAREDFIELD", first("custom_field_shared"), "ACTIVITYTYPE", first("custom_activity_type"), "LINK", first("integration_link"),
			).Replace(tt.write)
			read := func() string {
				s.ResetRequests()
				return string(post(t, g, map[string]any{"query": tt.read}, nil))
			}
			if answer := read(); !strings.Contains(answer, tt.before) {
				t.Fatalf("there is no %s: %s", tt.before, answer)
			}
			if read(); strings.Contains(restCalls(s), tt.kept) {
				t.Errorf("%s is asked for again", tt.kept)
			}
			answer := string(post(t, g, map[string]any{"query": `mutation { ` + write + ` { userErrors { field message } } }`}, nil))
			if !strings.Contains(answer, `"userErrors":[]`) {
				t.Fatalf("%s: %s", write, answer)
			}
			if answer := read(); strings.Contains(answer, tt.before) || !strings.Contains(answer, tt.after) || strings.Contains(answer, "errors") {
				t.Errorf("then %s", answer)
			}
		})
	}
}
