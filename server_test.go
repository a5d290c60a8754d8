package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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

// TestRun starts the program on demo data, asks it something, and stops it.
func TestRun(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	stdout := &output{written: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	args := []string{"--listen=127.0.0.1:0", "--sandbox-listen=127.0.0.1:0", "--log-level=error"}
	go func() { ended <- run(ctx, args, noEnvironment, nil, stdout, io.Discard) }()

	for !strings.Contains(stdout.String(), "Sandbox") {
		select {
		case <-stdout.written:
		case err := <-ended:
			t.Fatalf("run: %v: %s", err, stdout)
		case <-time.After(10 * time.Second):
			t.Fatalf("it does not start: %s", stdout)
		}
	}
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
	stop()
	if err := <-ended; err != nil {
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
