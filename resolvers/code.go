package resolvers

import (
	"bytes"
	"context"

	"github.com/closegraph/closegraph/internal/projection"
)

// Code is what the directives of the schema cannot say.
func Code() projection.Code {
	return projection.Code{
		Compute: map[string]projection.Compute{
			"TaskCompleted.contact":       nothing,
			"Lead.customFields":           customFieldsOf(definedFor("lead")),
			"Lead.customField":            customFieldOf(definedFor("lead")),
			"Contact.customFields":        customFieldsOf(definedFor("contact")),
			"Contact.customField":         customFieldOf(definedFor("contact")),
			"Opportunity.customFields":    customFieldsOf(definedFor("opportunity")),
			"Opportunity.customField":     customFieldOf(definedFor("opportunity")),
			"CustomActivity.customFields": customFieldsOf(definedByType("activity", "custom_activity_type_id")),
			"CustomActivity.customField":  customFieldOf(definedByType("activity", "custom_activity_type_id")),
			"CustomObject.customFields":   customFieldsOf(definedByType("custom_object", "custom_object_type_id")),
			"CustomObject.customField":    customFieldOf(definedByType("custom_object", "custom_object_type_id")),
			"Call.customFields":           customFieldsOf(definedShared),
			"Call.customField":            customFieldOf(definedShared),
			"Playbook.customFields":       sharedFields("custom_field_ids"),

			"ActivityReportQueries.leads":        reportQueries,
			"ActivityReportTotals.values":        reportValues("totals"),
			"ActivityReportTotals.value":         reportValue("totals"),
			"ActivityReportRow.values":           reportValues("_all"),
			"ActivityReportRow.value":            reportValue("_all"),
			"Pipeline.statuses":                  pipelineStatuses,
			"Group.members":                      groupMembers,
			"Membership.pinnedViews":             pinnedViews,
			"OrganizationMembership.pinnedViews": pinnedViews,
			"Role.dateCreated":                   roleDates("date_created"),
			"Role.dateUpdated":                   roleDates("date_updated"),
			"ActiveCall.leadName":                activeCallLeadNames,
			"BulkEdit.isDone":                    workDone,
			"BulkEdit.progress":                  workProgress("n_objects", "n_objects_processed"),
			"BulkDelete.isDone":                  workDone,
			"BulkDelete.progress":                workProgress("n_objects", "n_objects_processed"),
			"BulkEmail.isDone":                   workDone,
			"BulkEmail.progress":                 workProgress("n_objects", "n_objects_processed"),
			"BulkSequenceSubscription.isDone":    workDone,
			"BulkSequenceSubscription.progress":  workProgress("n_objects", "n_objects_processed"),
			"LeadExport.isDone":                  workDone,
			"LeadExport.progress":                workProgress("n_docs", "n_docs_processed"),
			"OpportunityExport.isDone":           workDone,
			"OpportunityExport.progress":         workProgress("n_docs", "n_docs_processed"),
			"OtherExport.isDone":                 workDone,
			"OtherExport.progress":               workProgress("n_docs", "n_docs_processed"),
		},
		Compose: map[string]projection.Compose{
			"User.name":   fullName,
			"Viewer.name": fullName,
		},
		Refer: map[string]projection.Refer{
			"ActiveCall.lead":        activeCallLeads,
			"CommentThread.object":   commentedObjects,
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
			"EmailTemplateRecipient":        checkRecipient,
			"ActivityReportInput":           checkActivityReport,
			"FunnelReportInput":             checkFunnelReport,
			"LeadStatusReportInput":         checkStatusReport,
			"OpportunityStatusReportInput":  checkStatusReport,
			"CustomReportInput":             checkCustomReport,
			"ReportPeriod":                  checkPeriod,
			"ReportDates":                   checkDates,
		},
		Find: map[string]projection.Find{
			"{org_id}": callersOrganization,
		},
		Path: map[string]projection.Path{
			"Query.customFieldSchema":      schemaWords.spell,
			"Query.customFieldAssociation": associationWords.spell,
		},
		Rules: rules(),
		Spread: map[string]projection.Spread{
			"CustomFieldInput": spreadCustomField,
		},
		Search: map[string]projection.Searcher{
			"Query.search":      searchFor,
			"SmartView.results": smartViewSearch,
		},
	}
}

// nothing is the field of an interface that objects of a type do not have.
func nothing(_ context.Context, c projection.Computation) ([]any, error) {
	return make([]any, len(c.Parents)), nil
}

// fullName is the name of a user: first and last name, as far as there are any.
func fullName(dst []byte, user projection.Parent) []byte {
	from := len(dst)
	dst = append(user.AppendText(dst, "first_name"), ' ')
	dst = user.AppendText(dst, "last_name")
	return append(dst[:from], bytes.TrimSpace(dst[from:])...)
}
