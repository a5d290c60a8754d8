package gateway

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// writeCertificate writes a certificate for a name, signed by itself, and its key, into a directory.
func writeCertificate(t *testing.T, dir, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeFile(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	writeFile(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	return certFile, keyFile
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTLS serves over TLS: HTTP/2 and HTTP/1.1, nothing older than TLS 1.2, and the header by which browsers stay with it.
func TestTLS(t *testing.T) {
	t.Parallel()
	certFile, keyFile := writeCertificate(t, t.TempDir(), "graph.example.com")
	config, err := ServerTLS(certFile, keyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, listener, newHTTPHandler(tinyOptions(t)), ServeOptions{
			TLS: config, RequestTimeout: time.Second, ShutdownTimeout: time.Second,
		})
	}()
	address := listener.Addr().String()

	trust := x509.NewCertPool()
	text, err := os.ReadFile(certFile)
	if err != nil || !trust.AppendCertsFromPEM(text) {
		t.Fatal(err)
	}
	for want, http2 := range map[string]bool{"HTTP/2.0": true, "HTTP/1.1": false} {
		protocols := new(http.Protocols)
		protocols.SetHTTP1(!http2)
		protocols.SetHTTP2(http2)
		client := &http.Client{Transport: &http.Transport{
			Protocols: protocols, TLSClientConfig: &tls.Config{RootCAs: trust, ServerName: "graph.example.com"},
		}}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+address+graphqlPath, strings.NewReader(`{"query":"{hello}"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "graph.example.com"
		r.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(body) != `{"data":{"hello":"world"}}` || resp.Proto != want {
			t.Errorf("%s, %v: %s, want %s", body, err, resp.Proto, want)
		}
		if got := resp.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
			t.Errorf("Strict-Transport-Security = %q", got)
		}
		client.CloseIdleConnections()
	}

	old := &tls.Config{RootCAs: trust, ServerName: "graph.example.com", MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	if conn, err := (&tls.Dialer{Config: old}).DialContext(t.Context(), "tcp", address); err == nil {
		conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
	if err := CheckHealth(t.Context(), address, certFile); err != nil {
		t.Errorf("CheckHealth: %v", err)
	}
	another, _ := writeCertificate(t, t.TempDir(), "graph.example.com")
	if err := CheckHealth(t.Context(), address, another); err == nil {
		t.Error("CheckHealth takes a server with another certificate for this one")
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestCertificateChanges replaces the files while the server runs, at first one of them alone.
func TestCertificateChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	certFile, keyFile := writeCertificate(t, dir, "one.example.com")
	now := time.Now()
	var log strings.Builder
	c := &certificate{files: [2]string{certFile, keyFile}, now: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&log, nil))}
	if err := c.read(); err != nil {
		t.Fatal(err)
	}
	shows := func(when, want string) {
		t.Helper()
		if got := c.current().Leaf.Subject.CommonName; got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
	shows("at first", "one.example.com")
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	writeCertificate(t, dir, "two.example.com")
	changed, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	shows("within a second", "one.example.com")

	writeFile(t, keyFile, key)
	for range 3 {
		now = now.Add(time.Second)
		shows("with the key of before", "one.example.com")
	}
	if n := strings.Count(log.String(), "cannot read"); n != 1 {
		t.Errorf("said %d times: %s", n, &log)
	}
	writeFile(t, keyFile, changed)
	now = now.Add(time.Second)
	shows("with both", "two.example.com")

	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	shows("without a file", "two.example.com")
	if strings.Contains(log.String(), "BEGIN") {
		t.Errorf("the key is in the log: %s", &log)
	}
	if _, err := ServerTLS(certFile, keyFile, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("ServerTLS starts without a certificate")
	}
}

// TestHTTP2Limits asks for more at a time than one connection may, and wants no connection to have more.
func TestHTTP2Limits(t *testing.T) {
	t.Parallel()
	certFile, keyFile := writeCertificate(t, t.TempDir(), "localhost")
	config, err := ServerTLS(certFile, keyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	const requests, most = 150, 100
	var mu sync.Mutex
	running := map[string]int{} // by connection
	came, release := make(chan struct{}, requests), make(chan struct{})
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		running[r.RemoteAddr]++
		mu.Unlock()
		came <- struct{}{}
		<-release
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, listener, handler, ServeOptions{TLS: config, RequestTimeout: time.Minute, ShutdownTimeout: time.Minute})
	}()
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	get := func() error {
		resp, err := client.Get("https://" + listener.Addr().String())
		if err == nil {
			err = resp.Body.Close()
		}
		return err
	}
	done := make(chan error, requests)
	go func() { done <- get() }()
	<-came // there is one connection now, for all who come
	for range requests - 1 {
		go func() { done <- get() }()
	}
	for range requests - 1 {
		<-came
	}
	mu.Lock()
	full := false
	for connection, n := range running {
		full = full || n == most
		if n > most {
			t.Errorf("%s has %d requests at a time, want %d at most", connection, n, most)
		}
	}
	if !full {
		t.Errorf("no connection was full: %v", running)
	}
	mu.Unlock()
	close(release)
	for range requests {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	stop()
	for again := time.Tick(50 * time.Millisecond); ; { // a connection may become idle after its last answer has come
		client.CloseIdleConnections()
		select {
		case err := <-served:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
			return
		case <-again:
		}
	}
}
