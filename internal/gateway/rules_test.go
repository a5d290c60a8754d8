package gateway

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// TestRules breaks rules of Close that can be checked before a call is made: the error stands at the value, and no call is
// made.
func TestRules(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	g := newTestGateway(t, s)
	many := func(n int, item string) string { return "[" + strings.Repeat(item+",", n) + "]" }
	file := func(url, kind string) string {
		return fmt.Sprintf(`{url: %q, filename: "a", contentType: %q}`, url, kind)
	}
	const (
		uploaded = "https://app.close.com/go/file/temporary/user_x/k/a/"
		onLead   = `leadId: "lead_x"`
		rich     = "rich text"
		email    = `{email: "a@b.example"}`
		lead     = `{type: "object_type", object_type: "lead"}`
	)
	for name, tt := range map[string]struct {
		mutation string // without what is selected
		field    string // the path below input, with dots; with a slash, that of another argument
		message  string // part of it
	}{
		"lead: status twice":              {`leadCreate(input: {status: "New", statusId: "stat_x"})`, "status", "not both"},
		"lead: change of status twice":    {`leadUpdate(id: "lead_x", input: {status: "New", statusId: "stat_x"})`, "status", "not both"},
		"lead: no change":                 {`leadUpdate(id: "lead_x", input: {})`, "", "at least one change"},
		"lead: merged with itself":        {`leadMerge(input: {source: "lead_x", destination: "lead_x"})`, "destination", "with itself"},
		"lead: merged with a contact":     {`leadMerge(input: {source: "cont_x", destination: "lead_x"})`, "source", "begin with lead_"},
		"lead: adds to no values":         {`leadCreate(input: {customFields: [{id: "cf_x", text: "a", change: ADD}]})`, "customFields.0.change", "no values yet"},
		"lead: custom field without id":   {`leadCreate(input: {customFields: [{id: "lead_x", text: "a"}]})`, "customFields.0", "not the id of a custom field"},
		"lead: custom field twice":        {`leadUpdate(id: "lead_x", input: {customFields: [{id: "cf_x", text: "a"}, {id: "cf_x", text: "b"}]})`, "customFields.1", "given twice"},
		"lead: status that is no id":      {`leadUpdate(id: "lead_x", input: {statusId: "a b"})`, "statusId", "not an id"},
		"lead: contact with a long name":  {`leadCreate(input: {contacts: [{name: "LONG"}]})`, "contacts.0.name", "1000 at most"},
		"lead: contact with a bad e-mail": {`leadCreate(input: {contacts: [{emails: [` + email + `, {email: "nobody"}]}]})`, "contacts.0.emails.1.email", "not an e-mail address"},

		"contact: long title":         {`contactCreate(input: {title: "LONG"})`, "title", "1000 at most"},
		"contact: too many e-mails":   {`contactCreate(input: {emails: ` + many(101, email) + `})`, "emails", "101 are too many; 100"},
		"contact: too many phones":    {`contactUpdate(id: "cont_x", input: {phones: ` + many(101, `{phone: "+1"}`) + `})`, "phones", "100 at most"},
		"contact: too many urls":      {`contactUpdate(id: "cont_x", input: {urls: ` + many(101, `{url: "https://a"}`) + `})`, "urls", "100 at most"},
		"contact: time zone":          {`contactCreate(input: {timezone: "Vienna"})`, "timezone", "IANA"},
		"contact: replaced and added": {`contactUpdate(id: "cont_x", input: {emails: [], addEmails: [` + email + `]})`, "emails", "not both"},

		"opportunity: confidence":         {`opportunityCreate(input: {confidence: 101})`, "confidence", "from 0 to 100"},
		"opportunity: confidence below":   {`opportunityUpdate(id: "oppo_x", input: {confidence: -1})`, "confidence", "from 0 to 100"},
		"opportunity: two notes":          {`opportunityCreate(input: {note: "a", noteHtml: "<body>a</body>"})`, "note", "not both"},
		"opportunity: two statuses":       {`opportunityUpdate(id: "oppo_x", input: {status: "Won", statusId: "stat_x"})`, "status", "not both"},
		"opportunity: file from anywhere": {`opportunityCreate(input: {attachments: [` + file("https://a.example/a", "") + `]})`, "attachments.0.url", "begin with https://app.close.com/go/file/"},

		"note: rich text without body":  {`noteCreate(input: {` + onLead + `, noteHtml: "<p>a</p>"})`, "noteHtml", rich},
		"note: rich text without ends":  {`noteUpdate(id: "acti_x", input: {noteHtml: "<body><p>a</body>"})`, "noteHtml", "XHTML"},
		"note: two texts":               {`noteCreate(input: {` + onLead + `, note: "a", noteHtml: "<body>a</body>"})`, "note", "not both"},
		"call: longer than a week":      {`callCreate(input: {duration: 604801})`, "duration", "from 0 to 604800"},
		"call: recording without TLS":   {`callCreate(input: {recordingUrl: "http://a.example/a.mp3"})`, "recordingUrl", "https://"},
		"call: two notes":               {`callUpdate(id: "acti_x", input: {note: "a", noteHtml: "<body>a</body>"})`, "note", "not both"},
		"meeting: no rich text":         {`meetingUpdate(id: "acti_x", input: {userNoteHtml: "a"})`, "userNoteHtml", rich},
		"custom activity: no rich text": {`customActivityUpdate(id: "acti_x", input: {customFields: [{id: "cf_x", html: "a"}]})`, "customFields.0.html", rich},
		"comment: no rich text":         {`commentCreate(input: {objectId: "acti_x", body: "a"})`, "body", rich},
		"custom object: adds to none":   {`customObjectCreate(input: {` + onLead + `, customObjectTypeId: "cotype_x", name: "a", customFields: [{id: "cf_x", text: "a", change: REMOVE}]})`, "customFields.0.change", "no values yet"},
		"custom object: no change":      {`customObjectUpdate(id: "custobj_x", input: {})`, "", "at least one change"},

		"e-mail: no sender":             {`emailCreate(input: {` + onLead + `, status: OUTBOX, to: ["a@b.example"]})`, "sender", "needs a sender"},
		"e-mail: sender without sign":   {`emailCreate(input: {` + onLead + `, status: DRAFT, sender: "Ada Rowe"})`, "sender", "neither an e-mail address nor"},
		"e-mail: not scheduled":         {`emailCreate(input: {` + onLead + `, status: SCHEDULED, sender: "Ada <a@b.example>"})`, "dateScheduled", "needs the time"},
		"e-mail: held up too long":      {`emailCreate(input: {` + onLead + `, status: OUTBOX, sender: "a@b.example", sendIn: 60})`, "sendIn", "from 0 to 59"},
		"e-mail: a draft held up":       {`emailUpdate(id: "acti_x", input: {status: DRAFT, sendIn: 5})`, "sendIn", "OUTBOX"},
		"e-mail: too many recipients":   {`emailUpdate(id: "acti_x", input: {cc: ` + many(501, `"a@b.example"`) + `})`, "cc", "500 at most"},
		"e-mail: recipient":             {`emailUpdate(id: "acti_x", input: {to: ["a@b.example", "Bo <bo>"]})`, "to.1", "neither an e-mail address nor"},
		"e-mail: long subject":          {`emailUpdate(id: "acti_x", input: {subject: "LONG"})`, "subject", "1000 at most"},
		"e-mail: followed up too early": {`emailUpdate(id: "acti_x", input: {followupSequenceDelay: 3600})`, "followupSequenceDelay", "86400 at least"},
		"e-mail: file from anywhere":    {`emailUpdate(id: "acti_x", input: {attachments: [{url: "https://a", filename: "a", size: 1}]})`, "attachments.0.url", "begin with"},
		"SMS: not scheduled":            {`smsCreate(input: {status: SCHEDULED, text: "a"})`, "dateScheduled", "needs the time"},
		"SMS: text and template":        {`smsUpdate(id: "acti_x", input: {text: "a", templateId: "smstmpl_x"})`, "text", "not both"},
		"SMS: to the inbox": {
			`smsCreate(sendToInbox: true, input: {status: SENT, text: "a"})`, "/sendToInbox", "came in",
		},
		"WhatsApp: to the inbox": {
			`whatsAppMessageCreate(sendToInbox: true, input: {` + onLead + `, contactId: "cont_x", externalWhatsappMessageId: "x", messageMarkdown: "a", direction: OUTGOING, localPhone: "1", remotePhone: "2", activityAt: "2026-03-18T09:30:00Z"})`,
			"/sendToInbox", "came in",
		},
		"SMS: too many files":         {`smsUpdate(id: "acti_x", input: {attachments: ` + many(11, file(uploaded, "image/png")) + `})`, "attachments", "10 at most"},
		"SMS: a file of another kind": {`smsCreate(input: {status: DRAFT, attachments: [` + file(uploaded, "application/zip") + `]})`, "attachments.0.contentType", "application/zip"},
		"WhatsApp: answers a lead":    {`whatsAppMessageUpdate(id: "acti_x", input: {responseToId: "lead_x"})`, "responseToId", "begin with acti_"},

		"Smart View: no query":            {`smartViewCreate(input: {name: "a", query: {type: "match_all"}})`, "query", "the member query"},
		"Smart View: finds anything":      {`smartViewUpdate(id: "save_x", input: {query: {query: {type: "match_all"}}})`, "query", "must say what it finds"},
		"Smart View: finds another thing": {`smartViewCreate(input: {name: "a", type: CONTACT, query: {query: {type: "and", queries: [` + lead + `]}}})`, "query", "the view is of the kind contact"},

		"task: a call without contact": {`taskCreate(input: {` + onLead + `, type: OUTGOING_CALL})`, "contactId", "needs the contact"},
		"task: no text":                {`taskCreate(input: {` + onLead + `})`, "text", "needs a text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mutation := strings.ReplaceAll(tt.mutation, "LONG", strings.Repeat("ä", 1001))
			body := map[string]any{"query": "mutation { it: " + mutation + " { userErrors { field message code } } }"}
			var got struct {
				Data struct {
					It struct {
						UserErrors []struct {
							Field         []string
							Message, Code string
						}
					}
				}
				Errors []struct{ Message string }
			}
			if err := json.Unmarshal(post(t, g, body, nil), &got); err != nil || len(got.Errors) > 0 {
				t.Fatalf("errors: %v %v", err, got.Errors)
			}
			if n := len(s.Requests()); n > 0 {
				t.Errorf("%d calls are made: %s", n, restCalls(s))
			}
			errs := got.Data.It.UserErrors
			if len(errs) != 1 {
				t.Fatalf("userErrors = %+v, want one", errs)
			}
			want := []string{"input"}
			if other, ok := strings.CutPrefix(tt.field, "/"); ok {
				want = []string{other}
			} else if tt.field != "" {
				want = append(want, strings.Split(tt.field, ".")...)
			}
			if diff := cmp.Diff(want, errs[0].Field); diff != "" || errs[0].Code != "INVALID" || !strings.Contains(errs[0].Message, tt.message) {
				t.Errorf("userError %+v, want %q at %v", errs[0], tt.message, want)
			}
		})
	}
}

