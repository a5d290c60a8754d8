//go:build redis

package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/closegraph/closegraph/internal/redis"
	"github.com/closegraph/closegraph/internal/redis/redistest"
)

// certify writes a certificate for this machine and its key, and returns their names.
func certify(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert.pem", "CERTIFICATE", public), write("key.pem", "PRIVATE KEY", encoded)
}

// TestTLS reaches Redis over TLS, with a password, when its certificate is one that the machine trusts; and not when it is
// not. What is trusted is read once by a process, so that there is one for each.
func TestTLS(t *testing.T) {
	if url := os.Getenv("TEST_TLS_REDIS"); url != "" { // this is one of those processes
		log := &logged{}
		client := open(t, nil, redis.Options{URL: url, Log: slog.New(slog.NewTextHandler(log, nil))})
		if !client.Up() {
			t.Fatalf("not reached: %s", log)
		}
		return
	}
	t.Parallel()
	certificate, key := certify(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	listener.Close()
	redistest.Run(t, "--tls-port", port, "--bind", "127.0.0.1", "--tls-cert-file", certificate, "--tls-key-file", key,
		"--tls-auth-clients", "no", "--requirepass", "hunter2hunter2")
	for roots, want := range map[string]string{certificate: "PASS", os.DevNull: "failed to verify certificate"} {
		test := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTLS$")
		test.Env = []string{"TEST_TLS_REDIS=rediss://:hunter2hunter2@127.0.0.1:" + port, "SSL_CERT_FILE=" + roots, "SSL_CERT_DIR=" + os.DevNull}
		out, _ := test.CombinedOutput() // which says whether it failed
		if !strings.Contains(string(out), want) || strings.Contains(string(out), "hunter2") {
			t.Errorf("with %s: %s", roots, out)
		}
	}
}
