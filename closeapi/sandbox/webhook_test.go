package sandbox_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
)

// receiver is where webhooks go.
type receiver struct {
	t      *testing.T
	key    string
	status int
	got    []string // as "object_type action"
}

// RoundTrip implements http.RoundTripper.
func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	key, _ := hex.DecodeString(r.key)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(req.Header.Get("close-sig-timestamp")))
	mac.Write(body)
	if want := hex.EncodeToString(mac.Sum(nil)); req.Header.Get("close-sig-hash") != want {
		r.t.Errorf("signature %q, want %q", req.Header.Get("close-sig-hash"), want)
	}
	var sent struct {
		Event        object `json:"event"`
		Subscription string `json:"subscription_id"`
	}
	if err := json.Unmarshal(body, &sent); err != nil || !strings.HasPrefix(sent.Subscription, "whsub_") {
		r.t.Errorf("delivery %s", body)
	}
	if r.status == http.StatusOK {
		r.got = append(r.got, sent.Event["object_type"].(string)+" "+sent.Event["action"].(string))
	}
	return &http.Response{StatusCode: r.status, Body: http.NoBody, Request: req}, nil
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	resp, answer := ask(t, s, "POST", "/webhook/", `{"url":"https://hooks.example/close","events":[
		{"object_type":"lead","action":"created"},
		{"object_type":"lead","action":"updated","extra_filter":{"type":"field_accessor","field":"changed_fields","filter":{"type":"contains","value":"status_id"}}}]}`)
	var hook object
	if err := json.Unmarshal([]byte(answer), &hook); err != nil || resp.StatusCode != http.StatusCreated || resp.Header.Get("Location") == "" {
		t.Fatalf("POST /webhook/ = %d %s", resp.StatusCode, answer)
	}
	check(t, "webhook", hook, object{"status": "active", "verify_ssl": true, "pause_reason": nil, "counters": object{}})
	to := &receiver{t: t, key: hook["signature_key"].(string), status: http.StatusServiceUnavailable}
	expect := func(after time.Duration, want ...string) {
		t.Helper()
		s.SetTime(wednesday.Add(after))
		to.got = nil
		if n := s.Deliver(t.Context(), to); n != len(want) || !slices.Equal(to.got, want) {
			t.Errorf("after %v: delivered %v, want %v", after, to.got, want)
		}
	}

	lead := get[object](t, s, "POST", "/lead/", `{"name":"New Co"}`)["id"].(string)
	expect(0)
	path := "/webhook/" + hook["id"].(string) + "/"
	check(t, "failing", get[object](t, s, "GET", path, ""), object{"health_status": "unhealthy", "status": "active"})
	to.status = http.StatusOK
	expect(time.Second)
	expect(5*time.Second, "lead created")
	check(t, "mended", get[object](t, s, "GET", path, ""), object{"health_status": "healthy", "latest_error": nil})

	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"description":"x"}`)
	expect(time.Minute)
	get[object](t, s, "PUT", "/lead/"+lead+"/", `{"status_id":"`+s.IDs("lead_status")[2]+`"}`)
	expect(time.Minute + time.Second) // it could be joined by another update still
	expect(time.Minute+10*time.Second, "lead updated")

	check(t, "paused", get[object](t, s, "PUT", path, `{"status":"paused"}`), object{"status": "paused", "pause_reason": "api"})
	get[object](t, s, "POST", "/lead/", `{"name":"Other Co"}`)
	expect(2 * time.Minute)
	get[object](t, s, "PUT", path, `{"status":"active"}`)
	get[object](t, s, "POST", "/lead/", `{"name":"Third Co"}`)
	to.status = http.StatusInternalServerError
	for hour := range 100 {
		expect(3*time.Minute + time.Duration(hour)*time.Hour)
	}
	get[object](t, s, "DELETE", path, "")
	if resp, _ := ask(t, s, "GET", path, ""); resp.StatusCode != http.StatusNotFound {
		t.Errorf("GET after DELETE = %d, want 404", resp.StatusCode)
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	s := sandbox.RunT(t)
	for name, body := range map[string]string{
		"no url":    `{"events":[]}`,
		"not a url": `{"url":"ftp://x","events":[]}`,
		"no action": `{"url":"https://x.example","events":[{"object_type":"lead"}]}`,
		"filter":    `{"url":"https://x.example","events":[{"object_type":"lead","action":"created","extra_filter":{"type":"maybe"}}]}`,
	} {
		if resp, answer := ask(t, s, "POST", "/webhook/", body); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d %s, want 400", name, resp.StatusCode, answer)
		}
	}
}
