package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
)

// maxWebhooks is how many subscriptions an organization may have (Close docs: Webhook Subscriptions).
const maxWebhooks = 40

func webhookResource() *resource {
	inputs := []input{
		{name: "url", on: onCreate, required: true, check: webhookURL},
		{name: "events", on: onCreate, required: true, check: items(1000, webhookEvent)},
		{name: "verify_ssl", on: onCreate | onUpdate, check: yesOrNo},
		{name: "url", on: onUpdate, check: webhookURL},
		{name: "events", on: onUpdate, check: items(1000, webhookEvent)},
		{name: "status", on: onUpdate, check: oneOf("active", "paused")},
	}
	return &resource{
		name: "webhook", path: "/webhook/", group: "other", noFields: true, read: true, modern: true,
		members: slices.Concat(
			[]*memberDef{idMember()},
			stored("url", "events", "status", "verify_ssl"),
			[]*memberDef{derived("signature_key", func(_ *view, o *object) any { return signatureKey(o) })},
			stored("health_status", "pause_reason", "latest_error", "recent_consecutive_fail_buckets_cnt"),
			[]*memberDef{constant("counters", fields{})},
			stored("created_by", "updated_by"), naiveDates(),
		),
		list: &listing{maxLimit: 100, maxSkip: defaultMaxSkip},
		writing: &writing{
			inputs: inputs, closed: true, newer: true, keepsDelete: true,
			create: createWebhook,
			change: func(_ *write, o *object, values map[string]any) fieldErrors {
				for name, v := range values {
					if v == nil { // null changes nothing
						delete(values, name)
					}
				}
				switch {
				case values["status"] == "paused" && o.str("status") != "paused":
					values["pause_reason"] = "api"
				case values["status"] == "active":
					values["pause_reason"], values["latest_error"], values["health_status"] = nil, nil, healthy
					values["recent_consecutive_fail_buckets_cnt"] = 0
				}
				return nil
			},
			delete: func(st *store, o *object) { st.remove("webhook", o) },
		},
	}
}

// healthy is the health of a subscription whose deliveries arrive.
const healthy = "healthy"

func createWebhook(w *write, values map[string]any) (*object, *apiError) {
	if len(w.st.tables["webhook"].all) >= maxWebhooks {
		return nil, refuseAll("You can have at most 40 webhook subscriptions.")
	}
	if values["verify_ssl"] == nil {
		values["verify_ssl"] = true
	}
	values["status"], values["health_status"] = "active", healthy
	values["recent_consecutive_fail_buckets_cnt"] = 0
	w.stamp(values)
	return w.st.add("webhook", "whsub_", values), nil
}

// signatureKey is the key with which deliveries are signed: 32 bytes, in hexadecimal digits.
func signatureKey(webhook *object) string {
	sum := sha256.Sum256([]byte("signature key of " + webhook.id))
	return hex.EncodeToString(sum[:])
}

func webhookURL(_ *write, v any) (any, any) {
	text, _ := v.(string)
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, "Input should be a valid URL"
	}
	return text, nil
}

// webhookEvent accepts one kind of event of a subscription.
func webhookEvent(_ *write, given map[string]any) (any, fieldErrors) {
	errs := fieldErrors{}
	event := fields{}
	for _, name := range []string{"object_type", "action"} {
		text, ok := given[name].(string)
		if !ok || strings.TrimSpace(text) == "" {
			errs[name] = "Field required"
		}
		event = append(event, field{name, text})
	}
	filter := given["extra_filter"]
	if filter != nil && !soundFilter(filter, 0) {
		errs["extra_filter"] = "Input should be a valid filter"
	}
	for name := range given {
		if name != "object_type" && name != "action" && name != "extra_filter" {
			errs[name] = textExtra
		}
	}
	return append(event, field{"extra_filter", filter}), errs
}
