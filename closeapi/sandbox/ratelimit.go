package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	defaultRateLimit  = 100
	organizationTimes = 3      // (Close docs: Rate Limits)
	maxBuckets        = 10_000 // strangers' keys must not fill the memory
)

// A RateHeader says which answers tell the budget, and in which form.
type RateHeader int

const (
	// RateHeaderAlways puts "limit=100, remaining=50, reset=5" on every answer (Close docs: Rate Limits).
	RateHeaderAlways RateHeader = iota
	// RateHeaderSemicolons parts the pairs by semicolons, and adds a header for each of them, in whole numbers (observed).
	RateHeaderSemicolons
	// RateHeaderRefusals tells it with a 429 only, as for the limits that Close calls stricter and not predictable.
	RateHeaderRefusals
	// RateHeaderNever tells nothing: a 429 has no header and no body. Close's docs promise better.
	RateHeaderNever
)

// A limiter counts requests in token buckets: one for each key and group of endpoints, and one three times as large
// for each organization and group (Close docs: Rate Limits). The groups are a guess, since Close does not publish them.
type limiter struct {
	limit  int
	window time.Duration // in which a bucket fills
	steps  bool          // all at once, at its end
	header RateHeader

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
	window           float64 // seconds in which it fills
	scope, group     string
	exceeded         bool
}

func newLimiter(o Options) *limiter {
	l := &limiter{
		limit: o.RateLimit, window: o.RateWindow, steps: o.RateSteps, header: o.RateHeader,
		buckets: map[bucketKey]*bucket{},
	}
	if l.limit <= 0 {
		l.limit = defaultRateLimit
	}
	if l.window <= 0 {
		l.window = time.Second
	}
	return l
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
	b := budget{limit: l.limit, window: l.window.Seconds(), scope: "key", group: group, exceeded: exceeded}
	nearest := mine
	if all.tokens/organizationTimes < mine.tokens {
		b.limit, b.scope, nearest = l.limit*organizationTimes, "organization", all
	}
	b.remaining = int(nearest.tokens)
	if l.steps {
		b.reset = (l.window - now.Sub(nearest.at)).Seconds()
	} else {
		b.reset = (float64(b.limit) - nearest.tokens) / float64(b.limit) * b.window
	}
	return b
}

// bucket is the bucket as it is now. It fills all the time, or in steps: then at is when the last one was.
func (l *limiter) bucket(k bucketKey, limit int, now time.Time) *bucket {
	b := l.buckets[k]
	if b == nil {
		b = &bucket{tokens: float64(limit), at: now}
		l.buckets[k] = b
	}
	passed := now.Sub(b.at)
	switch {
	case !l.steps:
		b.tokens = math.Min(float64(limit), b.tokens+max(passed, 0).Seconds()/l.window.Seconds()*float64(limit))
		b.at = now
	case passed >= l.window:
		b.tokens = float64(limit)
		b.at = b.at.Add(passed.Truncate(l.window))
	}
	return b
}

// tell puts the budget on an answer that has none yet.
func (l *limiter) tell(h http.Header, b budget) {
	if l.header == RateHeaderNever || l.header == RateHeaderRefusals && !b.exceeded {
		return
	}
	h.Set("RateLimit", b.header())
	if l.header == RateHeaderSemicolons {
		h.Set("RateLimit", strings.ReplaceAll(b.header(), ",", ";"))
		h.Set("RateLimit-Limit", strconv.Itoa(b.limit))
		h.Set("RateLimit-Remaining", strconv.Itoa(b.remaining))
		h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil(b.reset))))
	}
	if b.exceeded {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(b.reset))))
	}
}

// header has the form that the docs quote: "limit=100, remaining=50, reset=5" (Close docs: Rate Limits).
func (b budget) header() string {
	return "limit=" + strconv.Itoa(b.limit) + ", remaining=" + strconv.Itoa(b.remaining) +
		", reset=" + strconv.FormatFloat(b.seconds(), 'f', -1, 64)
}

// seconds are the reset in milliseconds rounded up, so that waiting for it is waiting long enough.
func (b budget) seconds() float64 { return math.Ceil(b.reset*1000) / 1000 }

// refuse is the answer 429. Its body is the deprecated one (Close docs: changelog of 2024-04-24).
func (l *limiter) refuse(b budget) *answer {
	if l.header == RateHeaderNever {
		return newAnswer(http.StatusTooManyRequests, nil)
	}
	sum := sha256.Sum256([]byte(b.group))
	h := http.Header{}
	l.tell(h, b)
	refused := &apiError{status: http.StatusTooManyRequests, header: h, body: fields{{"error", fields{
		{"message", "API rate limit exceeded."},
		{"rate_reset", b.seconds()},
		{"rate_limit", b.limit},
		{"rate_window", b.window},
		{"rate_limit_type", b.scope},
		{"rate_endpoint_group", hex.EncodeToString(sum[:16])},
	}}}}
	return refused.answer()
}
