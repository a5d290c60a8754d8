package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// serveAlive answers as long as the process can answer at all.
func serveAlive(w http.ResponseWriter, _ *http.Request) { writeStatus(w, http.StatusOK, "ok", "") }

// serveReady answers whether new requests are welcome; ready says why when they are not.
func serveReady(ready func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if ready != nil {
			if err := ready(); err != nil {
				writeStatus(w, http.StatusServiceUnavailable, "unavailable", err.Error())
				return
			}
		}
		writeStatus(w, http.StatusOK, "ok", "")
	}
}

func writeStatus(w http.ResponseWriter, status int, text, reason string) {
	w.Header().Set("Content-Type", mediaJSON)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct {
		Status string `json:"status"`
		Reason string `json:"reason,omitempty"`
	}{text, reason}) // fails only when the client is gone
}

// CheckHealth asks the server that listens on an address whether it lives. A server that listens on every address is
// asked on loopback.
func CheckHealth(ctx context.Context, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("health check: status %d", resp.StatusCode)
	}
	return nil
}

// healthTimeout is how long a server may take to say that it lives.
const healthTimeout = 3 * time.Second
