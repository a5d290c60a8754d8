package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	defaultRateLimit  = 100
	organizationTimes = 3      // (Close docs: Rate Limits)
	maxBuckets        = 10_000 // strangers' keys must not fill the memory
)

// A limiter counts requests in token buckets: one for each key and group of endpoints, and one three times as large
// for each organization and group (Close docs: Rate Limits). The groups are a guess, since Close does not publish them.
type limiter struct {
	limit int

	mu      sync.Mutex
	buckets map[bucketKey]*bucket
}

type bucketKey struct{ owner, group string }

type bucket struct {
	tokens float64
	at     time.Time
}

// A budget is the state of the bucket that is closest to its end.
type budget struct {
	limit, remaining int
	reset            float64 // seconds until the bucket is full again
	scope, group     string
	exceeded         bool
}

func newLimiter(limit int) *limiter {
	return &limiter{limit: limit, buckets: map[bucketKey]*bucket{}}
}

// take counts one request of a key, and tells the budget that remains.
func (l *limiter) take(key, organization, group string, now time.Time) budget {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buckets) > maxBuckets {
		clear(l.buckets)
	}
	mine := l.bucket(bucketKey{"key " + key, group}, l.limit, now)
	all := l.bucket(bucketKey{"organization " + organization, group}, l.limit*organizationTimes, now)
	exceeded := mine.tokens < 1 || all.tokens < 1
	if !exceeded {
		mine.tokens--
		all.tokens--
	}
	b := budget{limit: l.limit, scope: "key", group: group, exceeded: exceeded}
	tokens := mine.tokens
	if all.tokens/organizationTimes < mine.tokens {
		b.limit, b.scope, tokens = l.limit*organizationTimes, "organization", all.tokens
	}
	b.remaining = int(tokens)
	b.reset = (float64(b.limit) - tokens) / float64(b.limit)
	return b
}

func (l *limiter) bucket(k bucketKey, limit int, now time.Time) *bucket {
	b := l.buckets[k]
	if b == nil {
		b = &bucket{tokens: float64(limit), at: now}
		l.buckets[k] = b
	}
	if passed := now.Sub(b.at).Seconds(); passed > 0 {
		b.tokens = math.Min(float64(limit), b.tokens+passed*float64(limit))
	}
	b.at = now
	return b
}

// header has the form that the docs quote: "limit=100, remaining=50, reset=5" (Close docs: Rate Limits).
func (b budget) header() string {
	return "limit=" + strconv.Itoa(b.limit) + ", remaining=" + strconv.Itoa(b.remaining) +
		", reset=" + strconv.FormatFloat(b.seconds(), 'f', -1, 64)
}

// seconds are the reset in milliseconds rounded up, so that waiting for it is waiting long enough.
func (b budget) seconds() float64 { return math.Ceil(b.reset*1000) / 1000 }

// refusal is the answer 429. Its body is the deprecated one (Close docs: changelog of 2024-04-24).
func (b budget) refusal() *apiError {
	sum := sha256.Sum256([]byte(b.group))
	h := http.Header{}
	h.Set("RateLimit", b.header())
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(b.reset))))
	return &apiError{status: http.StatusTooManyRequests, header: h, body: fields{{"error", fields{
		{"message", "API rate limit exceeded."},
		{"rate_reset", b.seconds()},
		{"rate_limit", b.limit},
		{"rate_window", 1},
		{"rate_limit_type", b.scope},
		{"rate_endpoint_group", hex.EncodeToString(sum[:16])},
	}}}}
}
