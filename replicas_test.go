//go:build redis

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/redis/redistest"
)

// process is the program as it is run, in a process of its own.
type process struct {
	*exec.Cmd
	stdout, stderr *output
}

// launch runs the built program until it has said the last thing of its greeting.
func launch(t *testing.T, binary, last string, env []string, args ...string) *process {
	t.Helper()
	p := &process{exec.CommandContext(t.Context(), binary, args...), &output{written: make(chan struct{}, 1)}, &output{written: make(chan struct{}, 1)}}
	p.Env, p.Stdout, p.Stderr = env, p.stdout, p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill(); _ = p.Wait() }) // it may have ended
	for !strings.Contains(p.stdout.String(), last) {
		select {
		case <-p.stdout.written:
		case <-time.After(20 * time.Second):
			t.Fatalf("it does not start: %s%s", p.stdout, p.stderr)
		}
	}
	return p
}

// find is the first address in the greeting that ends so.
func (p *process) find(t *testing.T, end string) string {
	t.Helper()
	address := regexp.MustCompile(`(http://\S+)` + end).FindStringSubmatch(p.stdout.String())
	if address == nil {
		t.Fatalf("the greeting has no address with %s: %s", end, p.stdout)
	}
	return address[1]
}

// TestReplicasAsProcesses runs what compose.yaml runs: a sandbox as Close, Redis, two replicas, and something that gives
// them requests in turn. What is written by one is read by the other; then Redis dies, then a replica, and it goes on.
func TestReplicasAsProcesses(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "closegraph")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	redis := redistest.Run(t)
	closeProcess := launch(t, binary, "Sandbox", nil, "--listen=127.0.0.1:0", "--sandbox-listen=127.0.0.1:0")
	env := []string{
		"CLOSE_API_KEY=" + sandbox.DemoKey, "CLOSE_BASE_URL=" + closeProcess.find(t, "/api/v1") + "/api/v1", "REDIS_URL=" + redis.URL(),
		"REDIS_TIMEOUT=5s", "LISTEN_ADDR=127.0.0.1:0",
	}
	var processes []*process
	var proxies []*httputil.ReverseProxy
	for range 2 {
		p := launch(t, binary, "Health", env)
		target, err := url.Parse(p.find(t, "/graphql"))
		if err != nil {
			t.Fatal(err)
		}
		processes = append(processes, p)
		proxies = append(proxies, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }})
	}
	var turn, alive atomic.Int32
	alive.Store(2)
	balancer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxies[turn.Add(1)%alive.Load()].ServeHTTP(w, r)
	}))
	defer balancer.Close()
	ask := func(query string) string {
		t.Helper()
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(balancer.URL+"/graphql", "application/json", strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK || strings.Contains(string(answer), `"errors"`) {
			t.Errorf("%s: %d %s, %v", query, resp.StatusCode, answer, err)
		}
		return string(answer)
	}
	var first struct {
		Data struct {
			Leads struct {
				Nodes []struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal([]byte(ask(`{ leads(first: 1) { nodes { id } } }`)), &first); err != nil || len(first.Data.Leads.Nodes) != 1 {
		t.Fatalf("%v: %+v", err, first)
	}
	lead := first.Data.Leads.Nodes[0].ID
	write := func(n int) {
		t.Helper()
		ask(fmt.Sprintf(`mutation { leadUpdate(id: %q, input: {description: "version %d"}) { lead { id } } }`, lead, n))
		for range 2 {
			if got := ask(fmt.Sprintf(`{ lead(id: %q) { description } leadStatuses { id } }`, lead)); !strings.Contains(got, fmt.Sprint("version ", n)) {
				t.Errorf("after version %d: %s", n, got)
			}
		}
	}
	for n := range 4 {
		write(n)
	}
	redis.Kill()
	for n := range 4 {
		write(10 + n)
	}
	_ = processes[1].Process.Signal(os.Interrupt)
	if err := processes[1].Wait(); err != nil {
		t.Errorf("a replica did not stop well: %v", err)
	}
	alive.Store(1)
	write(20)
	for _, p := range processes {
		if !strings.Contains(p.stderr.String(), "Redis is there") {
			t.Errorf("Redis was not used: %s", p.stderr)
		}
	}
}
