package resolvers

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/closegraph/closegraph/internal/projection"
)

// rules are what Close asks of inputs beyond the values of single fields, which the schema limits itself (@limit). Some are
// refusals of Close that need not cost a call; others are about what Close would drop without a word.
func rules() map[string][]projection.Rule {
	return map[string][]projection.Rule{
		"LeadCreateInput":    {oneStatus, newValues},
		"LeadContactInput":   {newValues},
		"LeadUpdateInput":    {oneStatus},
		"LeadMergeInput":     {twoLeads},
		"ContactCreateInput": {newValues},
		"ContactUpdateInput": {
			oneWay("emails", "addEmails", "removeEmails"), oneWay("phones", "addPhones", "removePhones"),
			oneWay("urls", "addUrls", "removeUrls"),
		},
		"OpportunityCreateInput":       {oneNote, newValues},
		"OpportunityUpdateInput":       {oneNote, oneStatus},
		"NoteCreateInput":              {oneNote},
		"NoteUpdateInput":              {oneNote},
		"CallCreateInput":              {oneNote, newValues},
		"CallUpdateInput":              {oneNote},
		"EmailCreateInput":             {sender, scheduled, delayed},
		"EmailUpdateInput":             {delayed},
		"SMSCreateInput":               {scheduled, delayed, oneText, mediaFiles},
		"SMSUpdateInput":               {oneText, mediaFiles},
		"CustomActivityCreateInput":    {newValues},
		"CustomObjectCreateInput":      {newValues},
		"CustomFieldCreateInput":       {valuesOfType},
		"SmartViewCreateInput":         {newViewQuery},
		"SharedSchedulingLinkMapInput": {onePage},
		"SmartViewUpdateInput":         {viewQuery},
		"TaskCreateInput":              {newTask},
		"RoleCreateInput":              {onePermissions, oneVisibility},
		"RoleUpdateInput":              {onePermissions, oneVisibility},
	}
}

// wrong is one fault, at a path in the input.
func wrong(message string, path ...string) []projection.Fault {
	return []projection.Fault{{Path: path, Message: message}}
}

// notBoth refuses two fields that say the same thing in two ways.
func notBoth(one, other, message string) projection.Rule {
	return func(input map[string]any) []projection.Fault {
		if input[one] == nil || input[other] == nil {
			return nil
		}
		return wrong(message, one)
	}
}

// Close takes one of each two (Close docs: Leads, Opportunities), or the latter alone (Rich text, SMS).
var (
	oneStatus = notBoth("status", "statusId", "give the status by its label or by its id, not both")
	oneNote   = notBoth("note", "noteHtml", "give the note as plain text or as rich text, not both")
	oneText   = notBoth("text", "templateId", "give a text or a template, not both")
)

// onePage wants the page that a shared scheduling link becomes, in one of two ways (Close docs: Scheduling Links).
func onePage(input map[string]any) []projection.Fault {
	if (input["schedulingLinkId"] == nil) == (input["url"] == nil) {
		return wrong("give either schedulingLinkId or url")
	}
	return nil
}

// oneWay refuses to replace a list and to edit it at once.
func oneWay(list string, edits ...string) projection.Rule {
	return func(input map[string]any) []projection.Fault {
		_, whole := input[list]
		edited := slices.ContainsFunc(edits, func(name string) bool { return input[name] != nil })
		if !whole || !edited {
			return nil
		}
		return wrong("replace the list, or add to it and take from it, not both", list)
	}
}

// newValues refuses to add to the values of custom fields of what is only made (Close docs: Custom Fields).
func newValues(input map[string]any) []projection.Fault {
	var faults []projection.Fault
	for i, field := range objects(input["customFields"]) {
		if change := field["change"]; change == "ADD" || change == "REMOVE" {
			faults = append(faults, wrong("what is new has no values yet; give them without change", "customFields", strconv.Itoa(i), "change")...)
		}
	}
	return faults
}

