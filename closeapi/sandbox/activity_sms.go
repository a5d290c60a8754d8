package sandbox

import "slices"

// smsFiles are the types of content that a text message can carry (Close docs: SMS).
var smsFiles = []string{
	"application/pdf", "application/vcard", "audio/3gpp", "audio/3gpp2", "audio/L24", "audio/ac3", "audio/amr", "audio/amr-nb",
	"audio/basic", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/vnd.rn-realaudio", "audio/vnd.wave", "audio/webm", "image/bmp",
	"image/gif", "image/jpeg", "image/jpg", "image/png", "image/tiff", "text/calendar", "text/csv", "text/directory",
	"text/richtext", "text/rtf", "text/vcard", "text/x-vcard", "video/3gpp", "video/3gpp-tt", "video/3gpp2", "video/H261",
	"video/H263", "video/H263-1998", "video/H263-2000", "video/H264", "video/mp4", "video/mpeg", "video/quicktime", "video/webm",
}

func smsResource() *resource {
	r := activityResource("sms", "sms", "SMS", slices.Concat(
		stored("text", "direction", "source"),
		messageMembers(), phoneMembers(),
		stored("cost", "error_message", "template_id", "agent_action_reason", "agent_config_id",
			"sequence_id", "sequence_name", "sequence_subscription_id"),
		[]*memberDef{derived("attachments", func(_ *view, o *object) any { return listOr(o.values["attachments"]) })},
	)...)
	r.writing = &writing{
		closed: true,
		params: []string{"send_to_inbox"},
		inputs: slices.Concat(
			common(onCreate|onUpdate, "lead_id", "contact_id", "user_id", "activity_at"),
			common(onCreate, "date_created", "created_by", "organization_id"),
			messageInputs(),
			[]input{
				{name: "text", on: onCreate | onUpdate, check: str(0)},
				{name: "template_id", on: onCreate | onUpdate, check: mayBe("sms_template")},
				{name: "local_phone", on: onCreate | onUpdate, check: phoneNumber},
				{name: "remote_phone", on: onCreate | onUpdate, check: phoneNumber},
				{name: "direction", on: onCreate, check: oneOf("inbound", "outbound")},
				{name: "source", on: onCreate, check: oneOf(inClose, external)},
				{name: "attachments", on: onCreate | onUpdate, check: attachments(attaching{
					kind: "sms", most: 10, required: []string{"content_type"}, types: smsFiles, media: true,
				})},
			},
		),
		create: createSMS,
		change: func(w *write, o *object, values map[string]any) fieldErrors {
			errs := settleSMS(w, o, values)
			settleMoments(values)
			return errs
		},
		delete: deleteActivity,
	}
	return r
}

func createSMS(w *write, values map[string]any) (*object, *apiError) {
	status := values["status"] // checked as required
	if values["direction"] == nil {
		values["direction"] = "outbound"
		if status == messageInbox {
			values["direction"] = "inbound"
		}
	}
	if values["source"] == nil {
		values["source"] = external
		if status != messageInbox && status != messageSent {
			values["source"] = inClose
		}
	}
	wanted, refused := w.c.sendToInbox()
	if refused != nil {
		return nil, refused
	}
	if errs := settleSMS(w, nil, values); len(errs) > 0 {
		return nil, refuseFields(errs)
	}
	sms := w.newActivity("sms", values)
	if wanted && status == messageInbox {
		w.notify(taskSMS, sms)
	}
	return sms, nil
}

// settleSMS checks the two ends of a message that is to be sent: ours must be a number of the organization.
func settleSMS(w *write, o *object, values map[string]any) fieldErrors {
	if errs := settleMessage(w, o, values); len(errs) > 0 {
		return errs
	}
	errs := fieldErrors{}
	switch merged(o, values, "status") {
	case messageScheduled, messageOutbox:
		switch number := merged(o, values, "local_phone"); {
		case number == nil:
			errs["local_phone"] = textRequired
		case !w.st.isInternal(number):
			errs["local_phone"] = "Not an internal phone number of your organization."
		}
		if merged(o, values, "remote_phone") == nil {
			errs["remote_phone"] = textRequired
		}
		if merged(o, values, "text") == nil && merged(o, values, "template_id") == nil && len(asList(merged(o, values, "attachments"))) == 0 {
			errs["text"] = textRequired
		}
	}
	return errs
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

// sendToInbox reads the parameter that asks for a notification.
func (c *call) sendToInbox() (bool, *apiError) {
	switch c.params.Get("send_to_inbox") {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, refuseField("send_to_inbox", "Value must be of bool type.")
}
