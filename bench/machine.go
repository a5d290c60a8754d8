package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

// describe says on what machine, with what versions and for what commit something was measured.
func describe(ctx context.Context, out io.Writer) {
	cpu := "unknown CPU"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if found := modelName.FindSubmatch(info); found != nil {
			cpu = string(found[1])
		}
	}
	commit := "unknown commit"
	if text, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		commit = strings.TrimSpace(string(text))
	}
	pinned := "not pinned"
	if pins() {
		pinned = "servers on core " + coreMeasured + ", load and upstream on core " + coreLoad
	}
	fmt.Fprintf(out, "%s, %d cores, %s/%s, %s, %s; %s; commit %s\n", cpu, cores(), runtime.GOOS, runtime.GOARCH,
		runtime.Version(), strings.Join(libraries(), ", "), pinned, commit)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Fprintf(out, "load of the machine before: %.14s\n", load)
	}
}

// libraries are the versions of what makes the load and the upstream.
func libraries() []string {
	var out []string
	info, _ := debug.ReadBuildInfo()
	for _, dep := range info.Deps {
		for _, name := range []string{"vegeta", "fasthttp"} {
			if strings.Contains(dep.Path, "/"+name) {
				out = append(out, name+" "+dep.Version)
			}
		}
	}
	return out
}
