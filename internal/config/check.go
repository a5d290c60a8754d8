package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// check finds the first thing that is wrong with the configuration, alone or in combination.
func (c Config) check() error {
	for _, check := range []func() error{c.checkCallers, c.checkAddresses, c.checkClose, c.checkNetwork, c.checkLimits, c.checkExposure} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) checkAddresses() error {
	if err := checkAddress(c.Listen); err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	if c.AdminListen == "" && c.Pprof {
		return errors.New("--pprof: profiles are served on --admin-listen, which is not set")
	}
	if c.AdminListen != "" {
		if err := checkAddress(c.AdminListen); err != nil {
			return fmt.Errorf("--admin-listen: %w", err)
		}
	}
	if c.SandboxListen == "" {
		return nil
	}
	if err := checkAddress(c.SandboxListen); err != nil {
		return fmt.Errorf("--sandbox-listen: %w", err)
	}
	if c.Mode() != ModeSandbox {
		return errors.New("--sandbox-listen: there is no sandbox beside a live account; leave out the key, --passthrough and --oauth-client-id")
	}
	return nil
}

func (c Config) checkClose() error {
	if err := c.CloseAPIKey.check(); err != nil {
		return fmt.Errorf("--close-api-key: %w", err)
	}
	if c.CloseAPIKey != "" && c.Passthrough {
		return errors.New("--passthrough: callers bring their own credentials, so --close-api-key must not be set too")
	}
	if err := checkURL(c.CloseBaseURL); err != nil {
		return fmt.Errorf("--close-base-url: %w", err)
	}
	if c.CloseBaseURL != DefaultCloseBaseURL && c.Mode() == ModeSandbox {
		return errors.New("--close-base-url: give --close-api-key, --passthrough or --oauth-client-id too, or the sandbox answers")
	}
	return nil
}

func (c Config) checkLimits() error {
	for _, limit := range []struct {
		flag  string
		value int64
		least int64
	}{
		{"--max-body", int64(c.MaxBody), 1},
		{"--max-tokens", int64(c.MaxTokens), 1},
		{"--max-depth", int64(c.MaxDepth), 1},
		{"--max-aliases", int64(c.MaxAliases), 0},
		{"--max-directives", int64(c.MaxDirectives), 0},
		{"--max-fields", int64(c.MaxFields), 1},
		{"--max-objects", int64(c.MaxObjects), 1},
		{"--max-calls", int64(c.MaxCalls), 1},
		{"--max-concurrent", int64(c.MaxConcurrent), 0},
		{"--max-response", int64(c.MaxResponse), 1},
		{"--query-cache", int64(c.QueryCache), 0},
		{"--persisted-queries", int64(c.PersistedQueries), 0},
		{"--cache-size", int64(c.CacheSize), 0},
	} {
		if limit.value < limit.least {
			return fmt.Errorf("%s: must be at least %d, is %d", limit.flag, limit.least, limit.value)
		}
	}
	if c.OnlyTrustedDocuments && c.TrustedDocuments == "" {
		return errors.New("--only-trusted-documents: say which in --trusted-documents")
	}
	if c.RequestTimeout <= 0 {
		return fmt.Errorf("--request-timeout: must be longer than nothing, is %s", c.RequestTimeout)
	}
	if c.ShutdownTimeout <= 0 {
		return fmt.Errorf("--shutdown-timeout: must be longer than nothing, is %s", c.ShutdownTimeout)
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("--log-format: %q is neither text nor json", c.LogFormat)
	}
	return nil
}

// checkExposure refuses to hand the key, or the sandbox, to everybody who can reach the address, unless told to.
func (c Config) checkExposure() error {
	if c.AllowAnonymous || !c.Mode().Anonymous() {
		return nil
	}
	if c.Mode() == ModeKey && !loopback(c.Listen) {
		return fmt.Errorf("--listen: on %s everybody who reaches the server would use the Close key without proving who they are; "+
			"listen on 127.0.0.1, or let callers prove it (--access-tokens-file, --jwt-issuer), or use --passthrough, "+
			"or accept it with --allow-anonymous", c.Listen)
	}
	for _, address := range []string{c.Listen, c.SandboxListen} {
		if address != "" && !loopback(address) {
			return fmt.Errorf("--listen: the sandbox serves this machine only, not %s; set a Close key, or accept it with --allow-anonymous", address)
		}
	}
	return nil
}

func checkAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is not an address such as 127.0.0.1:8080", address)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("the port of %q is not a number from 0 to 65535", address)
	}
	if host == "" {
		return nil
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	if u, err := url.Parse("//" + host); err != nil || u.Host != host || u.Port() != "" {
		return fmt.Errorf("%q has no valid host", address)
	}
	return nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("is not a URL")
	case u.User != nil:
		return errors.New("must not hold a user name or a password; use --close-api-key")
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.Opaque != "":
		return fmt.Errorf("%q is not an absolute http or https URL", text)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("%q must end with the path: no query, no fragment", text)
	}
	return nil
}

// loopback says whether only this machine can reach the address. A name other than localhost could be anywhere.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	return loopbackHost(host)
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
