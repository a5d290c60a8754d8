package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
)

// link is one connection to one run of a Redis server. A connection that breaks is not made again under the same link: who
// answers then may have been started anew, with data from before, and so must be met as a stranger.
//
// There is one connection, on which all commands are pipelined. So the answer to a command comes after all that the server
// has said before about values that are kept here, and what is kept is as good as what is asked for.
type link struct {
	rueidis.Client
	run     string    // names the run of the server
	began   time.Time // by the clock of the server
	opened  atomic.Bool
	history atomic.Uint32 // the last operations, a bit each, set for those that failed
	conn    atomic.Pointer[net.Conn]
}

const (
	// mostFailures of the lastOperations are enough to give a link up.
	mostFailures   = 5
	lastOperations = 20

	connectTimeout = 2 * time.Second
	// ping is how often it is looked whether Redis is still there, and how often it is tried to find it again.
	ping = time.Second
	// steady is how long Redis has to be used to be tried again at once when it is lost; else it is left alone for a while,
	// longer each time, up to longestPause.
	steady       = 10 * time.Second
	longestPause = 30 * time.Second
	// pings are how many answers in a row must come in time before Redis is used.
	pings = 3
	// leastCache is the least memory that is given to what is kept of values in Redis.
	leastCache = 1 << 20
)

func (l *link) succeeded() { l.note(0) }

// failed takes in a failure, and reports whether it is one too many.
func (l *link) failed() bool { return bits.OnesCount32(l.note(1)) >= mostFailures }

func (l *link) note(failed uint32) uint32 {
	for {
		before := l.history.Load()
		after := (before<<1 | failed) & (1<<lastOperations - 1)
		if l.history.CompareAndSwap(before, after) {
			return after
		}
	}
}

// hangUp breaks the connection.
func (l *link) hangUp() {
	if conn := l.conn.Load(); conn != nil {
		(*conn).Close()
	}
}

// close ends the link, and whatever waits for it.
func (l *link) close() {
	l.hangUp()
	l.Client.Close()
}

// watch finds Redis, looks after it, and finds it again when it was lost, until ctx ends. It closes first after the first
// attempt.
func (c *Client) watch(ctx context.Context, first chan<- struct{}) {
	defer close(c.ended)
	defer func() {
		if l := c.link.Swap(nil); l != nil {
			l.close()
		}
	}()
	var (
		told   bool          // whether it was said that Redis is away
		since  = time.Now()  // when Redis was found or lost
		pause  time.Duration // before the next attempt to find it
		waited = time.Now()
	)
	for {
		if c.link.Load() == nil && time.Since(waited) >= pause {
			err := c.find(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case err == nil:
				c.options.Log.Info("Redis is there: it is shared with the other replicas", "after", time.Since(since).Round(time.Millisecond))
				told, since = true, time.Now()
			case !told:
				c.options.Up(false)
				c.options.Log.Warn("Redis does not answer: until it does, this process knows only what it has in memory", "error", c.hide(err))
				told = true
			}
			if first != nil {
				close(first)
				first = nil
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-c.lost:
			if time.Since(since) > steady {
				pause = 0
			} else { // found too early
				pause = min(max(2*pause, ping), longestPause)
			}
			since, waited = time.Now(), time.Now()
		case <-time.After(ping + time.Duration(rand.Int64N(int64(ping/4)))): //nolint:gosec // no secret: so that replicas do not come all at once
			if c.link.Load() != nil {
				c.writes.Learn(ctx) // which shows whether Redis is there, and leaves little to be learned by who waits for it
			}
		}
	}
}

// pinged asks Redis whether it is there.
func pinged(ctx context.Context, l *link) error { return l.Do(ctx, l.B().Ping().Build()).Error() }

// find connects to Redis, tells it what is owed to it, and begins to use it.
func (c *Client) find(ctx context.Context) error {
	l, err := c.connect(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	err = c.meet(ctx, l)
	if err == nil {
		err = c.settle(ctx, l)
	}
	if err != nil {
		l.close()
	}
	return err
}

// connect makes a link. The dialer works once: see link.
func (c *Client) connect(ctx context.Context) (*link, error) {
	l := &link{}
	option, dial := c.redis, dialTCP
	if option.DialCtxFn != nil {
		dial = option.DialCtxFn // of a socket in the file system
	}
	option.DialCtxFn = func(dialing context.Context, address string, dialer *net.Dialer, cfg *tls.Config) (net.Conn, error) {
		if !l.opened.CompareAndSwap(false, true) {
			return nil, errBroken
		}
		conn, err := dial(dialing, address, dialer, cfg)
		if err == nil {
			l.conn.Store(&conn)
		}
		return conn, err
	}
	option.Dialer.Timeout = connectTimeout
	option.ConnWriteTimeout = connectTimeout
	option.ForceSingleClient = true
	option.PipelineMultiplex = -1 // one connection
	option.AlwaysPipelining = true
	option.DisableRetry = true
	option.CacheSizeEachConn = int(max(c.options.CacheSize, leastCache))
	option.ClientName = "closegraph"
	stop := context.AfterFunc(ctx, l.hangUp)
	defer stop()
	client, err := rueidis.NewClient(option)
	if err != nil {
		if client != nil {
			client.Close()
		}
		return nil, fmt.Errorf("connect: %w", err)
	}
	l.Client = client
	return l, nil
}

// dialTCP connects as rueidis does by itself.
func dialTCP(ctx context.Context, address string, dialer *net.Dialer, cfg *tls.Config) (net.Conn, error) {
	if cfg != nil {
		return (&tls.Dialer{NetDialer: dialer, Config: cfg}).DialContext(ctx, "tcp", address)
	}
	return dialer.DialContext(ctx, "tcp", address)
}

// meet learns which run of the server this is and what time it is there, and makes sure that it takes what is written and
// answers in time.
func (c *Client) meet(ctx context.Context, l *link) error {
	answers := l.DoMulti(ctx,
		l.B().Info().Section("server").Build(),
		l.B().Time().Build(),
		l.B().Set().Key(c.prefix+"alive").Value("1").Ex(time.Minute).Build(),
	)
	info, err := answers[0].ToString()
	if err != nil {
		return fmt.Errorf("INFO: %w", err)
	}
	for line := range strings.Lines(info) {
		if run, ok := strings.CutPrefix(line, "run_id:"); ok {
			l.run = strings.TrimSpace(run)
		}
	}
	if l.run == "" {
		return errors.New("INFO: it does not name the run of the server")
	}
	if l.began, err = timeOf(answers[1]); err != nil {
		return fmt.Errorf("TIME: %w", err)
	}
	if err := answers[2].Error(); err != nil {
		return fmt.Errorf("SET: %w", err)
	}
	for range pings {
		limited, cancel := context.WithTimeout(ctx, c.options.Timeout)
		err := pinged(limited, l)
		cancel()
		if err != nil {
			return fmt.Errorf("PING: %w", err)
		}
	}
	c.writes.meet(l)
	return nil
}

// timeOf reads an answer to TIME.
func timeOf(answer rueidis.RedisResult) (time.Time, error) {
	parts, err := answer.AsStrSlice()
	if err != nil {
		return time.Time{}, err
	}
	if len(parts) != 2 {
		return time.Time{}, errors.New("it is no time")
	}
	seconds, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	micros, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(seconds, micros*1000), nil
}
