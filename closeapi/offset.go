package closeapi

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones by name, also where the machine has none
)

// Offset is a caller's distance from UTC, in whole minutes, east counted up. Close reads dates without a time
// by it, and relative ones such as today (Close docs: Timezones). It is an offset, not a zone: in a zone with
// daylight saving time it depends on the instant. The zero value is UTC. Offsets can be compared with ==.
type Offset struct{ minutes int16 }

// maxOffset is the largest distance from UTC that any place on earth has, in minutes.
const maxOffset = 14 * 60

// ParseOffset reads hours from UTC, with or without decimals ("-4", "+2", "5.5"), from -14 to 14, or the name
// of a zone ("Europe/Vienna"), which is turned into its offset at the given instant. Naming a zone reads its
// rules anew; a caller who asks often had better remember the answer for a while.
func ParseOffset(zone string, at time.Time) (Offset, error) {
	if zone == "" {
		return Offset{}, errors.New("the time zone is empty")
	}
	if isNumber(zone) {
		hours, err := strconv.ParseFloat(zone, 64)
		if err != nil || math.Abs(hours) > maxOffset/60 {
			return Offset{}, fmt.Errorf("the offset %.20q is not between -14 and 14 hours", zone)
		}
		return Offset{int16(math.Round(hours * 60))}, nil
	}
	location, err := time.LoadLocation(zone)
	if err != nil || strings.EqualFold(zone, "local") {
		return Offset{}, fmt.Errorf("the time zone %.60q is neither hours from UTC, like 5.5 or -4, nor a known name, like Europe/Vienna", zone)
	}
	_, seconds := at.In(location).Zone()
	minutes := math.Round(float64(seconds) / 60)
	if math.Abs(minutes) > maxOffset {
		// Before zones were invented, a few places kept the date of the other side.
		return Offset{}, fmt.Errorf("the time zone %.60q was more than 14 hours from UTC then", zone)
	}
	return Offset{int16(minutes)}, nil
}

// isNumber reports whether the text is a decimal number: digits around at most one point, after at most one sign.
func isNumber(text string) bool {
	if text[0] == '+' || text[0] == '-' {
		text = text[1:]
	}
	digits, points := 0, 0
	for i := range len(text) {
		switch {
		case '0' <= text[i] && text[i] <= '9':
			digits++
		case text[i] == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points < 2
}

// String returns the offset in hours, as Close takes it: "-4", "5.5", "0".
func (o Offset) String() string {
	if o.minutes%60 == 0 {
		return strconv.Itoa(int(o.minutes / 60))
	}
	text := strconv.FormatFloat(float64(o.minutes)/60, 'f', 4, 64)
	return strings.TrimRight(text, "0")
}

// Duration returns the offset as a duration, negative in the west.
func (o Offset) Duration() time.Duration { return time.Duration(o.minutes) * time.Minute }

// utc is the header of most callers, shared by all requests; nobody may write into it.
var utc = []string{"0"}

// header returns the value of x-tz-offset.
func (o Offset) header() []string {
	if o.minutes == 0 {
		return utc
	}
	return []string{o.String()}
}
