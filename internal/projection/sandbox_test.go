package projection_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/graph"
)

// resources are the names of the schema's objects in the sandbox.
var resources = map[string]string{
	"Task": "task", "Lead": "lead", "Contact": "contact", "Opportunity": "opportunity", "User": "user", "Viewer": "me",
	"Organization": "organization", "Call": "call", "EmailThread": "emailthread", "SMS": "sms",
	"Note": "note", "Email": "email", "WhatsAppMessage": "whatsapp_message", "Meeting": "meeting", "Created": "created",
	"CustomActivity": "custom_activity", "FormSubmission": "form_submission", "LeadStatusChange": "lead_status_change",
	"OpportunityStatusChange": "opportunity_status_change", "TaskCompleted": "task_completed", "LeadMerge": "lead_merge",
	"ImportUpdate": "import_update", "Comment": "comment", "CommentThread": "comment_thread", "CustomObject": "custom_object",
	"Outcome": "outcome", "Playbook": "playbook", "EmailTemplate": "email_template", "SMSTemplate": "sms_template", "PhoneNumber": "phone_number",
	"ConnectedAccount": "connected_account", "SendAs": "send_as", "Dialer": "dialer", "BlockedPhoneNumber": "blocked_phone_number",
	"SchedulingLink": "scheduling_link", "SharedSchedulingLink": "shared_scheduling_link",
	"SmartView": "saved_search", "Event": "event", "Webhook": "webhook", "Sequence": "sequence", "SequenceSubscription": "sequence_subscription",
	"Membership": "membership", "Role": "role", "Group": "group",
	"BulkEdit": "bulk_edit", "BulkDelete": "bulk_delete", "BulkEmail": "bulk_email", "BulkSequenceSubscription": "bulk_sequence_subscription",
	"LeadExport": "export", "OpportunityExport": "export",
	"LeadStatus": "lead_status", "OpportunityStatus": "opportunity_status", "Pipeline": "pipeline", "IntegrationLink": "integration_link", "CustomActivityType": "custom_activity_type", "CustomObjectType": "custom_object_type", "Form": "form",
	"ActivityReportMetric": "report_metric", "FunnelStage": "funnel_stage", "FunnelTotals": "funnel_totals", "SentEmailStat": "sent_email_stat",
	"LeadStatusOverview": "status_overview", "LeadStatusTransition": "status_transition",
	"OpportunityStatusOverview": "status_overview", "OpportunityStatusTransition": "status_transition",
}

// TestMembersAreKnown finds names of members in the schema that Close does not have. Close would ignore them without a
// word.
func TestMembersAreKnown(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	s := sandbox.RunT(t)
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if def.Kind != ast.Object || def.Directives.ForName("entity") == nil && resources[name] == "" {
			continue
		}
		known := s.Fields(resources[name])
		if len(known) == 0 {
			t.Errorf("the sandbox does not declare %s", name)
		}
		for _, field := range def.Fields {
			for _, member := range membersOf(schema, def, field) {
				if !slices.Contains(known, member.name) {
					t.Errorf("%s.%s reads %s, which Close does not have", name, field.Name, member.name)
				}
			}
		}
	}
}

// TestMembersOnRequest finds members that Close sends on request alone, and of which the schema does not say so, or says so
// in vain.
func TestMembersOnRequest(t *testing.T) {
	t.Parallel()
	schema := graph.Schema()
	s := sandbox.RunT(t)
	for _, name := range []string{"Lead", "Contact", "Opportunity", "Call", "Meeting", "Email", "Note"} {
		def := schema.Types[name]
		_, path, _ := strings.Cut(def.Directives.ForName("entity").Arguments.ForName("operation").Value.Raw, " ")
		plain := get(t, s, strings.Replace(path, "{id}", s.IDs(resources[name])[0], 1))
		for _, field := range def.Fields {
			target := schema.Types[field.Type.Name()]
			for _, member := range membersOf(schema, def, field) {
				_, sent := plain[member.name]
				onRequest := field.Directives.ForName("onRequest") != nil || target.Directives.ForName("onRequest") != nil
				if sent == onRequest {
					t.Errorf("%s.%s: Close sends %s without being asked: %v; @onRequest: %v", name, field.Name, member.name, sent, onRequest)
				}
			}
		}
	}
}

