package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is one of the programs that are measured, or the upstream: a process of its own on one core.
type server struct {
	name    string
	address string // http://host:port
	started time.Duration
	cmd     *exec.Cmd
}

// Cores, where the machine can pin: what is measured has one to itself, the load and the upstream share the other.
const (
	coreMeasured = "0"
	coreLoad     = "1"
)

// pinnedEnv holds the number of cores of the machine for a program that is pinned to one of them, and so sees one.
const pinnedEnv = "CLOSEGRAPH_BENCH_CORES"

// cores is how many cores the machine has.
func cores() int {
	if n, err := strconv.Atoi(os.Getenv(pinnedEnv)); err == nil {
		return n
	}
	return runtime.NumCPU()
}

// pins says whether processes can be pinned to a core here.
func pins() bool {
	_, err := exec.LookPath("taskset")
	return err == nil && cores() > 1
}

// pinSelf starts this program anew on the core of the load; it returns only when that is not to be, or has happened.
func pinSelf() error {
	if !pins() || os.Getenv(pinnedEnv) != "" {
		return nil
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	args := append([]string{taskset, "-c", coreLoad, self}, os.Args[1:]...)
	env := append(os.Environ(), pinnedEnv+"="+strconv.Itoa(cores()), "GOMAXPROCS=1")
	return syscall.Exec(taskset, args, env) //nolint:gosec // this very program
}

// build builds the gateway into dir, as its image has it, and returns its path.
func build(ctx context.Context, source, dir string) (string, error) {
	binary := filepath.Join(dir, "closegraph")
	args := []string{"go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "."}
	if pins() {
		args = append([]string{"taskset", "-c", "0-" + strconv.Itoa(cores()-1)}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the words are above
	cmd.Dir, cmd.Stderr = source, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOMAXPROCS="+strconv.Itoa(cores()))
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build the gateway: %w", err)
	}
	return binary, nil
}

// addressLine is how a server says where it is: the gateway's own words, or ours.
var addressLine = regexp.MustCompile(`(?:GraphQL|listening on) +(http://[0-9.:]+)`)

// start starts a program on a core and waits until it says where it is.
func start(ctx context.Context, name, core string, command ...string) (*server, error) {
	return startWith(ctx, addressLine, name, core, command...)
}

// startWith waits for a line that says where the program is.
func startWith(ctx context.Context, line *regexp.Regexp, name, core string, command ...string) (*server, error) {
	if pins() {
		command = append([]string{"taskset", "-c", core}, command...)
	}
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // our own programs
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	s := &server{name: name, cmd: cmd}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := line.FindStringSubmatch(lines.Text()); found != nil {
			s.address, s.started = found[1], time.Since(begun)
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return s, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("start %s: it does not say where it listens", name), cmd.Wait())
}

// startSelf starts another of this program's parts.
func startSelf(ctx context.Context, name, core string, args ...string) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(ctx, name, core, append([]string{self}, args...)...)
}

// stop ends the process.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// listen opens a port of the loopback, and says which.
func listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the process
	if err == nil {
		fmt.Printf("listening on http://%s\n", listener.Addr())
	}
	return listener, err
}

// url is the address of the server.
func (s *server) url() *url.URL {
	u, err := url.Parse(s.address)
	if err != nil {
		panic(err)
	}
	return u
}

// cpu is the time that the process has had of the processor, as far as the system tells; where it does not, it is zero.
func (s *server) cpu() time.Duration { return cpuOf(strconv.Itoa(s.cmd.Process.Pid)) }

func cpuOf(pid string) time.Duration {
	const tick = 10 * time.Millisecond                 // USER_HZ is 100 on all that Go runs on
	stat, err := os.ReadFile("/proc/" + pid + "/stat") //nolint:gosec // pid is a number, or self
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(stat), ") ") // the name before may hold spaces
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// memory is what the process holds of memory now, and the most that it ever held, in MiB; zero where the system does not tell.
func (s *server) memory() (now, peak float64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0
	}
	kilobytes := func(name string) float64 {
		_, after, _ := strings.Cut(string(status), name+":")
		var n float64
		_, _ = fmt.Sscan(after, &n)
		return n / 1024
	}
	return kilobytes("VmRSS"), kilobytes("VmHWM")
}
