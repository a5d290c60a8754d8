// Package redis shares among replicas what each would otherwise know alone: answers of Close, budgets, who wrote what
// lately, sessions and persisted queries. Redis may go away, be slow, or come back empty at any time: then each replica
// works on with what it has in its own memory, and shares again when Redis is there.
//
// Whoever reads Redis learns neither credentials nor data of Close. Names of keys are hashes; answers are sealed with keys
// that only those have who have the credential that the answer was for; sessions come sealed.
package redis

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// Options are what a Client is made of.
type Options struct {
	// URL says where Redis is: redis://, rediss:// (with TLS) or unix://, with user, password and database. It is not
	// repeated in errors and logs.
	URL string
	// World names what the replicas have in common, such as the address of Close. Those of different worlds share nothing.
	World string
	// Timeout is how long one operation may take; default 50 ms.
	Timeout time.Duration
	// CacheSize is how many bytes of what Redis holds are kept here as well, until Redis says that they changed; at least
	// one MiB.
	CacheSize int64
	Log       *slog.Logger
	// Up, if set, is told whether Redis is used, whenever that changes.
	Up func(bool)
	// Observe, if set, is told of each operation: its name, one of few; its outcome, which is ok, timeout, error, canceled by
	// who asked, or skipped while Redis is away; and how long it took.
	Observe func(operation, outcome string, took time.Duration)
}

// Client uses a Redis as long as there is one. It is safe for concurrent use.
type Client struct {
	options Options
	redis   rueidis.ClientOption
	secret  string // the password, to keep it out of errors
	prefix  string // of all keys

	link   atomic.Pointer[link] // nil while Redis is away
	lost   chan struct{}        // says that the link was given up
	stop   context.CancelFunc
	ended  chan struct{}
	owed   owed
	writes *Writes

	mu       sync.Mutex
	onChange []func() // what is told when Redis is lost, and before it is used again
}

const (
	defaultTimeout = 50 * time.Millisecond
	// firstConnect is how long Open waits for Redis. What begins without Redis gets it later.
	firstConnect = 2 * time.Second
)

// errAway is the error of all that is asked of Redis while it is away.
var errAway = errors.New("redis is away")

// errBroken is the error of a link whose connection has broken.
var errBroken = errors.New("the connection broke")

// parseURL reads the address of a Redis. Its errors do not repeat it: it may hold a password.
func parseURL(text string) (rueidis.ClientOption, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return rueidis.ClientOption{}, errors.New("is not a URL")
	case u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix":
		return rueidis.ClientOption{}, errors.New("must begin with redis://, rediss:// or unix://")
	case u.Scheme != "unix" && u.Hostname() == "":
		return rueidis.ClientOption{}, errors.New("has no host: write redis://user:password@host:6379/0")
	case u.Scheme == "unix" && strings.TrimSpace(u.Path) == "":
		return rueidis.ClientOption{}, errors.New("has no path: write unix:///run/redis.sock")
	case u.Fragment != "":
		return rueidis.ClientOption{}, errors.New("has a fragment; write # in a password as %23")
	}
	for name := range u.Query() {
		if name != "db" {
			return rueidis.ClientOption{}, errors.New("has a parameter that is not known; only db is, with unix://")
		}
	}
	option, err := rueidis.ParseURL(text)
	if err != nil {
		return rueidis.ClientOption{}, errors.New("has a path that is not the number of a database")
	}
	return option, nil
}

// Open makes a Client, and waits a little for Redis, so that what is there already is used from the beginning. An error
// means that the address is wrong; that Redis does not answer is none.
func Open(o Options) (*Client, error) {
	option, err := parseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("the address of Redis %w", err)
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Up == nil {
		o.Up = func(bool) {}
	}
	if o.Observe == nil {
		o.Observe = func(string, string, time.Duration) {}
	}
	world := sha256.Sum256([]byte("closegraph world\x00" + o.World))
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{
		options: o, redis: option, secret: option.Password,
		prefix: "closegraph:" + hex.EncodeToString(world[:6]) + ":",
		lost:   make(chan struct{}, 1), stop: stop, ended: make(chan struct{}),
	}
	c.writes = newWrites(c)
	first := make(chan struct{})
	go c.watch(ctx, first)
	patience := time.NewTimer(firstConnect)
	defer patience.Stop()
	select {
	case <-first:
	case <-patience.C:
	}
	return c, nil
}

// Close lets go of Redis.
func (c *Client) Close() {
	c.stop()
	<-c.ended
}

// Up reports whether Redis is used now.
func (c *Client) Up() bool { return c.link.Load() != nil }

// whenChanged has f called whenever Redis is lost, and before it is used again.
func (c *Client) whenChanged(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onChange = append(c.onChange, f)
}

func (c *Client) changed() {
	c.mu.Lock()
	told := c.onChange
	c.mu.Unlock()
	for _, f := range told {
		f()
	}
}

// key is the name of something in Redis: what it is about cannot be read off it.
func (c *Client) key(kind, about string) string {
	sum := sha256.Sum256([]byte("closegraph " + kind + "\x00" + about))
	return c.prefix + kind + ":" + hex.EncodeToString(sum[:16])
}

// do runs an operation within its time. Who asked may give up sooner, which says nothing about Redis.
func (c *Client) do(ctx context.Context, name string, operation func(ctx context.Context, l *link) error) error {
	l := c.link.Load()
	if l == nil {
		c.options.Observe(name, "skipped", 0)
		return errAway
	}
	begun := time.Now()
	limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	err := operation(limited, l)
	outcome := "ok"
	switch {
	case err == nil, rueidis.IsRedisNil(err):
		l.succeeded()
	case ctx.Err() != nil:
		outcome = "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		outcome = "timeout"
		if l.failed() {
			c.lose(l, fmt.Errorf("several operations took longer than %v", c.options.Timeout))
		}
	default:
		outcome = "error"
		if _, answered := rueidis.IsRedisErr(err); !answered || l.failed() {
			c.lose(l, err)
		}
	}
	c.options.Observe(name, outcome, time.Since(begun))
	return err
}

// lose gives up a link, and says so.
func (c *Client) lose(l *link, err error) {
	if !c.link.CompareAndSwap(l, nil) {
		return
	}
	c.options.Up(false)
	c.changed()
	c.options.Log.Warn("Redis is lost: until it is back, this process knows only what it has in memory", "error", c.hide(err))
	go l.close() // it may wait for answers
	select {
	case c.lost <- struct{}{}:
	default:
	}
}

// hidden is an error for others, without the password.
func (c *Client) hidden(err error) error {
	if err == nil || errors.Is(err, errAway) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errors.New("redis: " + c.hide(err))
}

// hide keeps the password out of the text of an error.
func (c *Client) hide(err error) string {
	text := err.Error()
	if c.secret != "" {
		text = strings.ReplaceAll(text, c.secret, "(hidden)")
	}
	return text
}
