package projection

import "testing"

// FuzzUsualMoment holds the quick way of the usual form to the way of all forms.
func FuzzUsualMoment(f *testing.F) {
	for _, text := range []string{
		"2026-01-15T09:30:00.123000+00:00", "2026-01-15T09:30:00.000000+00:00", "2024-02-29T23:59:59.999999+00:00",
		"2026-02-29T00:00:00.000000+00:00", "2026-02-28T24:00:00.000000+00:00", "2026-12-31T00:60:00.100000+00:00",
		"2026-13-01T00:00:60.000001+00:00", "2026-00-10T00:00:00.000000+00:00", "2026-04-31T00:00:00.000000+00:00",
		"2026-01-15 09:30:00.123000+00:00", "2026-01-15T09:30:00.123000-00:00", "2026-01-15T09:30:00.123000+01:00",
		"2026-01-15T09:30:00.12300:+00:00", "2026-01-15T09:30:00.12300/+00:00", "\xb2026-01-15T09:30:00.123000+00:00",
		"2026-01-15T09:30:00,123000+00:00", "2026-01-15T09:30:00.123000+00:09", "0000-01-00T00:00:00.000000+00:00",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := []byte(`"` + text + `"`)
		want, ok := normalDateTime([]byte{'"'}, []byte(text))
		got, gotOK := appendDateTime(nil, raw)
		if gotOK != ok || ok && string(got) != string(want)+`"` {
			t.Errorf("DateTime %q = %s, %v; want %s\", %v", text, got, gotOK, want, ok)
		}
	})
}
