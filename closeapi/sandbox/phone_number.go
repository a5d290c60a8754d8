package sandbox

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// phoneNumberResource are the numbers of the organization (Close docs: Phone Numbers).
func phoneNumberResource() *resource {
	return &resource{
		name: "phone_number", path: "/phone_number/", group: "other", modern: true, read: true,
		members: slices.Concat(
			[]*memberDef{idMember(), organizationMember()},
			stored("number"),
			[]*memberDef{derived("number_formatted", func(_ *view, o *object) any { return formatPhone(o.values["number"]) })},
			stored("label", "type", "country", "carrier", "carrier_type", "user_id", "is_group_number", "participants"),
			stored("forward_to", "forward_to_enabled"),
			[]*memberDef{derived("forward_to_formatted", func(_ *view, o *object) any { return formatPhone(o.values["forward_to"]) })},
			stored("phone_numbers"),
			[]*memberDef{derived("phone_numbers_formatted", func(_ *view, o *object) any {
				list := []any{}
				for _, number := range listOf(o, "phone_numbers") {
					list = append(list, formatPhone(number))
				}
				return list
			})},
			stored("press_1_to_accept", "inbound_ring_duration", "voicemail_greeting_url", "sms_enabled", "mms_enabled"),
			[]*memberDef{
				derived("supports_sms_to_countries", reach("sms_enabled")), derived("supports_mms_to_countries", reach("mms_enabled")),
				constant("is_premium", false), constant("is_verified", false), constant("was_ported", false),
				constant("address_id", nil), constant("last_billed_price", nil),
			},
			stored("bundle_id", "next_billing_on", "date_created", "date_updated"),
		),
		list: &listing{
			maxLimit: 100, maxSkip: defaultMaxSkip,
			filters: []filter{text("number", equal), text("user_id", equal), boolean("is_group_number")},
		},
		writing: &writing{
			closed: true,
			inputs: []input{
				{name: "label", on: onUpdate, check: str(0)},
				{name: "forward_to", on: onUpdate, check: phoneNumber},
				{name: "forward_to_enabled", on: onUpdate, notNull: true, check: yesOrNo},
				{name: "press_1_to_accept", on: onUpdate, notNull: true, check: yesOrNo},
				{name: "inbound_ring_duration", on: onUpdate, check: integer(15, 90)},
				{name: "voicemail_greeting_url", on: onUpdate, check: link("https")},
				{name: "participants", on: onUpdate, notNull: true, check: refs("user")},
				{name: "phone_numbers", on: onUpdate, notNull: true, check: phoneList},
			},
			change: func(_ *write, o *object, values map[string]any) fieldErrors {
				if _, given := values["participants"]; given && !o.is("is_group_number") {
					return fieldErrors{"participants": textFixed}
				}
				return nil
			},
			delete: func(st *store, o *object) { st.remove("phone_number", o) },
		},
	}
}

// reach are the countries that messages of a kind can be sent to from a number: none, unless it can send them.
func reach(enabled string) func(*view, *object) any {
	return func(_ *view, o *object) any {
		if o.is(enabled) {
			return []string{"US", "CA"}
		}
		return []string{}
	}
}

// phoneList accepts a list of numbers.
func phoneList(w *write, v any) (any, any) {
	list, ok := v.([]any)
	if !ok {
		return nil, "Value must be of list type."
	}
	numbers := make([]any, len(list))
	for i, one := range list {
		number, refusal := phoneNumber(w, one)
		if refusal != nil {
			return nil, refusal
		}
		numbers[i] = number
	}
	return numbers, nil
}

// isInternal reports whether a number is one that the organization rents in Close.
func (st *store) isInternal(number any) bool {
	return slices.ContainsFunc(st.tables["phone_number"].all, func(o *object) bool {
		return o.values["number"] == number && o.str("type") == "internal"
	})
}