// objects are the inputs in a list, or the one that stands for a list.
func objects(value any) []map[string]any {
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	inputs := make([]map[string]any, len(list))
	for i, element := range list {
		inputs[i], _ = element.(map[string]any)
	}
	return inputs
}

// twoLeads refuses to merge a lead with itself.
func twoLeads(input map[string]any) []projection.Fault {
	if input["source"] != input["destination"] {
		return nil
	}
	return wrong("a lead cannot be merged with itself", "destination")
}

// sender wants a sender for the statuses that Close wants one for (Close docs: Emails).
func sender(input map[string]any) []projection.Fault {
	status, _ := input["status"].(string)
	if input["sender"] != nil || !slices.Contains([]string{"INBOX", "SCHEDULED", "OUTBOX", "ERROR"}, status) {
		return nil
	}
	return wrong("an e-mail of the status "+status+" needs a sender", "sender")
}

// scheduled wants the time of what is to be sent later (Close docs: Emails, SMS).
func scheduled(input map[string]any) []projection.Fault {
	if input["status"] != "SCHEDULED" || input["dateScheduled"] != nil {
		return nil
	}
	return wrong("a message of the status SCHEDULED needs the time at which it is sent", "dateScheduled")
}

// delayed refuses to hold up what is not being sent (Close docs: Emails, SMS).
func delayed(input map[string]any) []projection.Fault {
	if input["sendIn"] == nil || input["status"] == nil || input["status"] == "OUTBOX" {
		return nil
	}
	return wrong("only a message of the status OUTBOX can be held up; to send it at a time of yours, use SCHEDULED and dateScheduled", "sendIn")
}

// mediaFiles wants files that text messages can carry (Close docs: SMS).
func mediaFiles(input map[string]any) []projection.Fault {
	var faults []projection.Fault
	if input["attachments"] == nil {
		return nil
	}
	for i, file := range objects(input["attachments"]) {
		kind, _ := file["contentType"].(string)
		if !slices.Contains(mediaTypes, kind) {
			message := fmt.Sprintf("a text message can carry %s and the like, not %q", strings.Join(mediaTypes[:4], ", "), kind)
			faults = append(faults, wrong(message, "attachments", strconv.Itoa(i), "contentType")...)
		}
	}
	return faults
}

// mediaTypes are the kinds of files that text messages can carry, the usual ones first (Close docs: SMS).
var mediaTypes = []string{
	"image/jpeg", "image/png", "image/gif", "application/pdf", "application/vcard", "audio/3gpp", "audio/3gpp2", "audio/L24",
	"audio/ac3", "audio/amr", "audio/amr-nb", "audio/basic", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/vnd.rn-realaudio",
	"audio/vnd.wave", "audio/webm", "image/bmp", "image/jpg", "image/tiff", "text/calendar", "text/csv", "text/directory",
	"text/richtext", "text/rtf", "text/vcard", "text/x-vcard", "video/3gpp", "video/3gpp-tt", "video/3gpp2", "video/H261",
	"video/H263", "video/H263-1998", "video/H263-2000", "video/H264", "video/mp4", "video/mpeg", "video/quicktime", "video/webm",
}

// newTask wants what the kind of task needs (Close docs: Tasks).
func newTask(input map[string]any) []projection.Fault {
	var faults []projection.Fault
	if call := input["type"] == "OUTGOING_CALL"; call && input["contactId"] == nil {
		faults = append(faults, wrong("a task of type OUTGOING_CALL needs the contact to call", "contactId")...)
	} else if !call {
		if text, _ := input["text"].(string); text == "" {
			faults = append(faults, wrong("a task of type LEAD needs a text", "text")...)
		}
		if input["agentConfigId"] != nil {
			faults = append(faults, wrong("only tasks of type OUTGOING_CALL have a voice agent", "agentConfigId")...)
		}
	}
	if input["isDateless"] == true && input["date"] != nil {
		faults = append(faults, wrong("a task cannot have a date and be without one", "isDateless")...)
	}
	return faults
}
