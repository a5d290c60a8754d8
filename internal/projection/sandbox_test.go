package projection_test

import (
	"maps"
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
	"SmartView": "saved_search", "Event": "event", "Webhook": "webhook", "Sequence": "sequence", "SequenceSubscription": "sequence_subscription",
	"BulkEdit": "bulk_edit", "BulkDelete": "bulk_delete", "BulkEmail": "bulk_email", "BulkSequenceSubscription": "bulk_sequence_subscription",
	"LeadExport": "export", "OpportunityExport": "export",
	"LeadStatus": "lead_status", "OpportunityStatus": "opportunity_status", "Pipeline": "pipeline",
}

// TestMembersAreKnown finds names of members in the schema that Close does not have. Close would ignore them without a
// word.
func TestMembersAreKnown(t *testing.T) {
	t.Parallel()
	schema := graph.NewExecutableSchema(graph.Config{}).Schema()
	s := sandbox.RunT(t)
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		def := schema.Types[name]
		if def.Kind != ast.Object || def.Directives.ForName("entity") == nil && name != "Viewer" {
			continue
		}
		known := s.Fields(resources[name])
		if len(known) == 0 {
			t.Errorf("the sandbox does not declare %s", name)
		}
		for _, field := range def.Fields {
			for _, member := range membersOf(schema, def, field) {
				// The one activity without a contact is an Activity all the same; its contact is never there.
				if name+"."+field.Name == "TaskCompleted.contact" {
					continue
				}
				if !slices.Contains(known, member.name) {
					t.Errorf("%s.%s reads %s, which Close does not have", name, field.Name, member.name)
				}
			}
		}
	}
}

// TestRandomQueriesOnSandbox runs random queries on a strict sandbox, which fails the test for any parameter or member
// that Close does not know. Whatever is asked, nothing may fail but what is not there.
func TestRandomQueriesOnSandbox(t *testing.T) {
	t.Parallel()
	g := newGraph(t)
	s := sandbox.RunT(t)
	for seed := uint64(1); seed <= 400; seed++ {
		maker := newQueryMaker(seed, g.full)
		maker.id = func(prefix string) string {
			ids := idsWith(s, g.full, prefix)
			return ids[maker.r.IntN(len(ids))]
		}
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

// idsWith are ids of the demo data with a prefix.
func idsWith(s *sandbox.Server, schema *ast.Schema, prefix string) []string {
	for name, resource := range resources {
		d := schema.Types[name].Directives.ForName("entity")
		if d == nil {
			continue
		}
		for _, child := range d.Arguments.ForName("prefixes").Value.Children {
			if child.Value.Raw == prefix {
				return slices.DeleteFunc(s.IDs(resource), func(id string) bool { return !strings.HasPrefix(id, prefix) })
			}
		}
	}
	return nil
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
