package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/closegraph/closegraph/closeapi/sandbox"
	"github.com/closegraph/closegraph/internal/config"
)

// composeFile is as much of a compose file as the test looks at.
type composeFile struct {
	Services map[string]struct {
		Image       string            `yaml:"image"`
		Build       string            `yaml:"build"`
		Environment map[string]string `yaml:"environment"`
		Ports       []string          `yaml:"ports"`
	} `yaml:"services"`
}

// variableWithDefault is how a compose file takes a variable of whoever runs it.
var variableWithDefault = regexp.MustCompile(`\$\{\w+:-([^}]*)\}`)

// TestCompose reads the compose file as far as it is about this program: its settings are taken, and add up to two replicas
// on one Redis, in front of one sandbox; images of others are pinned; only this machine gets in.
func TestCompose(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file composeFile
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	modes := map[config.Mode][]string{}
	for name, service := range file.Services {
		if service.Build == "" {
			if !regexp.MustCompile(`^[a-z]+:\d+\.\d+\.\d+`).MatchString(service.Image) {
				t.Errorf("%s: the image %q has no version", name, service.Image)
			}
			continue
		}
		env := map[string]string{"LISTEN_ADDR": "0.0.0.0:8080"} // which the image sets
		for variable, value := range service.Environment {
			env[variable] = variableWithDefault.ReplaceAllString(value, "$1")
		}
		var stderr bytes.Buffer
		asked := map[string]bool{}
		cfg, err := config.Parse(nil, "test", func(name string) (string, bool) { asked[name] = true; v, ok := env[name]; return v, ok }, &stderr, &stderr)
		if err != nil {
			t.Errorf("%s: %v: %s", name, err, &stderr)
			continue
		}
		for variable := range env {
			if !asked[variable] {
				t.Errorf("%s: there is no setting %s", name, variable)
			}
		}
		modes[cfg.Mode()] = append(modes[cfg.Mode()], name)
		if cfg.Mode() == config.ModeSandbox {
			if cfg.SandboxListen != "0.0.0.0:8081" {
				t.Errorf("%s serves its REST API on %s", name, cfg.SandboxListen)
			}
			continue
		}
		if cfg.CloseAPIKey.Reveal() != sandbox.DemoKey || cfg.CloseBaseURL != "http://close:8081/api/v1" || cfg.RedisURL.Reveal() != "redis://redis:6379/0" {
			t.Errorf("%s is set up for %s and another Redis or key", name, cfg.CloseBaseURL)
		}
	}
	if len(modes[config.ModeKey]) != 2 || len(modes[config.ModeSandbox]) != 1 {
		t.Errorf("services by mode: %v", modes)
	}
	for name, service := range file.Services {
		for _, port := range service.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, port)
			}
		}
	}
	balancer, err := os.ReadFile("deploy/Caddyfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range modes[config.ModeKey] {
		if !bytes.Contains(balancer, []byte(name+":8080")) {
			t.Errorf("the load balancer does not know %s", name)
		}
	}
}
