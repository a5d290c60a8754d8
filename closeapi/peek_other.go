//go:build !unix

package closeapi

import "net"

// canPeek says that idle connections cannot be looked at without reading from them.
const canPeek = false

// isQuiet is for systems where it can be told.
func isQuiet(net.Conn) bool { return false }
