package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Network says how the server meets browsers and the network.
type Network struct {
	TLSCert string `name:"tls-cert" placeholder:"FILE" help:"Serve over TLS with the certificate in this file, in PEM, followed by those that lead to its authority. Read anew when it changes."`
	TLSKey  string `name:"tls-key" placeholder:"FILE" help:"The private key of --tls-cert, in PEM."`

	CORSOrigins []string `name:"cors-origins" placeholder:"ORIGIN,..." help:"Web pages of these origins may use the API too: https://app.example.com, exactly as browsers name them. * is every page; that is for --passthrough and for callers with tokens only."`
	Compression bool     `name:"compression" default:"true" negatable:"" help:"Compress answers of 2 KiB and more for clients that take gzip."`

	MaxConnections int `name:"max-connections" placeholder:"N" default:"1000" help:"Most open connections from one address, of IPv6 from one /64 network; 0 sets no limit. This machine itself has none."`
}

// anyOrigin lets the pages of every origin in.
const anyOrigin = "*"

// AnyOrigin reports whether pages of every origin may use the API.
func (n Network) AnyOrigin() bool { return slices.Contains(n.CORSOrigins, anyOrigin) }

// TLS reports whether the server speaks TLS by itself.
func (n Network) TLS() bool { return n.TLSCert != "" }

func (c Config) checkNetwork() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("--tls-cert, --tls-key: both are needed, or neither")
	}
	if c.MaxConnections < 0 {
		return fmt.Errorf("--max-connections: must be at least 0, is %d", c.MaxConnections)
	}
	for _, origin := range c.CORSOrigins {
		if err := c.checkOrigin(origin); err != nil {
			return fmt.Errorf("--cors-origins: %w", err)
		}
	}
	return nil
}

// checkOrigin refuses what no browser sends as an origin, and origins that would make pages of others act for people.
func (c Config) checkOrigin(origin string) error {
	if origin == anyOrigin {
		switch {
		case len(c.CORSOrigins) > 1:
			return errors.New("* is every origin already; leave out the others")
		case c.Mode() != ModePassthrough && c.Mode() != ModeService:
			return errors.New("* would let every page act with what is not its own: the Close key, the sandbox, or a cookie; " +
				"name the origins, or let callers prove who they are in a header")
		}
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(u.Host, "*") ||
		origin != u.Scheme+"://"+u.Host || origin != strings.ToLower(origin) ||
		u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		return fmt.Errorf("%q is not an origin as browsers send it: scheme and host in lower case, a port unless it is the usual one, "+
			"and nothing else, such as https://app.example.com", origin)
	}
	if u.Scheme == "http" && c.Mode() == ModeSession && !loopbackHost(u.Hostname()) {
		return fmt.Errorf("%q: whoever is on the way could write such a page, and act for people who are logged in; it must be https", origin)
	}
	return nil
}
