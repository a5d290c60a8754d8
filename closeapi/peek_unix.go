//go:build unix

package closeapi

import (
	"net"
	"syscall"
)

// canPeek says that idle connections can be looked at without reading from them.
const canPeek = true

// peeker looks at a socket.
type peeker struct {
	raw   syscall.RawConn  // nil when it cannot be looked at
	look  func(fd uintptr) // sets quiet
	quiet bool
}

func newPeeker(socket net.Conn) *peeker {
	p := new(peeker)
	if s, ok := socket.(syscall.Conn); ok {
		p.raw, _ = s.SyscallConn() // which is nil then
	}
	p.look = func(fd uintptr) {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		p.quiet = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
	}
	return p
}

// isQuiet reports whether nothing waits to be read from the socket: neither bytes nor its end.
func (p *peeker) isQuiet() bool {
	p.quiet = false
	return p.raw != nil && p.raw.Control(p.look) == nil && p.quiet
}
