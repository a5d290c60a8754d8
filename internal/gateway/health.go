package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
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
// asked on loopback. With certFile, the certificate in it is the one that the server must have, whatever name it is for.
func CheckHealth(ctx context.Context, listen, certFile string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	transport, scheme := &http.Transport{DisableKeepAlives: true}, "http://"
	if certFile != "" {
		scheme = "https://"
		if transport.TLSClientConfig, err = onlyCertificate(certFile); err != nil {
			return fmt.Errorf("health check: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("health check: status %d", resp.StatusCode)
	}
	return nil
}

// onlyCertificate trusts a server that has the first certificate of a file, for any name: the server is known by its
// certificate here, not by what it is called on this machine.
func onlyCertificate(file string) (*tls.Config, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the path is of the configuration
	if err != nil {
		return nil, err
	}
	want, _ := pem.Decode(text)
	if want == nil {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // what follows is stricter than what is skipped
		VerifyConnection: func(state tls.ConnectionState) error {
			if !bytes.Equal(state.PeerCertificates[0].Raw, want.Bytes) {
				return errors.New("the server has another certificate")
			}
			return nil
		},
	}, nil
}

// healthTimeout is how long a server may take to say that it lives.
const healthTimeout = 3 * time.Second
