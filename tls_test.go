package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRunOverTLS starts the program with a certificate, and asks it whether it lives.
func TestRunOverTLS(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"graph.example.com"}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := []string{"--tls-cert=" + filepath.Join(dir, "cert.pem"), "--tls-key=" + filepath.Join(dir, "key.pem")}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	stdout, stop := start(t, "Health", noEnvironment, append(files, "--listen=127.0.0.1:0", "--log-level=error")...)
	address := strings.TrimPrefix(regexp.MustCompile(`https://[^/]+`).FindString(stdout.String()), "https://")
	if address == "" {
		t.Fatalf("the greeting names no address: %s", stdout)
	}
	check := slices.Concat(files, []string{"--health-check", "--listen=" + address})
	if err := run(t.Context(), check, noEnvironment, nil, io.Discard, io.Discard); err != nil {
		t.Errorf("health check: %v", err)
	}
	if err := run(t.Context(), check[2:], noEnvironment, nil, io.Discard, io.Discard); err == nil {
		t.Error("health check without TLS: no error")
	}
	if err := stop(); err != nil {
		t.Errorf("run: %v", err)
	}
	missing := []string{"--tls-cert=" + filepath.Join(dir, "none"), "--tls-key=" + filepath.Join(dir, "key.pem"), "--listen=127.0.0.1:0"}
	if err := run(t.Context(), missing, noEnvironment, nil, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "TLS certificate") {
		t.Errorf("without the file: %v", err)
	}
}