// TestRulesLetThrough goes as far as Close lets one.
func TestRulesLetThrough(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	lead := s.IDs("lead")[0]
	emails := strings.Repeat(`{email: "a@b.example"},`, 100)
	query := fmt.Sprintf(`mutation {
		a: contactCreate(input: {leadId: %[1]q, name: %[2]q, timezone: "America/Argentina/Buenos_Aires", emails: [%[3]s]}) { userErrors { message } }
		b: opportunityCreate(input: {leadId: %[1]q, confidence: 100, noteHtml: "<body><p>Caf&eacute;<br/>&nbsp;</p></body>"}) { userErrors { message } }
		c: opportunityCreate(input: {leadId: %[1]q, confidence: 0, note: null, noteHtml: null}) { userErrors { message } }
		d: callCreate(input: {leadId: %[1]q, duration: 604800, recordingUrl: "https://a.example/a.mp3"}) { userErrors { message } }
		e: emailCreate(input: {leadId: %[1]q, status: DRAFT, sender: "\"Rowe, Ada\" <ada@b.example>", to: "Zoë <zoe@b.example>"}) { userErrors { message } }
		f: emailCreate(input: {leadId: %[1]q, status: OUTBOX, sendIn: 59, sender: "ada@b.example", to: ["zoe@b.example"]}) { userErrors { message } }
	}`, lead, strings.Repeat("ä", 1000), emails)
	var got struct {
		Data map[string]struct {
			UserErrors []struct{ Message string }
		}
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(post(t, newTestGateway(t, s), map[string]any{"query": query}, nil), &got); err != nil || len(got.Errors) > 0 || len(got.Data) != 6 {
		t.Fatalf("errors: %v %v", err, got.Errors)
	}
	for name, payload := range got.Data {
		if len(payload.UserErrors) > 0 {
			t.Errorf("%s: %v", name, payload.UserErrors)
		}
	}
}
