package resolvers

import (
	"errors"
	"slices"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// eventObjects are the types of the objects that events are about, by Close's names (Close docs: Event Log).
var eventObjects = map[string]string{
	"lead": "Lead", "contact": "Contact", "opportunity": "Opportunity", "activity.email": "Email",
	"activity.email_thread": "EmailThread", "activity.call": "Call", "activity.sms": "SMS",
	"activity.whatsapp_message": "WhatsAppMessage", "activity.note": "Note", "activity.form_submission": "FormSubmission",
	"activity.custom_activity": "CustomActivity", "activity.lead_merge": "LeadMerge", "activity.meeting": "Meeting",
	"activity.lead_status_change":        "LeadStatusChange",
	"activity.opportunity_status_change": "OpportunityStatusChange",
	"activity.task_completed":            "TaskCompleted",
	"custom_object":                      "CustomObject", "status.lead": "LeadStatus", "status.opportunity": "OpportunityStatus",
	"saved_search": "SmartView", "comment": "Comment", "comment_thread": "CommentThread",
	"sequence": "Sequence", "sequence_subscription": "SequenceSubscription", "export.lead": "LeadExport",
	"export.opportunity": "OpportunityExport", "bulk_action.email": "BulkEmail", "bulk_action.edit": "BulkEdit",
	"bulk_action.delete": "BulkDelete", "bulk_action.sequence_subscription": "BulkSequenceSubscription", "group": "Group",
}

// eventSubjects are the objects that events are about, as far as they are there still.
func eventSubjects(events []projection.Parent) []projection.Reference {
	refs := make([]projection.Reference, len(events))
	for i, event := range events {
		kind := event.Text("object_type")
		typ := eventObjects[kind]
		if strings.HasPrefix(kind, "task.") {
			typ = "Task"
		}
		if typ != "" && event.Text("action") != "deleted" && event.Text("object_id") != "" {
			refs[i] = projection.Reference{Type: typ, ID: event.Text("object_id")}
		}
	}
	return refs
}

// eventCombinations are the sets of conditions that Close takes, each in alphabetical order (Close docs: Event Log).
var eventCombinations = []string{
	"", "requestId", "objectId objectType", "action objectType", "action objectId",
	"leadId", "leadId objectType", "action leadId objectType", "leadId userId", "leadId objectType userId",
	"action leadId objectType userId",
	"userId", "objectId userId", "action objectId userId", "objectType userId", "action objectType userId",
}

// checkEventFilter refuses the sets of conditions that Close refuses.
func checkEventFilter(filter map[string]any) error {
	given := map[string]bool{}
	var names []string
	for name, value := range filter {
		if value != nil && name != "dateUpdated" {
			given[name] = true
			names = append(names, name)
		}
	}
	slices.Sort(names)
	switch {
	case slices.Contains(eventCombinations, strings.Join(names, " ")):
		return nil
	case given["requestId"]:
		return errors.New("requestId goes with nothing but dateUpdated")
	case given["leadId"] && given["objectId"]:
		return errors.New("leadId does not go with objectId; give one of them")
	case len(names) == 1 && given["action"]:
		return errors.New("action needs objectType or objectId; give one of them too")
	case len(names) == 1 && given["objectType"]:
		return errors.New("objectType needs action, objectId, leadId or userId; give one of them too")
	case len(names) == 1 && given["objectId"]:
		return errors.New("objectId needs objectType, action or userId; give one of them too")
	case given["action"] && !given["objectType"] && !given["objectId"]:
		return errors.New("action with leadId or userId needs objectType too")
	case given["objectType"] && given["objectId"]:
		return errors.New("objectType with objectId goes with nothing else; the id alone says what object it is, so leave objectType out")
	}
	return errors.New("Close does not take these conditions together; see the description of EventFilter")
}
