package resolvers

import (
	"context"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// Code is what the directives of the schema cannot say.
func Code() projection.Code {
	return projection.Code{
		Compute: map[string]projection.Compute{
			"User.name":                         fullNames,
			"Viewer.name":                       fullNames,
			"Lead.customFields":                 customFieldsOf("lead"),
			"Lead.customField":                  customFieldOf("lead"),
			"Contact.customFields":              customFieldsOf("contact"),
			"Contact.customField":               customFieldOf("contact"),
			"Opportunity.customFields":          customFieldsOf("opportunity"),
			"Opportunity.customField":           customFieldOf("opportunity"),
			"BulkEdit.isDone":                   workDone,
			"BulkEdit.progress":                 workProgress("n_objects", "n_objects_processed"),
			"BulkDelete.isDone":                 workDone,
			"BulkDelete.progress":               workProgress("n_objects", "n_objects_processed"),
			"BulkEmail.isDone":                  workDone,
			"BulkEmail.progress":                workProgress("n_objects", "n_objects_processed"),
			"BulkSequenceSubscription.isDone":   workDone,
			"BulkSequenceSubscription.progress": workProgress("n_objects", "n_objects_processed"),
			"LeadExport.isDone":                 workDone,
			"LeadExport.progress":               workProgress("n_docs", "n_docs_processed"),
			"OpportunityExport.isDone":          workDone,
			"OpportunityExport.progress":        workProgress("n_docs", "n_docs_processed"),
			"OtherExport.isDone":                workDone,
			"OtherExport.progress":              workProgress("n_docs", "n_docs_processed"),
		},
		Refer: map[string]projection.Refer{
			"Task.subject":           taskSubjects,
			"Event.object":           eventSubjects,
			"EventMeta.bulkAction":   eventBulkActions,
			"FieldEnrichment.object": enrichedObjects,
		},
		Check: map[string]projection.Check{
			"TaskFilter":                    checkTaskFilter,
			"DateRange":                     checkRange,
			"DateTimeRange":                 checkRange,
			"SequenceSubscriptionFilter":    checkSequenceSubscriptions,
			"EventFilter":                   checkEventFilter,
			"Query.activities":              checkActivities,
			"ActivityListFilter":            checkActivityList,
			"CustomActivityFilter":          checkActivityList,
			"FormSubmissionFilter":          checkActivityList,
			"OpportunityStatusChangeFilter": checkActivityList,
			"Lead.activities":               checkActivityDates,
		},
		Spread: map[string]projection.Spread{
			"CustomFieldInput": spreadCustomField,
		},
		Search: map[string]projection.Searcher{
			"Query.search":      searchFor,
			"SmartView.results": smartViewSearch,
		},
	}
}

// fullNames are the names of users: first and last name, as far as there are any.
func fullNames(_ context.Context, c projection.Computation) ([]any, error) {
	names := make([]any, len(c.Parents))
	for i, user := range c.Parents {
		if name := strings.TrimSpace(user.Text("first_name") + " " + user.Text("last_name")); name != "" {
			names[i] = name
		}
	}
	return names, nil
}
