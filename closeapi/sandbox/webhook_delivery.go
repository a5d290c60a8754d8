package sandbox

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Deliveries of webhooks (Close docs: Webhook Subscriptions).
const (
	firstRetry   = 5 * time.Second
	longestRetry = 20 * time.Minute
	retryFor     = 72 * time.Hour
	maxBacklog   = 100_000
	// deliveryTimeout is how long a receiver may take; Close publishes no number.
	deliveryTimeout = 10 * time.Second
)

// hooks are the deliveries that wait.
type hooks struct {
	mu    sync.Mutex
	queue []*delivery
}

// A delivery is one event on its way to one subscription.
type delivery struct {
	webhook, event string
	due, since     time.Time
	tries          int
}

// announce queues an event for the subscriptions that want it. Updates and deletions wait until nothing more can join
// them.
func (h *hooks) announce(c *call, e *object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	due := c.now
	if action := e.str("action"); action == "updated" || action == "deleted" {
		due = due.Add(consolidation)
	}
	for _, webhook := range c.s.store.tables["webhook"].all {
		waits := slices.ContainsFunc(h.queue, func(d *delivery) bool { return d.webhook == webhook.id && d.event == e.id })
		if webhook.str("status") != "active" || waits || !wants(webhook, e) {
			continue
		}
		h.queue = append(h.queue, &delivery{webhook: webhook.id, event: e.id, due: due, since: c.now})
		if len(h.queue) > maxBacklog {
			h.pause(webhook, "backlog")
		}
	}
}

// pause stops a subscription and forgets what waits for it.
func (h *hooks) pause(webhook *object, why string) {
	webhook.values["status"], webhook.values["pause_reason"] = "paused", why
	h.queue = slices.DeleteFunc(h.queue, func(d *delivery) bool { return d.webhook == webhook.id })
}

// wants reports whether a subscription is for an event.
func wants(webhook, e *object) bool {
	kinds, _ := webhook.values["events"].([]any)
	return slices.ContainsFunc(kinds, func(kind any) bool {
		f := kind.(fields) // made by webhookEvent
		if f[0].value != e.values["object_type"] || f[1].value != e.values["action"] {
			return false
		}
		if f[2].value == nil {
			return true
		}
		v := view{}
		event, err := decode(v.object(nil, e, selectNames(eventMembers)))
		return err == nil && matchesFilter(f[2].value, event)
	})
}

// eventMembers are what filters of subscriptions can look at.
var eventMembers = []string{
	"object_type", "object_id", "action", "lead_id", "user_id", "request_id", "api_key_id", "changed_fields", "data",
	"previous_data", "meta",
}

// Deliver makes the deliveries of webhooks that are due, over t, and returns how many arrived. A delivery that fails is
// tried again by a later call, when the clock of the sandbox says so.
func (s *Server) Deliver(ctx context.Context, t http.RoundTripper) int {
	now, arrived := s.now(), 0
	s.work(now)
	for _, d := range s.hooks.take(now) {
		body, target, key := s.prepare(d)
		if body == nil {
			continue // the subscription or the event is gone
		}
		err := send(ctx, t, target, key, now, body)
		if err == nil {
			arrived++
		}
		s.delivered(d, now, err)
	}
	return arrived
}

// Run lets the sandbox work by itself until ctx ends: bulk actions and exports get on, and deliveries of webhooks are
// made over t when they are due.
func (s *Server) Run(ctx context.Context, t http.RoundTripper) {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			s.Deliver(ctx, t)
		}
	}
}

func (h *hooks) take(now time.Time) []*delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	var due []*delivery
	h.queue = slices.DeleteFunc(h.queue, func(d *delivery) bool {
		if d.due.After(now) {
			return false
		}
		due = append(due, d)
		return true
	})
	return due
}

// prepare is what to send where; nil when there is nothing to send any more.
func (s *Server) prepare(d *delivery) (body []byte, target, key string) {
	s.data.RLock()
	defer s.data.RUnlock()
	webhook, e := s.store.get("webhook", d.webhook), s.store.get("event", d.event)
	if webhook == nil || e == nil || webhook.str("status") != "active" {
		return nil, "", ""
	}
	v := view{st: s.store}
	return v.fields(nil, fields{{"subscription_id", webhook.id}, {"event", e}}), webhook.str("url"), signatureKey(webhook)
}

// delivered notes what became of a delivery.
func (s *Server) delivered(d *delivery, now time.Time, failure error) {
	s.data.Lock()
	defer s.data.Unlock()
	webhook := s.store.get("webhook", d.webhook)
	if webhook == nil {
		return
	}
	if failure == nil {
		webhook.values["latest_error"], webhook.values["health_status"] = nil, healthy
		webhook.values["failing_since"] = nil
		return
	}
	webhook.values["latest_error"], webhook.values["health_status"] = failure.Error(), "unhealthy"
	since, failing := webhook.values["failing_since"].(time.Time)
	if !failing {
		since = now
		webhook.values["failing_since"] = since
	}
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	if now.Sub(since) >= retryFor {
		s.hooks.pause(webhook, "failures")
		return
	}
	d.tries++
	d.due = now.Add(min(longestRetry, firstRetry<<min(d.tries-1, 10)))
	if d.due.Sub(d.since) <= retryFor {
		s.hooks.queue = append(s.hooks.queue, d)
	}
}

func send(ctx context.Context, t http.RoundTripper, target, key string, now time.Time, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return err
	}
	timestamp := strconv.FormatInt(now.Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Close-Sig-Timestamp", timestamp)
	r.Header.Set("Close-Sig-Hash", sign(key, timestamp, body))
	resp, err := t.RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection can be used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the receiver answered %d", resp.StatusCode)
	}
	return nil
}

// sign is the signature of a delivery: an HMAC with the decoded key over timestamp and body (Close docs: Webhook
// Signatures).
func sign(key, timestamp string, body []byte) string {
	decoded, err := hex.DecodeString(key)
	if err != nil {
		return "" // keys are made by signatureKey
	}
	mac := hmac.New(sha256.New, decoded)
	mac.Write([]byte(timestamp))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
