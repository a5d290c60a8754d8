//go:build unix

package closeapi

import (
	"net"
	"syscall"
)

// canPeek says that idle connections can be looked at without reading from them.
const canPeek = true

// isQuiet reports whether nothing waits to be read from a socket: neither bytes nor its end.
func isQuiet(socket net.Conn) bool {
	s, ok := socket.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		quiet = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
		return true
	})
	return err == nil && quiet
}
