//go:build !unix

package closeapi

import "net"

// canPeek says that idle connections cannot be looked at without reading from them.
const canPeek = false

// peeker is for systems where sockets can be looked at.
type peeker struct{}

func newPeeker(net.Conn) *peeker { return &peeker{} }

func (*peeker) isQuiet() bool { return false }
