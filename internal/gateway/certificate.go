package gateway

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificatePause is how long the files of a certificate are not looked at again.
const certificatePause = time.Second

// certificate is a TLS certificate in files, which may change while the server runs.
type certificate struct {
	files [2]string // the certificate and its key
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	looked time.Time
	seen   [2]os.FileInfo // of the files that current was read from
	failed bool           // the files are not fit now, and that was logged
	pair   *tls.Certificate
}

// ServerTLS is how a server speaks TLS with the certificate and the key in two files, in PEM: TLS 1.2 and 1.3, with the
// suites and curves that Go thinks safe. Files that change are read anew, when somebody connects and at most once a
// second; while they do not fit together, the pair from before stays. The error is about files that do not fit at first.
func ServerTLS(certFile, keyFile string, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{files: [2]string{certFile, keyFile}, now: time.Now, log: log}
	if err := c.read(); err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil },
	}, nil
}

// current is the certificate as the files have it now.
func (c *certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.looked) < certificatePause {
		return c.pair
	}
	before := c.pair
	err := c.read()
	switch {
	case err != nil && !c.failed:
		c.log.Error("cannot read the TLS certificate; the one from before stays", "error", err)
	case err == nil && c.pair != before:
		c.log.Info("read the TLS certificate anew", "until", c.pair.Leaf.NotAfter)
	}
	c.failed = err != nil
	return c.pair
}

// read reads the files, unless they are those that were read before.
func (c *certificate) read() error {
	c.looked = c.now()
	var found [2]os.FileInfo
	same := true
	for i, name := range c.files {
		var err error
		if found[i], err = os.Stat(name); err != nil {
			return fmt.Errorf("look at the TLS certificate: %w", err)
		}
		was := c.seen[i]
		same = same && was != nil && os.SameFile(was, found[i]) && was.ModTime().Equal(found[i].ModTime()) && was.Size() == found[i].Size()
	}
	if same {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err != nil {
		return fmt.Errorf("read the TLS certificate: %w", err)
	}
	c.pair, c.seen = &pair, found
	return nil
}