// get is an object of the sandbox as it is sent when no members are named.
func get(t *testing.T, s *sandbox.Server, path string) map[string]json.RawMessage {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.close.com/api/v1"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(sandbox.DemoKey, "")
	resp, err := s.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var object map[string]json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&object); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d, %v", path, resp.StatusCode, err)
	}
	return object
}

// TestRandomQueriesOnSandbox runs random queries on a strict sandbox, which fails the test for any parameter or member
// that Close does not know. Whatever is asked, nothing may fail but what is not there.
func TestRandomQueriesOnSandbox(t *testing.T) {
	t.Parallel()
	g := newGraph(t)
	s := sandbox.RunT(t)
	views := map[string]string{"lead": viewOf(t, s, "lead"), "opportunity": viewOf(t, s, "opportunity")}
	for seed := uint64(1); seed <= 400; seed++ {
		maker := newQueryMaker(seed, g.full)
		maker.id = func(prefix string) string {
			ids := idsWith(s, g.full, prefix)
			return ids[maker.r.IntN(len(ids))]
		}
		maker.view = func(kind string) string { return views[kind] }
		maker.documents = slices.DeleteFunc(maker.documents, func(f *ast.FieldDefinition) bool {
			return f.Name == "customField" || f.Name == "customFieldAssociation" // whose arguments have to fit each other
		})
		query, vars := maker.query()
		s.ResetRequests()
		resp, op := g.do(t, s.Transport(), query, vars)
		if resp == nil {
			continue
		}
		for _, e := range resp.Errors {
			t.Fatalf("seed %d: %s\n%v", seed, query, e)
		}
		if most := mostCalls(op); len(s.Requests()) > most {
			t.Fatalf("seed %d: %d calls, want at most %d: %s", seed, len(s.Requests()), most, query)
		}
	}
}

// viewOf is the id of a Smart View of the demo data that finds a kind of objects.
func viewOf(t *testing.T, s *sandbox.Server, kind string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.close.com/api/v1/saved_search/?type="+kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(sandbox.DemoKey, "")
	resp, err := s.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil || len(list.Data) == 0 {
		t.Fatalf("there is no Smart View of kind %s (%v)", kind, err)
	}
	return list.Data[0].ID
}

// idsWith are ids of the demo data with a prefix: of a Node, where ids of another type begin alike.
func idsWith(s *sandbox.Server, schema *ast.Schema, prefix string) []string {
	var others []string
	for name, resource := range resources {
		d := schema.Types[name].Directives.ForName("entity")
		if d == nil || !slices.ContainsFunc(d.Arguments.ForName("prefixes").Value.Children, func(c *ast.ChildValue) bool { return c.Value.Raw == prefix }) {
			continue
		}
		ids := slices.DeleteFunc(s.IDs(resource), func(id string) bool { return !strings.HasPrefix(id, prefix) })
		if slices.Contains(schema.Types[name].Interfaces, "Node") {
			return ids
		}
		others = ids
	}
	return others
}

// mostCalls is how many calls an operation may need at the most: one for each type and level, and one for each list that
// a lead has, of which a page of this test's queries shows six.
func mostCalls(op *ast.OperationDefinition) int {
	levels, lists := 0, 0
	var walk func(set ast.SelectionSet, level int)
	walk = func(set ast.SelectionSet, level int) {
		levels = max(levels, level)
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if s.Name == "tasks" || s.Name == "subscriptions" || s.Name == "sequenceSubscriptions" {
					lists++
				}
				walk(s.SelectionSet, level+1)
			case *ast.InlineFragment:
				walk(s.SelectionSet, level)
			case *ast.FragmentSpread:
				walk(s.Definition.SelectionSet, level)
			}
		}
	}
	walk(op.SelectionSet, 0)
	return len(resources)*levels + 6*lists
}
