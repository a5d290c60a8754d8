package projection

import (
	"encoding/binary"
	"strings"
)

// Close writes a moment in several ways: with or without a fraction, with `T` or a space, with an offset or without one
// when it is UTC (Close docs and observations). A moment leaves the gateway in one way, RFC 3339: `T`, no trailing
// zeros in the fraction, `Z` for UTC.

// dateSize is the length of a day: 2026-03-18.
const dateSize = len("2026-03-18")

// IsDateTime reports whether a text is a moment in RFC 3339, which has an offset.
func IsDateTime(text string) bool {
	const size = len("2026-03-18T09:30:00")
	if _, ok := normalDateTime(nil, []byte(text)); !ok || text[dateSize] == ' ' {
		return false
	}
	return strings.ContainsAny(text[size:], "Zz+-")
}

// IsDate reports whether a text is a day, as 2026-03-18.
func IsDate(text string) bool {
	return len(text) == dateSize && isDate([]byte(text))
}

func appendDateTime(out, raw []byte) ([]byte, bool) {
	if raw[0] != '"' {
		return out, false
	}
	if text := raw[1 : len(raw)-1]; isUsual(text) {
		end := len(usualMoment) - len("+00:00")
		for text[end-1] == '0' {
			end--
		}
		if text[end-1] == '.' {
			end--
		}
		return append(append(append(out, '"'), text[:end]...), `Z"`...), true
	}
	out, ok := normalDateTime(append(out, '"'), raw[1:len(raw)-1])
	return append(out, '"'), ok
}

// usualMoment is how Close nearly always writes a moment, with zeros for all digits.
const usualMoment = "0000-00-00T00:00:00.000000+00:00"

// usualWords is the same in pieces of eight bytes. When they are taken off a moment with XOR, its digits are left as 0 to 9, and what is
// no digit as 0; so usualLimits, when they are added to that, bring a byte to 128 if it is more.
var usualWords, usualLimits = func() (words, limits [len(usualMoment) / 8]uint64) {
	for i := range usualMoment {
		limit := byte(0x7f)
		if usualMoment[i] == '0' && i < len(usualMoment)-len("00:00") {
			limit -= 9
		}
		words[i/8] |= uint64(usualMoment[i]) << (i % 8 * 8)
		limits[i/8] |= uint64(limit) << (i % 8 * 8)
	}
	return words, limits
}()

// isUsual reports whether a text is a moment in the usual form, in UTC.
func isUsual(b []byte) bool {
	if len(b) != len(usualMoment) {
		return false
	}
	var wrong uint64
	for i := range usualWords {
		rest := binary.LittleEndian.Uint64(b[i*8:]) ^ usualWords[i]
		wrong |= rest | (rest + usualLimits[i])
	}
	if wrong&highs != 0 {
		return false
	}
	year, month, day := pair(b, 0)*100+pair(b, 2), pair(b, 5), pair(b, 8)
	return 1 <= month && month <= 12 && 1 <= day && day <= daysIn(year, month) && pair(b, 11) <= 23 && pair(b, 14) <= 59 && pair(b, 17) <= 59
}

// pair is the number that two digits are.
func pair(b []byte, at int) int { return int(b[at])*10 + int(b[at+1]) - '0'*11 }

// appendDate writes a day; of a moment it is the day as written.
func appendDate(out, raw []byte) ([]byte, bool) {
	if raw[0] != '"' {
		return out, false
	}
	text := raw[1 : len(raw)-1]
	if len(text) != dateSize {
		if _, ok := normalDateTime(nil, text); !ok {
			return out, false
		}
	}
	if !isDate(text) {
		return out, false
	}
	out = append(append(out, '"'), text[:dateSize]...)
	return append(out, '"'), true
}

func appendDateOrDateTime(out, raw []byte) ([]byte, bool) {
	if raw[0] == '"' && len(raw) == dateSize+2 {
		return appendDate(out, raw)
	}
	return appendDateTime(out, raw)
}

// isDate reports whether a text begins with a day.
func isDate(b []byte) bool {
	if len(b) < dateSize || b[4] != '-' || b[7] != '-' {
		return false
	}
	year, ok1 := number(b[0:4])
	month, ok2 := number(b[5:7])
	day, ok3 := number(b[8:10])
	return ok1 && ok2 && ok3 && 1 <= month && month <= 12 && 1 <= day && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func number(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// normalDateTime appends a moment in its one form.
func normalDateTime(out, b []byte) ([]byte, bool) {
	const size = len("2026-03-18T09:30:00")
	if len(b) < size || !isDate(b) || (b[10] != 'T' && b[10] != 't' && b[10] != ' ') || b[13] != ':' || b[16] != ':' {
		return out, false
	}
	hour, ok1 := number(b[11:13])
	minute, ok2 := number(b[14:16])
	second, ok3 := number(b[17:19])
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 {
		return out, false
	}
	out = append(append(append(out, b[:10]...), 'T'), b[11:size]...)
	rest := b[size:]
	if len(rest) > 0 && rest[0] == '.' {
		n := skipDigits(rest, 1)
		if n == 1 {
			return out, false
		}
		fraction := rest[:n]
		for fraction[len(fraction)-1] == '0' {
			fraction = fraction[:len(fraction)-1]
		}
		if len(fraction) > 1 {
			out = append(out, fraction...)
		}
		rest = rest[n:]
	}
	return normalOffset(out, rest)
}

func normalOffset(out, b []byte) ([]byte, bool) {
	switch string(b) {
	case "", "Z", "z", "+00:00", "-00:00":
		return append(out, 'Z'), true
	}
	if len(b) != 6 || (b[0] != '+' && b[0] != '-') || b[3] != ':' {
		return out, false
	}
	hour, ok1 := number(b[1:3])
	minute, ok2 := number(b[4:6])
	return append(out, b...), ok1 && ok2 && hour <= 23 && minute <= 59
}
