package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// cursorLife is how long a cursor of a search can be used (Close docs: advanced filtering).
const cursorLife = 30 * time.Second

// makeCursor makes the cursor of the next page of a search: where it begins, since when, and which search it is.
func makeCursor(from int, now time.Time, hash string) string {
	text := strconv.Itoa(from) + "." + strconv.FormatInt(now.UnixMilli(), 10) + "." + hash
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// readCursor tells where the page begins, or what is wrong with the cursor.
func readCursor(cursor string, now time.Time, hash string) (from int, problem string) {
	const invalid = "Invalid cursor"
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := strings.Split(string(text), ".")
	if err != nil || len(parts) != 3 || parts[2] != hash {
		return 0, invalid
	}
	from, err = strconv.Atoi(parts[0])
	made, err2 := strconv.ParseInt(parts[1], 10, 64)
	switch {
	case err != nil || err2 != nil || from < 0:
		return 0, invalid
	case now.Sub(time.UnixMilli(made)) > cursorLife:
		return 0, "Expired cursor"
	}
	return from, ""
}

// hashOf tells searches apart; the order of members does not matter.
func hashOf(parts ...any) string {
	text, err := json.Marshal(parts)
	if err != nil {
		return "" // what came as JSON can be written as JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
