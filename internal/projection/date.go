package projection

import "strings"

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
	out, ok := normalDateTime(append(out, '"'), raw[1:len(raw)-1])
	return append(out, '"'), ok
}

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
