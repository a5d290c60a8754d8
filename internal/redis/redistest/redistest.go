// Package redistest runs a Redis server of a test's own, which the test may stop, kill and start anew.
package redistest

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Server is a redis-server on a socket in the file system. It ends with its test.
type Server struct {
	t       testing.TB
	dir     string
	args    []string
	process *exec.Cmd
	output  bytes.Buffer
	ended   chan struct{}
}

// startTimeout is how long a server may take to start.
const startTimeout = 20 * time.Second

// Run runs a server, with more arguments for it if there are any. It keeps nothing on the disk unless the arguments say so.
func Run(t testing.TB, args ...string) *Server {
	t.Helper()
	s := New(t, args...)
	s.Start()
	return s
}

// New is a server that does not run yet.
func New(t testing.TB, args ...string) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redis") //nolint:usetesting // the names of sockets must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: dir, args: args}
	t.Cleanup(func() { s.Kill(); os.RemoveAll(dir) })
	return s
}

func (s *Server) socket() string { return filepath.Join(s.dir, "s") }

// URL is the address of the server.
func (s *Server) URL() string { return "unix://" + s.socket() }

// Start starts the server, and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	args := append([]string{"--port", "0", "--unixsocket", s.socket(), "--dir", s.dir, "--save", "", "--appendonly", "no"}, s.args...)
	s.process = exec.Command("redis-server", args...) //nolint:gosec,noctx // the test says with what; it ends by Kill
	s.process.Stdout, s.process.Stderr = &s.output, &s.output
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("redis-server: %v (apt-get install redis-server)", err)
	}
	s.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan<- struct{}) {
		_ = process.Wait() // it is killed
		close(ended)
	}(s.process, s.ended)
	for deadline := time.Now().Add(startTimeout); ; {
		conn, err := net.Dial("unix", s.socket()) //nolint:noctx // it answers at once, or not at all
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-s.ended:
			s.t.Fatalf("redis-server ended: %s", s.output.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("redis-server does not start: %v", err)
		}
	}
}

// Kill ends the server at once, if it runs. What it did not write to the disk is lost.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill() // it may have ended
	<-s.ended
	s.process = nil
}

// Pause has the server answer nothing, while its connections stay.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume ends a pause.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(which syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(which); err != nil {
		s.t.Fatal(err)
	}
}

// CLI runs commands on the server, one an argument, as redis-cli does, and returns what it prints.
func (s *Server) CLI(commands ...string) string {
	s.t.Helper()
	cli := exec.Command("redis-cli", "-s", s.socket()) //nolint:gosec,noctx // the test says with what; it ends by itself
	var input bytes.Buffer
	for _, command := range commands {
		input.WriteString(command + "\n")
	}
	cli.Stdin = &input
	out, err := cli.CombinedOutput()
	if err != nil {
		s.t.Fatalf("redis-cli: %v: %s", err, out)
	}
	return string(out)
}