// addPhoneNumbers declares the renting of numbers.
func (a *api) addPhoneNumbers() {
	e := a.resources["phone_number"].endpoint("write", rentNumber)
	e.status = http.StatusCreated
	a.add("/phone_number/request/internal/", map[string]*endpoint{http.MethodPost: e})
}

var areaCode = regexp.MustCompile(`^[0-9]{0,6}$`)

// rentInputs are the members of the body that rents a number.
var rentInputs = &resource{writing: &writing{closed: true, inputs: []input{
	{name: "country", on: onCreate, required: true, check: str(2)},
	{name: "sharing", on: onCreate, required: true, check: oneOf("personal", "group")},
	{name: "carrier_type", on: onCreate, check: oneOf("local", "national", "mobile", "tollfree")},
	{name: "prefix", on: onCreate, notNull: true, check: str(0)},
	{name: "with_sms", on: onCreate, check: yesOrNo},
	{name: "with_mms", on: onCreate, check: yesOrNo},
	{name: "bundle_id", on: onCreate, check: str(0)},
}}}

// rentNumber is POST /phone_number/request/internal/. Numbers of this sandbox are American; German ones want papers first,
// French ones have no text messages, and the area code 900 is too dear.
func rentNumber(c *call, b []byte) ([]byte, *apiError) {
	w := &write{c, c.s.store}
	values, refused := rentInputs.input(w, onCreate)
	if refused != nil {
		return nil, refused
	}
	prefix := asText(values["prefix"])
	wantsText := values["with_sms"] == true || values["with_mms"] == true
	switch country := values["country"]; {
	case !areaCode.MatchString(prefix):
		return nil, refuseRent("error", "The prefix must be an area code.")
	case prefix == "900":
		return nil, refuseRent("billing-error", "The number could not be paid for.")
	case country == "DE" && values["bundle_id"] == nil:
		return nil, refuseRent("needs-more-info", "")
	case country == "FR" && wantsText:
		return nil, refuseRent("has-voice-only", "")
	case country != "US" && country != "DE" && country != "FR":
		return nil, refuseRent("error", "There are no numbers in this country.")
	}
	if prefix == "" {
		prefix = "415"
	}
	n := w.st.tables["phone_number"].made
	group := values["sharing"] == "group"
	number := map[string]any{
		"number":  asText(map[string]any{"US": "+1", "DE": "+49", "FR": "+33"}[asText(values["country"])]) + prefix + "555" + strconv.Itoa(1000+n),
		"country": values["country"], "carrier_type": textOr(values["carrier_type"], "local"), "bundle_id": values["bundle_id"],
		"is_group_number": group, "sms_enabled": wantsText, "mms_enabled": values["with_mms"] == true,
	}
	if !group {
		number["user_id"] = c.user.id
	}
	completeNumber(number)
	number["date_created"], number["date_updated"], number["next_billing_on"] = at(c.now), at(c.now), at(c.now.AddDate(0, 1, 0))
	o := w.st.add("phone_number", "phon_", number)
	v := c.view()
	return v.object(b, o, nil), nil
}

// refuseRent is the refusal to rent a number, in a shape of its own.
func refuseRent(status, text string) *apiError {
	body := fields{{"status", status}}
	if text != "" {
		body = append(body, field{"error", text})
	}
	return &apiError{status: http.StatusBadRequest, body: body}
}

// completeNumber sets what a new number has unless it is said otherwise.
func completeNumber(values map[string]any) {
	preset(values, map[string]any{
		"label": nil, "type": "internal", "carrier": "twilio", "carrier_type": "local", "country": "US", "user_id": nil, "is_group_number": false,
		"participants": []any{}, "phone_numbers": []any{}, "forward_to": nil, "forward_to_enabled": false, "press_1_to_accept": false,
		"inbound_ring_duration": nil, "voicemail_greeting_url": nil, "sms_enabled": false, "mms_enabled": false, "bundle_id": nil,
		"next_billing_on": nil,
	})
}
