package closeapi

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RateLimit is what Close says about the budget of an API key or access token in the group of endpoints that
// a call belongs to: the limit that is closest to being used up (Close docs: Rate Limits).
type RateLimit struct {
	Limit     int           // requests a window; -1 when the header does not say
	Remaining int           // requests left now, rounded down; -1 when the header does not say
	Reset     time.Duration // until the budget is full again, 24 hours at most
}

// maxReset is the longest wait that a header is believed.
const maxReset = 24 * time.Hour

// ParseRateLimit reads a RateLimit header: "limit=100, remaining=50, reset=5" (Close docs: Rate Limits). The
// pairs may be parted by semicolons (observed), the numbers may have decimals and quotes, and what is unknown
// is skipped; of pairs with the same name the first counts. It reports false when there is no reset.
func ParseRateLimit(header string) (RateLimit, bool) {
	limit := RateLimit{Limit: -1, Remaining: -1, Reset: -1}
	for rest := header; rest != ""; {
		pair := rest
		if end := strings.IndexAny(rest, ",;"); end >= 0 {
			pair, rest = rest[:end], rest[end+1:]
		} else {
			rest = ""
		}
		name, value, _ := strings.Cut(pair, "=")
		number, ok := parseDecimal(strings.Trim(strings.TrimSpace(value), `"`))
		if !ok {
			continue
		}
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, "limit") && limit.Limit < 0:
			limit.Limit = int(min(number, math.MaxInt32))
		case strings.EqualFold(name, "remaining") && limit.Remaining < 0:
			limit.Remaining = int(min(number, math.MaxInt32))
		case strings.EqualFold(name, "reset") && limit.Reset < 0:
			limit.Reset = seconds(number)
		}
	}
	if limit.Reset < 0 {
		return RateLimit{}, false
	}
	return limit, true
}

// rateLimitOf reads what the headers of an answer say about the budget. Beside the RateLimit header Close has sent one
// for each of its numbers (observed); where they differ, the smaller rest counts.
func rateLimitOf(header http.Header) (RateLimit, bool) {
	limit, told := RateLimit{}, false
	if value := header["Ratelimit"]; len(value) > 0 {
		limit, told = ParseRateLimit(value[0])
	}
	remaining, ok := wholeNumber(header, "Ratelimit-Remaining")
	switch {
	case told && ok && limit.Remaining >= 0:
		limit.Remaining = min(limit.Remaining, remaining)
	case !told && ok:
		reset, isTold := parseDecimal(firstOf(header, "Ratelimit-Reset"))
		if !isTold {
			return RateLimit{}, false
		}
		limit, told = RateLimit{Limit: -1, Remaining: remaining, Reset: seconds(reset)}, true
		if number, ok := wholeNumber(header, "Ratelimit-Limit"); ok {
			limit.Limit = number
		}
	}
	return limit, told
}

// wholeNumber reads a header that is a number, rounded down.
func wholeNumber(header http.Header, name string) (int, bool) {
	number, ok := parseDecimal(firstOf(header, name))
	return int(min(number, math.MaxInt32)), ok
}

// firstOf is the first value of a header whose name is written as net/http writes it.
func firstOf(header http.Header, name string) string {
	if values := header[name]; len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

// parseDecimal reads a number of digits with at most one point. Signs, exponents, "inf" and "nan" are none.
func parseDecimal(text string) (float64, bool) {
	if text == "" || text[0] == '+' || text[0] == '-' || !isNumber(text) {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// seconds is a number of seconds as a duration, 24 hours at most.
func seconds(number float64) time.Duration {
	return time.Duration(min(number, maxReset.Seconds()) * float64(time.Second))
}

// retryHeader returns how long Close asks to wait in the headers of a 429, the most precise one first. Other
// statuses are asked only for retry-after: the rest is on successes too, and no request to wait.
func retryHeader(status int, header http.Header) (time.Duration, bool) {
	if status == http.StatusTooManyRequests {
		if limit, ok := ParseRateLimit(header.Get("Ratelimit")); ok {
			return limit.Reset, true
		}
	}
	if value := strings.TrimSpace(header.Get("Retry-After")); value != "" {
		if number, ok := parseDecimal(value); ok {
			return seconds(number), true
		}
		if at, err := http.ParseTime(value); err == nil { // a proxy's form
			return min(max(time.Until(at), 0), maxReset), true
		}
	}
	if status == http.StatusTooManyRequests {
		if number, ok := parseDecimal(strings.TrimSpace(header.Get("Ratelimit-Reset"))); ok {
			return seconds(number), true
		}
	}
	return 0, false
}

// retryBody returns how long the body of a 429 asks to wait. Close has deprecated it (Close docs: Rate
// Limits), so it is the last to be asked.
func retryBody(body []byte) (time.Duration, bool) {
	var answer struct {
		Error struct {
			RateReset json.Number `json:"rate_reset"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return 0, false
	}
	number, ok := parseDecimal(answer.Error.RateReset.String())
	return seconds(number), ok
}
