package config

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
)

// Secret is a credential. Printing, logging or encoding it shows only whether there is one.
type Secret string

// Reveal is the credential itself.
func (s Secret) Reveal() string { return string(s) }

// String hides the credential.
func (s Secret) String() string {
	if s == "" {
		return "(none)"
	}
	return "(hidden)"
}

// GoString hides the credential from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the credential from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the credential from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// check refuses what cannot travel in a header, without showing it.
func (s Secret) check() error {
	for _, r := range s {
		if r <= ' ' || r > '~' || r == ':' {
			return errors.New("has a character that no key has (a line break at its end?)")
		}
	}
	return nil
}

// Bytes is a number of bytes. As text it may carry a unit: 512KiB, 1MiB, 2MB.
type Bytes int64

// units are the multiples of bytes. A longer suffix stands before one that ends it.
var units = []struct {
	suffix string
	size   int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
	{"B", 1},
}

// UnmarshalText reads a number with an optional unit.
func (b *Bytes) UnmarshalText(text []byte) error {
	digits, size := strings.TrimSpace(string(text)), int64(1)
	for _, unit := range units {
		if rest, ok := strings.CutSuffix(digits, unit.suffix); ok {
			digits, size = strings.TrimSpace(rest), unit.size
			break
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64/size {
		return fmt.Errorf("%q is not a size: write a number of bytes, or one with a unit, such as 512KiB or 1MiB", text)
	}
	*b = Bytes(n * size)
	return nil
}

// String is the size in the largest binary unit that divides it.
func (b Bytes) String() string {
	for _, unit := range []struct {
		suffix string
		size   Bytes
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if b >= unit.size && b%unit.size == 0 {
			return strconv.FormatInt(int64(b/unit.size), 10) + unit.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// Lifetimes are durations by name. As text: lead=30s,task=10s.
type Lifetimes map[string]time.Duration

// UnmarshalText reads names with their durations.
func (l *Lifetimes) UnmarshalText(text []byte) error {
	*l = Lifetimes{}
	for pair := range strings.SplitSeq(string(text), ",") {
		name, value, ok := strings.Cut(pair, "=")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return fmt.Errorf("%q is not a kind with a duration: write lead=30s, and commas between several", strings.TrimSpace(pair))
		}
		value = strings.TrimSpace(value)
		lifetime, err := time.ParseDuration(value)
		if err != nil || lifetime < 0 {
			return fmt.Errorf("%s: %q is not a duration: write 30s, 5m, or 0 to keep none", name, value)
		}
		if _, twice := (*l)[name]; twice {
			return fmt.Errorf("%s is named twice", name)
		}
		(*l)[name] = lifetime
	}
	return nil
}
