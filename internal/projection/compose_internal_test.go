package projection

import (
	"encoding/json"
	"testing"
)

// TestAppendQuoted writes texts of all kinds as JSON that is read as the same texts.
func TestAppendQuoted(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Ada Rowe", "Zoë 😀", `say "no" \ <yes>`, "a\nb\tc\rd\x00\x01\x1f\x7f\b\f", "\u2028", ""} {
		quoted := appendQuoted([]byte("before "), []byte(text))
		var got string
		if err := json.Unmarshal(quoted[len("before "):], &got); err != nil || got != text {
			t.Errorf("%q is written as %s and read as %q, %v", text, quoted, got, err)
		}
	}
}
