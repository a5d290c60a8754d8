package gateway

import (
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// tellPause is how long nothing more is logged of connections that were refused.
const tellPause = 10 * time.Second

// connectionLimit is a listener that takes only so many connections from one address at a time. What is beyond is closed
// unread: there is nobody yet to whom anything could be said. Connections from this machine are not counted, since those of
// a proxy are everybody's.
type connectionLimit struct {
	net.Listener
	most int
	log  *slog.Logger

	mu      sync.Mutex
	open    map[netip.Addr]int // it has no more entries than there are connections
	refused int                // since that was last logged
	told    time.Time
}

func limitConnections(listener net.Listener, most int, log *slog.Logger) net.Listener {
	return &connectionLimit{Listener: listener, most: most, log: log, open: map[netip.Addr]int{}}
}

// Accept waits for a connection that is within the limit.
func (l *connectionLimit) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, counted := peerOf(conn.RemoteAddr())
		if !counted {
			return conn, nil
		}
		if l.enter(from) {
			return &countedConn{Conn: conn, leave: func() { l.leave(from) }}, nil
		}
		_ = conn.Close() // whatever comes of it, it is gone
	}
}

// peerOf is where a connection comes from, and whether it is counted. Who has one address of IPv6 has the whole network
// of 64 bits.
func peerOf(address net.Addr) (netip.Addr, bool) {
	tcp, ok := address.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, false
	}
	from := tcp.AddrPort().Addr().Unmap().WithZone("")
	if from.Is6() {
		if network, err := from.Prefix(64); err == nil {
			return network.Addr(), !from.IsLoopback()
		}
	}
	return from, from.IsValid() && !from.IsLoopback()
}

// enter counts a connection, or refuses it.
func (l *connectionLimit) enter(from netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from] < l.most {
		l.open[from]++
		return true
	}
	if l.refused++; time.Since(l.told) >= tellPause {
		l.log.Warn("connections were refused: --max-connections is the most from one address", "limit", l.most, "refused", l.refused)
		l.told, l.refused = time.Now(), 0
	}
	return false
}

func (l *connectionLimit) leave(from netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[from]--; l.open[from] == 0 {
		delete(l.open, from)
	}
}

// countedConn is a connection that is counted until it is closed.
type countedConn struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close closes the connection.
func (c *countedConn) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}
