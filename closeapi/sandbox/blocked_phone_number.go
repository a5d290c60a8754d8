package sandbox

import (
	"net/http"
	"slices"
)

// blockedPhoneNumberResource are the numbers with which nobody can talk (Close docs: Blocked Phone Numbers).
func blockedPhoneNumberResource() *resource {
	return &resource{
		name: "blocked_phone_number", path: "/blocked_phone_number/", group: "other", modern: true, read: true,
		members: slices.Concat([]*memberDef{idMember(), organizationMember()}, stored("phone", "reason"), authorship(false)),
		list:    &listing{maxLimit: 100, maxSkip: defaultMaxSkip},
		writing: &writing{
			closed: true, newer: true,
			inputs: []input{
				{name: "phone", on: onCreate, required: true, check: phoneNumber},
				{name: "reason", on: onCreate | onUpdate, required: true, check: someText},
			},
			create: func(w *write, values map[string]any) (*object, *apiError) {
				for _, o := range w.st.tables["blocked_phone_number"].all {
					if o.values["phone"] == values["phone"] {
						return nil, refuseField("phone", "This phone number is already blocked.")
					}
				}
				w.stamp(values)
				return w.st.add("blocked_phone_number", "blkph_", values), nil
			},
			change: unchecked,
			delete: func(st *store, o *object) { st.remove("blocked_phone_number", o) },
		},
	}
}

// rejectAnonymous is the setting that turns calls without a number away; the organization has it.
const rejectAnonymous = "reject_anonymous_inbound_calls"

// addBlocking declares the settings beside the numbers.
func (a *api) addBlocking() {
	r := a.resources["blocked_phone_number"]
	a.add("/blocked_phone_number/settings/", map[string]*endpoint{
		http.MethodGet: r.endpoint("read", blockingSettings),
		http.MethodPut: r.endpoint("write", func(c *call, b []byte) ([]byte, *apiError) {
			if refused := c.members(rejectAnonymous); refused != nil {
				return nil, refused
			}
			if v, given := c.body[rejectAnonymous]; given {
				on, refusal := yesOrNo(nil, v)
				if refusal != nil {
					return nil, refuseField(rejectAnonymous, asText(refusal))
				}
				c.s.store.set(c.s.store.get("organization", c.s.store.organization), rejectAnonymous, on)
			}
			return blockingSettings(c, b)
		}),
	})
}

func blockingSettings(c *call, b []byte) ([]byte, *apiError) {
	v := c.view()
	return v.fields(b, fields{{rejectAnonymous, c.s.store.get("organization", c.s.store.organization).is(rejectAnonymous)}}), nil
}
