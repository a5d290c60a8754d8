package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/closegraph/closegraph/internal/config"
)

// output is a buffer for two goroutines, which tells when something was written.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	written chan struct{}
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer func() {
		select {
		case o.written <- struct{}{}:
		default:
		}
	}()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func noEnvironment(string) (string, bool) { return "", false }

// start runs the program until it has said the last thing of its greeting. stop stops it, and waits for its end.
func start(t *testing.T, last string, env func(string) (string, bool), args ...string) (stdout *output, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	stdout = &output{written: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, args, env, nil, stdout, io.Discard) }()
	for !strings.Contains(stdout.String(), last) {
		select {
		case <-stdout.written:
		case err := <-ended:
			t.Fatalf("run: %v: %s", err, stdout)
		case <-time.After(10 * time.Second):
			t.Fatalf("it does not start: %s", stdout)
		}
	}
	return stdout, func() error { cancel(); return <-ended }
}

// TestRun starts the program on demo data, asks it something, and stops it.
func TestRun(t *testing.T) {
	t.Parallel()
	stdout, stop := start(t, "Sandbox", noEnvironment,
		"--listen=127.0.0.1:0", "--sandbox-listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0", "--log-level=error")
	for _, want := range []string{"demo data", "CLOSE_API_KEY=", "/healthz", "Playground"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("the greeting lacks %q: %s", want, stdout)
		}
	}
	url := regexp.MustCompile(`http://\S+/graphql`).FindString(stdout.String())
	resp, err := http.Post(url, "application/json", strings.NewReader(`{"query":"{viewer{name}}"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasPrefix(string(body), `{"data":{"viewer":{"name":"`) {
		t.Errorf("%s, %v", body, err)
	}
	check := []string{"--health-check", "--listen=" + strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/graphql")}
	if err := run(t.Context(), check, noEnvironment, nil, io.Discard, io.Discard); err != nil {
		t.Errorf("health check of a server that lives: %v", err)
	}
	metrics, err := http.Get(regexp.MustCompile(`http://\S+/metrics`).FindString(stdout.String()))
	if err != nil {
		t.Fatal(err)
	}
	defer metrics.Body.Close()
	const counted = `closegraph_requests_total{outcome="ok",type="query"} 1`
	if text, err := io.ReadAll(metrics.Body); err != nil || !strings.Contains(string(text), counted) {
		t.Errorf("the metrics lack %s: %s, %v", counted, text, err)
	}
	if err := stop(); err != nil {
		t.Errorf("run: %v", err)
	}
	if err := run(t.Context(), check, noEnvironment, nil, io.Discard, io.Discard); err == nil {
		t.Error("the health check of a server that has stopped says that it lives")
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args []string
		want error
	}{
		{"help", []string{"--help"}, config.Exit(0)},
		{"a mistake", []string{"--listen=nowhere"}, config.Exit(2)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if err := run(t.Context(), tc.args, noEnvironment, nil, io.Discard, io.Discard); !errors.Is(err, tc.want) {
				t.Errorf("run: %v, want %v", err, tc.want)
			}
		})
	}
}

// TestRunTraces wants the spans of the last request to be sent before the program ends, and the program to end when nobody
// takes them.
func TestRunTraces(t *testing.T) {
	for _, tc := range []struct {
		name  string
		hangs bool
		args  []string
	}{
		{"sent", false, nil},
		{"not taken", true, []string{"--shutdown-timeout=100ms"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sent, hanging := make(chan string, 10), make(chan struct{})
			collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				sent <- r.URL.Path + " " + string(body)
				if tc.hangs {
					<-hanging
				}
			}))
			t.Cleanup(func() { close(hanging); collector.Close() })
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL) // the libraries look there themselves
			t.Setenv("OTEL_SERVICE_NAME", "graph-of-tests")
			env := func(name string) (string, bool) {
				if strings.HasPrefix(name, "OTEL_") {
					return os.LookupEnv(name)
				}
				return "", false
			}
			stdout, stop := start(t, "Health", env, append(tc.args, "--listen=127.0.0.1:0", "--log-level=error")...)
			url := regexp.MustCompile(`http://\S+/graphql`).FindString(stdout.String())
			resp, err := http.Post(url, "application/json", strings.NewReader(`{"query":"query Last {viewer{name}}"}`))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if err := stop(); err != nil {
				t.Errorf("run: %v", err)
			}
			got := <-sent
			for _, want := range []string{"/v1/traces ", "POST /graphql", "GET /me/", "Last", "graph-of-tests"} {
				if !strings.Contains(got, want) {
					t.Errorf("%q was not sent: %q", want, got)
				}
			}
		})
	}
}

// TestHashToken makes a line for a token, and wants the token not to be repeated.
func TestHashToken(t *testing.T) {
	t.Parallel()
	const token = "GnMz5W0m2pZ5pHn1v8nq0Xl7JcTq4r9BQe1v5yV0"
	for name, tc := range map[string]struct {
		token string
		want  string
		fails bool
	}{
		"a token":       {token: token + "\n", want: "ci:"},
		"a short one":   {token: "hunter2", fails: true},
		"nothing":       {token: "", fails: true},
		"no line break": {token: token, want: "ci:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout bytes.Buffer
			err := run(t.Context(), []string{"--hash-token=ci"}, noEnvironment, strings.NewReader(tc.token), &stdout, io.Discard)
			if (err != nil) != tc.fails || !strings.HasPrefix(stdout.String(), tc.want) {
				t.Errorf("run: %v, %q", err, &stdout)
			}
			if tc.token != "" && strings.Contains(stdout.String()+fmt.Sprint(err), strings.TrimSpace(tc.token)) {
				t.Errorf("the token is repeated: %q, %v", &stdout, err)
			}
		})
	}
}

// TestPrintSchemaFlag prints the schema although everything else that is set is wrong.
func TestPrintSchemaFlag(t *testing.T) {
	t.Parallel()
	wrong := func(string) (string, bool) { return "wrong", true }
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"--listen=nowhere", "--print-schema"}, wrong, nil, &stdout, &stderr)
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("run: %v, %s", err, &stderr)
	}
	for _, part := range []string{"\ntype Lead implements Node {\n", "\ninput ReportRange @oneOf {\n", "  lead(\n"} {
		if !strings.Contains(stdout.String(), part) {
			t.Errorf("the schema that is printed has no %q", part)
		}
	}
}
