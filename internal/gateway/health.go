package gateway

import (
	"encoding/json"
	"net/http"
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
